"""What is rendered: a bundle, the name of its intent, and where it belongs."""

from collections.abc import Iterator
from typing import NamedTuple

from kmsgen.arn import region_of
from kmsgen.errors import InputError, Location, input_error
from kmsgen.intent.intent import Intent
from kmsgen.policy.bundle import NEW_KEY_ID, NEW_MULTI_REGION_KEY_ID, Bundle, Creation, KeyAccess
from kmsgen.policy.document import Document
from kmsgen.render.history import NOTHING_HELD, UNKNOWN, Former, History

PLACEHOLDERS = (NEW_KEY_ID, NEW_MULTI_REGION_KEY_ID)


class Deployment(NamedTuple):
    """A bundle to render, and the account and Regions that it is for; no `regions`: every Region."""

    name: str
    path: str  # the intent's file, for messages
    bundle: Bundle
    account: str
    partition: str = "aws"
    regions: tuple[str, ...] = ()
    key_policies: bool = True  # False: the keys stand for keys whose policies the intent leaves alone
    kept: tuple[str, ...] = ()  # their ARNs, where the intent lists them
    history: History = UNKNOWN
    deployer: str | None = None  # the ARN of who deploys
    attaches: bool = True  # False: whoever keeps the principals attaches their IAM policies
    merged: bool = False  # IAM policies stand with those of all intents of the run, in no module or template
    delegation: str | None = None  # as the file says it
    former: Former = NOTHING_HELD  # what earlier renders had besides, and is still held

    @property
    def deployers(self) -> tuple[str, ...]:
        """Who deploys, and who did until now."""
        return (*((self.deployer,) if self.deployer else ()), *self.former.deployers)

    @property
    def new_key(self) -> KeyAccess | None:
        """The key to create, if the bundle has one; of a multi-Region key the primary."""
        return next((access for access in self.bundle.keys if access.creation is not None), None)

    @property
    def replicas(self) -> tuple[KeyAccess, ...]:
        """The replicas to create of the key to create."""
        return tuple(access for access in self.bundle.keys if is_replica(access))

    @property
    def region(self) -> str:
        """The Region of the first key; an empty text where there is no key or it is a pattern."""
        region = region_of(self.bundle.keys[0].key.arn) if self.bundle.keys else ""
        return "" if "*" in region else region

    def refuse(self, code: str, message: str, hint: str = "") -> InputError:
        """Build an InputError, at the intent's file: a format cannot say what the bundle says."""
        return input_error(Location(self.path), code, message, hint)

    def governed_keys(self) -> tuple[KeyAccess, ...]:
        """Return the keys whose key policies are rendered: those with statements, unless the intent leaves them alone."""
        return tuple(access for access in self.bundle.keys if self.key_policies and access.policy.statements)

    def documents(self) -> Iterator[Document]:
        """Yield every key policy and IAM policy that is rendered."""
        yield from (access.policy for access in self.governed_keys())
        for _, documents in self.identity_policies():
            yield from documents
        yield from (one for documents in self.deployer_policies().values() for one in documents)

    def identity_policies(self) -> Iterator[tuple[str, tuple[Document, ...]]]:
        """Yield IAM policies by the ARN of their principal, in the bundle's order; those of the deployer come apart."""
        for principal, policies in self.bundle.principals.items():
            if policies.identity_policies and principal not in self.deployers:
                yield principal, policies.identity_policies

    def deployer_policies(self) -> dict[str, tuple[Document, ...]]:
        """Return the IAM policies of who deploys, by ARN: no deployment may have to give them to itself."""
        held = {arn: self.bundle.principals[arn] for arn in self.deployers if arn in self.bundle.principals}
        return {arn: found.identity_policies for arn, found in held.items() if found.identity_policies}


def deployment_of(
    intent: Intent, bundle: Bundle, history: History = UNKNOWN, former: Former = NOTHING_HELD, *, merged: bool = False
) -> Deployment:
    """Return an intent's deployment: what it compiles to, for the account and Regions of its scope."""
    scope = intent.scope
    kept = intent.keys if intent.keep_key_policies else ()
    place = (scope.account, scope.partition, scope.regions)
    who = (scope.deployer, intent.attaches, merged)
    made = Deployment(intent.name, intent.path, bundle, *place, intent.governed, kept, history, *who)
    return made._replace(delegation=intent.delegation, former=former)


def is_replica(access: KeyAccess) -> bool:
    """Return whether a key is a replica that is created with its primary key."""
    return access.creation is not None and access.creation.replica_of is not None


def creation_of(access: KeyAccess) -> Creation:
    """Return the key's `creation`. Raises TypeError for a key that exists."""
    if access.creation is None:
        raise TypeError(f"{access.key.arn} is not a key to create")
    return access.creation


def key_id(arn: str) -> str:
    """Return the key id of a key ARN, or the text itself."""
    parts = arn.split(":", 5)
    return parts[5].partition("/")[2] if len(parts) == 6 else arn


def key_label(arn: str) -> str:
    """Return a key's id; that of a multi-Region key, which its replicas have too, behind its Region."""
    return f"{region_of(arn)}-{key_id(arn)}" if key_id(arn).startswith("mrk-") else key_id(arn)


def holds_placeholder(text: str) -> bool:
    """Return whether a text holds the id that stands for a key to create."""
    return any(placeholder in text for placeholder in PLACEHOLDERS)
