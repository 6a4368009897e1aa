"""What a plan, a state or a template describes, gathered into a bundle; what it does not tell is noted, never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from kmsgen.arn import ACCOUNT_ID, Arn, account_root, parse_arn
from kmsgen.errors import Location, input_error
from kmsgen.policy.bundle import NEW_KEY_ID, Bundle, Key, KeyAccess, PrincipalPolicies
from kmsgen.policy.document import Document, Effect, Principal, Statement
from kmsgen.policy.grant import Grant

_NAMED = re.compile(
    r"(?:arn:(?P<partition>aws(?:-[a-z]+)*):[a-z0-9-]+:(?P<region>[a-z0-9-]*):)?(?<![0-9])(?P<account>[0-9]{12})(?![0-9])"
)


class Place(NamedTuple):
    """Where the described resources live."""

    partition: str
    account: str
    region: str

    def key_arn(self, number: int) -> str:
        """Return the placeholder ARN of the key to create that has this number, from 0."""
        return f"arn:{self.partition}:kms:{self.region}:{self.account}:key/{NEW_KEY_ID[:-4]}{number:04d}"

    def principal(self, kind: str, name: str) -> str:
        """Return the ARN of a role or a user; a path is not known and taken as none."""
        return str(Arn(self.partition, "iam", "", self.account, f"{kind}/{name}"))


def place_of(texts: Iterable[str], key_arn: str | None, path: str) -> Place:
    """Tell where keys live: from a key's ARN, or from their policies where these name one account and at most one Region.

    Raises InputError where they name no account or several: then the user must tell.
    """
    if key_arn is not None:
        arn = parse_arn(key_arn)
        if arn is None or arn.service != "kms" or not ACCOUNT_ID.match(arn.account):
            raise input_error(Location("--key-arn"), "not-a-key-arn", f"`{key_arn}` is not the ARN of a KMS key")
        return Place(arn.partition, arn.account, arn.region)
    found = [match for text in texts for match in _NAMED.finditer(text)]
    accounts = sorted({match["account"] for match in found})
    if len(accounts) != 1:
        seen = ", ".join(f"`{account}`" for account in accounts) or "none"
        message = f"the key policies do not tell whose keys these are: accounts that occur: {seen}"
        raise input_error(Location(path), "unknown-key", message, "name the key with --key-arn")
    regions = sorted({match["region"] for match in found if match["region"]})
    partitions = sorted({match["partition"] for match in found if match["partition"]})
    return Place(partitions[0] if len(partitions) == 1 else "aws", accounts[0], regions[0] if len(regions) == 1 else "us-east-1")


class Existing(NamedTuple):
    """A bundle that was read, and what about it the file does not tell."""

    bundle: Bundle
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class Gathering:
    """Keys by their name in the file, identity policies by principal, and principals whose policies are not all told."""

    path: str
    keys: dict[str, KeyAccess] = field(default_factory=dict)
    policies: dict[str, tuple[Document, ...]] = field(default_factory=dict)
    untold: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add_key(self, name: str, key: Key, policy: Document | None) -> None:
        """Add a key; without a policy it has the one that KMS gives (key-policy-default)."""
        self.keys[name] = KeyAccess(key, policy or default_policy(key.arn))

    def set_policy(self, name: str, policy: Document) -> None:
        """Put a key policy in place of the one the key has."""
        self.keys[name] = self.keys[name]._replace(policy=policy)

    def add_grant(self, name: str, grant: Grant) -> None:
        """Add a grant to a key."""
        self.keys[name] = self.keys[name]._replace(grants=(*self.keys[name].grants, grant))

    def add_alias(self, name: str, alias: str) -> None:
        """Add an alias to a key."""
        access = self.keys[name]
        self.keys[name] = access._replace(key=access.key._replace(aliases=(*access.key.aliases, alias)))

    def add_policy(self, principal: str, policy: Document) -> None:
        """Add an identity policy to a principal."""
        self.policies[principal] = (*self.policies.get(principal, ()), policy)

    def finish(self) -> Existing:
        """Build the bundle. A principal of whom not all is told is left out: whoever is left out may have any IAM policy."""
        if not self.keys:
            raise input_error(Location(self.path), "no-key", "no KMS key with a policy is described here")
        told = {name: PrincipalPolicies(policies) for name, policies in self.policies.items() if name not in self.untold}
        untold = [f"{name} may have any IAM policy: {why}" for name, why in sorted(self.untold.items())]
        return Existing(Bundle(tuple(self.keys.values()), told), (*self.notes, *untold))


def default_policy(key_arn: str) -> Document:
    """Return the policy of a key that was created without one: kms:* for the account (key-policy-default)."""
    _, partition, _, _, account, _ = key_arn.split(":", 5)
    whole_account = (Principal("AWS", account_root(partition, account)),)
    return Document((Statement(Effect.ALLOW, ("kms:*",), ("*",), whole_account, sid="Enable IAM User Permissions"),))
