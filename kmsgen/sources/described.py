"""What a file describes, gathered into a bundle; what it does not tell is noted, never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from kmsgen.arn import ACCOUNT_ID, Arn, account_root, parse_arn
from kmsgen.authorizer.language.statement import Layer
from kmsgen.errors import Diagnostic, Location, input_error
from kmsgen.policy.bundle import NEW_KEY_ID, Bundle, Key, KeyAccess, PrincipalPolicies
from kmsgen.policy.document import Document, Effect, Principal, Statement
from kmsgen.policy.grant import Grant
from kmsgen.reading import Where
from kmsgen.sources.places import PlacedGrant, PlacedPolicy, Places
from kmsgen.sources.question import Scenario

if TYPE_CHECKING:
    from kmsgen.intent.intent import Intent

# What files of a form have no room for.
KEY_KIND, KEY_POLICIES, IDENTITY_POLICIES, GRANTS = "the kind of key", "key policies", "IAM policies", "grants"

_NAMED = re.compile(
    r"(?:arn:(?P<partition>aws(?:-[a-z]+)*):[a-z0-9-]+:(?P<region>[a-z0-9-]*):)?(?<![0-9])(?P<account>[0-9]{12})(?![0-9])"
)


class Home(NamedTuple):
    """Where the described resources live.

    A file may tell of its keys the ids alone, and of its only key nothing: `named` is the ARN of that one where the user tells
    it, `keys` are those that are known with all their properties.
    """

    partition: str
    account: str
    region: str
    named: str = ""
    keys: tuple[Key, ...] = ()

    def key_arn(self, number: int) -> str:
        """Return the placeholder ARN of the key to create that has this number, from 0."""
        return self.arn_of(f"{NEW_KEY_ID[:-4]}{number:04d}")

    def key_arns(self, count: int) -> tuple[str, ...]:
        """Return an ARN for each key of a file that does not tell them: the one that is known, or placeholders."""
        known = self.named or (self.keys[0].arn if len(self.keys) == 1 else "")
        return (known,) if known and count == 1 else tuple(map(self.key_arn, range(count)))

    def key_of(self, key_id: str) -> Key | None:
        """Return the known key of an id."""
        return next((key for key in self.keys if key.arn.rpartition("/")[2] == key_id), None)

    def arn_of(self, key_id: str) -> str:
        """Return the ARN of a key that is named by its id."""
        known = self.key_of(key_id)
        return known.arn if known else f"arn:{self.partition}:kms:{self.region}:{self.account}:key/{key_id}"

    def principal(self, kind: str, name: str) -> str:
        """Return the ARN of a role or a user; a path is not known and taken as none."""
        return str(Arn(self.partition, "iam", "", self.account, f"{kind}/{name}"))


def home_in(texts: Iterable[str], path: str) -> Home:
    """Tell where keys live from their policies, where these name one account and at most one Region.

    Raises InputError where they name no account or several: then the user must tell.
    """
    found = [match for text in texts for match in _NAMED.finditer(text)]
    accounts = sorted({match["account"] for match in found})
    if len(accounts) != 1:
        seen = ", ".join(f"`{account}`" for account in accounts) or "none"
        message = f"the key policies do not tell whose keys these are: accounts that occur: {seen}"
        raise input_error(Location(path), "unknown-key", message, "name the key with --key-arn")
    regions = sorted({match["region"] for match in found if match["region"]})
    partitions = sorted({match["partition"] for match in found if match["partition"]})
    region = regions[0] if len(regions) == 1 else "us-east-1"
    return Home(partitions[0] if len(partitions) == 1 else "aws", accounts[0], region)


class Described(NamedTuple):
    """What a file tells: a bundle with the places of its parts, and what to know beside it.

    `lacks` is what files of its form never tell; `no_key` why the bundle has no key to ask about; `intent` what the bundle was
    compiled from; `scenarios` every one of the file; `untold` principals of whom it does not tell all policies.
    """

    bundle: Bundle
    places: Places = Places()
    notes: tuple[Diagnostic, ...] = ()
    lacks: frozenset[str] = frozenset()
    no_key: Diagnostic | None = None
    intent: Intent | None = None
    scenarios: tuple[Scenario, ...] = ()
    untold: frozenset[str] = frozenset()


@dataclass(slots=True)
class Gathering:
    """Keys by their name in the file, policies and grants with their places, and principals whose policies are not all told."""

    path: str
    keys: dict[str, KeyAccess] = field(default_factory=dict)
    key_policies: dict[str, PlacedPolicy] = field(default_factory=dict)
    identity_policies: list[PlacedPolicy] = field(default_factory=list)
    grants: list[PlacedGrant] = field(default_factory=list)
    principals: dict[str, None] = field(default_factory=dict)
    untold: dict[str, Diagnostic] = field(default_factory=dict)
    notes: list[Diagnostic] = field(default_factory=list)

    def add_key(self, name: str, key: Key, policy: Document | None, where: Where) -> None:
        """Add a key; without a policy it has the one that KMS gives (key-policy-default)."""
        self.keys[name] = KeyAccess(key, Document(()))
        self.set_policy(name, policy or default_policy(key.arn), where)

    def set_policy(self, name: str, policy: Document, where: Where) -> None:
        """Put a key policy in place of the one the key has."""
        self.keys[name] = self.keys[name]._replace(policy=policy)
        self.key_policies[name] = PlacedPolicy(policy, where, Layer.KEY_POLICY, self.keys[name].key.arn)

    def add_grant(self, name: str, grant: Grant, where: Where) -> None:
        """Add a grant to a key."""
        self.keys[name] = self.keys[name]._replace(grants=(*self.keys[name].grants, grant))
        self.grants.append(PlacedGrant(grant, where, self.keys[name].key.arn))

    def add_alias(self, name: str, alias: str) -> None:
        """Add an alias to a key."""
        access = self.keys[name]
        self.keys[name] = access._replace(key=access.key._replace(aliases=(*access.key.aliases, alias)))

    def add_principal(self, principal: str) -> None:
        """Add a principal that has no policies but those that are added to it."""
        self.principals[principal] = None

    def add_policy(self, principal: str, policy: Document, where: Where) -> None:
        """Add an identity policy to a principal."""
        self.add_principal(principal)
        self.identity_policies.append(PlacedPolicy(policy, where, Layer.IDENTITY, principal))

    def leave_open(self, principal: str, why: str, place: Location) -> None:
        """Note that not all policies of a principal are told."""
        message = f"{principal} may have any IAM policy: {why}"
        self.untold[principal] = Diagnostic(place, "untold-policies", message)

    def note(self, place: Location, code: str, message: str) -> None:
        """Note what a reader should know of the file, though nothing is wrong with it."""
        self.notes.append(Diagnostic(place, code, message))

    def finish(self, lacks: frozenset[str] = frozenset()) -> Described:
        """Build the bundle of a file that should describe a key; where it does not, the reason is with it."""
        no_key = Diagnostic(Location(self.path), "no-key", "no KMS key with a policy is described here")
        return self.described(lacks)._replace(no_key=None if self.keys else no_key)

    def described(self, lacks: frozenset[str]) -> Described:
        """Build the bundle. A principal of whom not all is told is left out: whoever is left out may have any IAM policy."""
        told = [one for one in self.identity_policies if one.holder not in self.untold]
        principals = {name: PrincipalPolicies() for name in self.principals if name not in self.untold}
        for one in told:
            held = principals[one.holder].identity_policies
            principals[one.holder] = PrincipalPolicies((*held, one.document))
        places = Places((*self.key_policies.values(), *told), tuple(self.grants))
        notes = (*self.notes, *(self.untold[name] for name in sorted(self.untold)))
        bundle = Bundle(tuple(self.keys.values()), principals)
        return Described(bundle, places, notes, lacks, untold=frozenset(self.untold))


def parse_key_arn(text: str) -> Arn | None:
    """Split the ARN of a KMS key; None for any other text."""
    arn = parse_arn(text)
    is_key = arn is not None and arn.service == "kms" and arn.kind == "key" and ACCOUNT_ID.match(arn.account)
    return arn if is_key else None


def default_policy(key_arn: str) -> Document:
    """Return the policy of a key that was created without one: kms:* for the account (key-policy-default)."""
    _, partition, _, _, account, _ = key_arn.split(":", 5)
    whole_account = (Principal("AWS", account_root(partition, account)),)
    return Document((Statement(Effect.ALLOW, ("kms:*",), ("*",), whole_account, sid="Enable IAM User Permissions"),))
