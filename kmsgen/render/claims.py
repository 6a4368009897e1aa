"""Aliases, IAM policies and key policies that a render writes: AWS knows one of each, so no two intents may.

Source: KMS API reference, CreateAlias (an alias is unique in its account and Region) and PutKeyPolicy (a key has one policy); IAM
User Guide, "IAM and AWS STS quotas" (names of policies are unique in an account, whatever their case).
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kmsgen.arn import account_of, region_of
from kmsgen.errors import Diagnostic, Location
from kmsgen.render import identity_policies
from kmsgen.render.deployment import Deployment
from kmsgen.render.names import file_label


class Claim(NamedTuple):
    """Something that AWS knows once. `known_as` is equal where AWS takes two for one; `place` is where an intent asks for it."""

    known_as: str
    what: str
    place: Location


def claims(deployment: Deployment, place: Location) -> Iterator[Claim]:
    """Yield what a deployment writes; `place` is where the intent says which keys are meant."""
    yield from (Claim(what, what, place) for what in (*_aliases(deployment), *_key_policies(deployment)))
    for account in dict.fromkeys(account_of(principal) or deployment.account for principal, _ in deployment.identity_policies()):
        for policy in identity_policies.of_account(deployment, account, file_label, "-"):
            what = f"the IAM policy `{policy.name}` of account {account}"
            yield Claim(what.casefold(), what, place)


def claimed_twice(intents: Iterable[Iterable[Claim]]) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each claim of an intent that an earlier one makes too."""
    first: dict[str, Location] = {}
    for claimed in intents:
        for claim in claimed:
            other = first.setdefault(claim.known_as, claim.place)
            if other != claim.place:
                message = f"{claim.what} is that of {other} too: whichever is deployed last would take it from the other"
                yield Diagnostic(claim.place, "claimed-twice", message, "say it in one intent")


def _aliases(deployment: Deployment) -> Iterator[str]:
    new_key = deployment.new_key
    if new_key is None or new_key.creation is None or new_key.creation.alias is None:
        return
    for region in (region_of(new_key.key.arn), *(replica.region for replica in new_key.creation.replicas)):
        yield f"the alias `{new_key.creation.alias}` of account {deployment.account} in {region}"


def _key_policies(deployment: Deployment) -> Iterator[str]:
    for access in deployment.governed_keys():
        if access.creation is None:
            yield f"the key policy of `{access.key.arn}`"
