"""Aliases, IAM policies and key policies that a render writes: AWS knows one of each, so no two intents may.

Source: KMS API reference, CreateAlias (an alias is unique in its account and Region) and PutKeyPolicy (a key has one policy); IAM
User Guide, "IAM and AWS STS quotas" (names of policies are unique in an account, whatever their case).
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kmsgen.arn import account_of, region_of
from kmsgen.compiler.identity_policy import MANAGED_POLICIES
from kmsgen.errors import Diagnostic, Location, RefusedError
from kmsgen.render import deployer, identity_policies
from kmsgen.render.deployment import Deployment
from kmsgen.render.names import file_label


class CrowdedError(RefusedError):
    """Principals would get more IAM policies than are attached to one by default."""


class Claim(NamedTuple):
    """Something that AWS knows once. `known_as` is equal where AWS takes two for one; `place` is where an intent asks for it.

    `holder` is the ARN of the principal that an IAM policy is attached to.
    """

    known_as: str
    what: str
    place: Location
    holder: str = ""


def claims(deployment: Deployment, place: Location) -> Iterator[Claim]:
    """Yield what a deployment writes; `place` is where the intent says which keys are meant."""
    yield from (Claim(what, what, place) for what in (*_aliases(deployment), *_key_policies(deployment)))
    accounts = dict.fromkeys(account_of(principal) or deployment.account for principal, _ in deployment.identity_policies())
    policies = (one for account in accounts for one in identity_policies.of_account(deployment, account, file_label, "-"))
    for policy in (*policies, *deployer.policies(deployment, file_label)):
        what = f"the IAM policy `{policy.name}` of account {policy.holder.account}"
        yield Claim(what.casefold(), what, place, policy.holder.principal if policy.holder.kind else "")


def claimed_twice(intents: Iterable[Iterable[Claim]]) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each claim of an intent that an earlier one makes too."""
    first: dict[str, Location] = {}
    for claimed in intents:
        for claim in claimed:
            other = first.setdefault(claim.known_as, claim.place)
            if other != claim.place:
                message = f"{claim.what} is that of {other} too: whichever is deployed last would take it from the other"
                yield Diagnostic(claim.place, "claimed-twice", message, "say it in one intent")


def too_many_to_attach(intents: Iterable[Iterable[Claim]]) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each principal for whom the intents of a run have more IAM policies than are attached by default."""
    held: dict[str, list[Claim]] = {}
    for claim in (one for claimed in intents for one in claimed if one.holder):
        held.setdefault(claim.holder, []).append(claim)
    for arn, claimed in held.items():
        if len(claimed) > MANAGED_POLICIES:
            message = f"`{arn}` gets {len(claimed)} IAM policies over this run; IAM attaches {MANAGED_POLICIES} to one by default"
            hint = "a run of all intents, with `merge-iam = true` in kmsgen.toml, puts them together by principal"
            yield Diagnostic(claimed[0].place, "managed-policies", message, hint)


def _aliases(deployment: Deployment) -> Iterator[str]:
    for access in deployment.bundle.keys:
        if access.creation is not None and access.creation.alias is not None:
            yield f"the alias `{access.creation.alias}` of account {deployment.account} in {region_of(access.key.arn)}"


def _key_policies(deployment: Deployment) -> Iterator[str]:
    for access in deployment.governed_keys():
        if access.creation is None:
            yield f"the key policy of `{access.key.arn}`"
