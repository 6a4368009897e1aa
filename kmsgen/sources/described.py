"""What a file describes, as a bundle with places and notes; what it does not tell is noted, never guessed."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from kmsgen.arn import ACCOUNT_ID, Arn, account_root, parse_arn
from kmsgen.errors import Diagnostic, Location, input_error
from kmsgen.policy.bundle import NEW_KEY_ID, Bundle, Key, PrincipalPolicies
from kmsgen.policy.document import Document, Effect, Principal, Statement
from kmsgen.sources.places import PlacedPolicy, Places
from kmsgen.sources.question import Scenario

if TYPE_CHECKING:
    from kmsgen.intent.intent import Intent

# What a form of file may be unable to tell (`Described.lacks`).
KEY_KIND, KEY_MAKE, KEY_REGION = "the kind of key", "the origin of the key", "the Region of the key"
KEY_POLICIES, IDENTITY_POLICIES, GRANTS = "key policies", "IAM policies", "grants"

OPTIONS = "--key-arn, --key-spec, --tags, --parameter, --identity-policy and --grants"
"""The options that tell what a file does not."""

STANDS_FOR = "000000000000"
"""The account id that stands for that of the keys if nothing tells it."""

_NAMED = re.compile(
    r"(?:arn:(?P<partition>aws(?:-[a-z]+)*):[a-z0-9-]+:(?P<region>[a-z0-9-]*):)?(?<![0-9])(?P<account>[0-9]{12})(?![0-9])"
)


class Home(NamedTuple):
    """Partition, account and Region of described resources.

    A file may name its keys by id only, or not at all: `named` is the ARN of its only key as the user tells it, `keys` are known
    keys with all their properties, a primary before its replicas.
    """

    partition: str
    account: str
    region: str
    named: str = ""
    keys: tuple[Key, ...] = ()

    def key_arn(self, number: int) -> str:
        """Return the placeholder ARN of the key with this number (from 0), still to be created."""
        return self.arn_of(f"{NEW_KEY_ID[:-4]}{number:04d}")

    def key_arns(self, count: int) -> tuple[str, ...]:
        """Return an ARN for each key of a file that does not tell them: the known one for a single key, else placeholders."""
        related = len({key.arn.rpartition("/")[2] for key in self.keys}) == 1
        known = self.named or (self.keys[0].arn if related else "")
        return (known,) if known and count == 1 else tuple(map(self.key_arn, range(count)))

    def key_of(self, key_id: str) -> Key | None:
        """Return the known key with this id; None if there is none."""
        return next((key for key in self.keys if key.arn.rpartition("/")[2] == key_id), None)

    def replica_in(self, region: str) -> Key | None:
        """Return the known replica in a Region; None if there is none."""
        replicas = (key for key in self.keys if key.multi_region_key_type == "REPLICA")
        return next((key for key in replicas if key.arn.split(":")[3] == region), None)

    def arn_of(self, key_id: str) -> str:
        """Return the ARN of a key by its id."""
        known = self.key_of(key_id)
        return known.arn if known else f"arn:{self.partition}:kms:{self.region}:{self.account}:key/{key_id}"

    def principal(self, kind: str, name: str) -> str:
        """Return the ARN of a role or user by name, taken to have no path."""
        return str(Arn(self.partition, "iam", "", self.account, f"{kind}/{name}"))


def home_in(texts: Iterable[str], path: str) -> Home:
    """Find account and Region of keys in the texts of their policies: the one account, and the one Region or us-east-1.

    Raises InputError where they name no account or several, so that the user must tell.
    """
    texts = tuple(texts)
    found = [match for text in texts for match in _NAMED.finditer(text)]
    accounts = accounts_in(texts)
    if len(accounts) != 1:
        seen = ", ".join(f"`{account}`" for account in accounts) or "none"
        message = f"the key policies do not tell whose keys these are: accounts that occur: {seen}"
        raise input_error(Location(path), "unknown-key", message, "name the key with --key-arn")
    regions = sorted({match["region"] for match in found if match["region"]})
    partitions = sorted({match["partition"] for match in found if match["partition"]})
    region = regions[0] if len(regions) == 1 else "us-east-1"
    return Home(partitions[0] if len(partitions) == 1 else "aws", accounts[0], region)


def accounts_in(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the accounts that texts of policies name, in order."""
    return tuple(sorted({match["account"] for text in texts for match in _NAMED.finditer(text)}))


class Open(NamedTuple):
    """Something unknown in a file: in words, its place, and the ARN of the key or principal that it concerns."""

    what: str
    place: Location
    holder: str = ""

    @property
    def diagnostic(self) -> Diagnostic:
        """The unknown thing as a note at its place."""
        return Diagnostic(self.place, "unknown", f"not known: {self.what}")


class Called(NamedTuple):
    """A principal whose name or path a file does not tell: `open.holder` stands for its ARN, which `pattern` (`*`) matches."""

    open: Open
    pattern: str


NOT_MADE_HERE = "it is not made here, and more may be attached to it"


class Further(NamedTuple):
    """A principal that has more IAM policies than a file tells, which the file does not touch.

    `which` tells these policies: two files that say the same leave the same policies out. `told` is what stands beside it without
    them, `open` says that they are unknown. With `bounded` its permissions boundary is not told either.
    """

    which: frozenset[str]
    told: PrincipalPolicies
    open: Open
    bounded: bool


class Described(NamedTuple):
    """What a file describes: a bundle, in its reading with the most access, the places of its parts, and what is unknown.

    `narrow` is the reading with the least access, if anything is unknown.
    """

    bundle: Bundle
    places: Places = Places()
    notes: tuple[Diagnostic, ...] = ()
    lacks: frozenset[str] = frozenset()  # what files of this form never tell
    no_key: Diagnostic | None = None  # why no key can be asked about
    intent: Intent | None = None
    scenarios: tuple[Scenario, ...] = ()
    untold: frozenset[str] = frozenset()  # principals with unknown policies
    unknown: tuple[Open, ...] = ()
    assumed: tuple[Open, ...] = ()  # what the bundle takes for granted and the file does not tell
    called: tuple[Called, ...] = ()  # principals whose names the file does not tell, which counts where a question names some
    account: Open | None = None  # of the keys, if the file does not tell it: `holder` stands for it
    set_twice: tuple[Open, ...] = ()  # keys whose policy two resources set
    names: Mapping[str, str] = MappingProxyType({})  # the file's names of keys, by ARN
    made: frozenset[str] = frozenset()  # principals that the file creates
    unnamed: Mapping[Hashable, Open] = MappingProxyType({})  # policies that those have, or lose, whom it does not name
    further: Mapping[str, Further] = MappingProxyType({})  # untold ones of whom only this is untold, by ARN
    narrow: Described | None = None
    named: Described | None = None  # with every unknown account as one that the key policy names
    as_written: tuple[PlacedPolicy, ...] = ()  # policies with known text that read unknown properties
    hides: Mapping[str, str] = MappingProxyType({})  # these properties, in words, by condition key

    @property
    def most(self) -> Bundle:
        """The bundle in its reading with the most access."""
        return self.bundle

    @property
    def least(self) -> Bundle:
        """The bundle in its reading with the least access."""
        return self.narrow.bundle if self.narrow else self.bundle

    def name_of(self, key: str) -> str:
        """Return the file's name of a key with its ARN, or the ARN alone."""
        name = self.names.get(key)
        return f"{name} ({key})" if name and not key.endswith(name) else key

    def without_further(self, principals: Iterable[str]) -> Described:
        """Return a reading in which some principals have no further policies."""
        left = {name: self.further[name] for name in principals}
        told = {**self.bundle.principals, **{name: one.told for name, one in left.items()}}
        known = {one.open for one in left.values()}
        unknown = tuple(one for one in self.unknown if one not in known)
        return self._replace(bundle=self.bundle._replace(principals=told), unknown=unknown)

    def changed(self, change: Callable[[Described], Described]) -> Described:
        """Apply a change to every reading."""
        narrow, named = (change(one) if one else None for one in (self.narrow, self.named))
        return change(self)._replace(narrow=narrow, named=named)


def parse_key_arn(text: str) -> Arn | None:
    """Split the ARN of a KMS key; None for any other text."""
    arn = parse_arn(text)
    is_key = arn is not None and arn.service == "kms" and arn.kind == "key" and ACCOUNT_ID.match(arn.account)
    return arn if is_key else None


def default_policy(key_arn: str) -> Document:
    """Return KMS's default key policy: kms:* for the account (key-policy-default)."""
    _, partition, _, _, account, _ = key_arn.split(":", 5)
    whole_account = (Principal("AWS", account_root(partition, account)),)
    return Document((Statement(Effect.ALLOW, ("kms:*",), ("*",), whole_account, sid="Enable IAM User Permissions"),))
