"""Calls of random intents: who calls, what a condition can see of a call, and calls that differ in a thing or two."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

HOME, OTHER, THIRD = "111122223333", "444455556666", "777788889999"
OWN_ORG, FOREIGN_ORG = "o-exampleorgid", "o-otherorgid01"
UNIT = "r-ab12/ou-ab12-11111111"
REGION, REPLICA = "us-west-2", "us-east-1"
ALIASES = ("alias/app/data", "alias/team", "alias/x-1")
CRYPTO = ("Decrypt", "Encrypt", "GenerateDataKey")
ASKED = (*CRYPTO, "DescribeKey", "ListGrants", "CreateGrant", "GetKeyPolicy", "ScheduleKeyDeletion", "EnableKeyRotation")


@dataclass(frozen=True)
class Call:
    """One call: who, what, and all that conditions can see of it. `rich`: the caller has every IAM permission there is."""

    who: str
    action: str = "Decrypt"
    region: str = REGION
    pairs: tuple[tuple[str, str], ...] = ()
    via: str | None = None
    endpoint: str | None = None
    address: str = "203.0.113.7"
    time: str = "2026-06-01T00:00:00Z"
    mfa: bool = False
    secure: bool = True
    alias: str | None = None
    source: tuple[tuple[str, str], ...] = ()
    for_aws: bool = False
    grantee: str = f"arn:aws:iam::{HOME}:role/g"
    granted: tuple[str, ...] = ("Decrypt",)
    retiring: str | None = None

    @property
    def role(self) -> str:
        """The principal that lines name: of a session its role."""
        head, _, name = self.who.partition(":assumed-role/")
        return f"{head.replace(':sts:', ':iam:')}:role/{name.partition('/')[0]}" if name else self.who

    @property
    def account(self) -> str:
        """The account of the caller; empty for a service."""
        return self.who.split(":")[4] if ":" in self.who else ""


@dataclass(frozen=True)
class Person:
    """A caller: the organization and the place in it, tags, and whether its account lets it do everything."""

    path: str = f"{OWN_ORG}/r-ab12/ou-ab12-22222222/"
    tags: Mapping[str, str] = field(default_factory=dict)
    rich: bool = False

    @property
    def organization(self) -> str:
        """The id of its organization."""
        return self.path.partition("/")[0]


def own_arn(name: str) -> str:
    """Return the ARN of a user or role of the intent's account."""
    return f"arn:aws:iam::{HOME}:{name}"


PEOPLE: dict[str, Person] = {
    own_arn("role/a"): Person(tags={"team": "x"}),
    own_arn("role/abc"): Person(rich=True),
    own_arn("role/path/b"): Person(tags={"team": "z"}),
    own_arn("user/c"): Person(tags={"team": "x"}),
    own_arn("role/g"): Person(),
    own_arn("role/ci"): Person(),
    own_arn("role/stranger"): Person(rich=True, tags={"team": "x"}),
    own_arn("user/stranger"): Person(rich=True),
    f"arn:aws:iam::{OTHER}:role/x": Person(tags={"team": "x"}, rich=True),
    f"arn:aws:iam::{OTHER}:user/y": Person(rich=True),
    f"arn:aws:iam::{THIRD}:role/z": Person(f"{FOREIGN_ORG}/{UNIT}/", rich=True),
}
SESSION = f"arn:aws:sts::{HOME}:assumed-role/a/s1"


def person(call: Call) -> Person:
    """Return what is known of a caller; of a service nothing is."""
    return PEOPLE.get(call.role, Person(path=""))


# --- calls --------------------------------------------------------------------------------------------------------------

_CHANGES: tuple[Callable[[random.Random, Call], Call], ...] = (
    lambda chance, call: replace(call, who=chance.choice([*PEOPLE, SESSION])) if call.account else call,
    lambda chance, call: replace(call, action=chance.choice(ASKED)) if call.account else call,
    lambda chance, call: replace(call, pairs=chance.choice(((), (("app", "a"),), (("app", "b"), ("k", "v")), (("x", "y"),)))),
    lambda chance, call: replace(call, via=chance.choice((None, "s3", "ec2", "kafka"))) if call.account else call,
    lambda chance, call: replace(call, endpoint=chance.choice((None, "vpce-1", "vpce-2"))) if call.account else call,
    lambda _chance, call: replace(call, address="198.51.100.1"),
    lambda chance, call: replace(call, time=chance.choice(("2026-01-01T00:00:00Z", "2026-09-01T00:00:00Z"))),
    lambda _chance, call: replace(call, mfa=not call.mfa),
    lambda _chance, call: replace(call, secure=False),
    lambda chance, call: replace(call, alias=chance.choice((None, *ALIASES))),
    lambda _chance, call: replace(call, for_aws=not call.for_aws),
    lambda _chance, call: replace(call, grantee=own_arn("role/abc")),
    lambda _chance, call: replace(call, granted=("Decrypt", "GenerateDataKey")),
    lambda chance, call: replace(call, source=chance.choice(((), (("aws:SourceAccount", THIRD),)))) if not call.account else call,
    lambda chance, call: replace(call, retiring=chance.choice((None, own_arn("role/a"), own_arn("role/abc")))),
    lambda _chance, call: replace(call, region=REPLICA),
)


def calls(examples: Iterable[Call], chance: random.Random, regions: tuple[str, ...]) -> list[Call]:
    """Return calls, each as it is and with one thing changed, or two, on keys in these Regions."""
    found = []
    for example in examples:
        found.append(example)
        for changes in (1, 1, 1, 1, 2, 2):
            call = example
            for change in chance.sample(_CHANGES, changes):
                call = change(chance, call)
            found.append(call)
    return [call for call in map(_possible, found) if call.region in regions]


def _possible(call: Call) -> Call:
    """Return a call that there can be: a service calls in its Region, and for its caller by no endpoint of the caller's."""
    region = call.region if call.account else REGION
    return replace(call, endpoint=None if call.via else call.endpoint, region=region)
