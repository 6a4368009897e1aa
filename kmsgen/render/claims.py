"""Aliases, grants, IAM policies and key policies that a render writes: AWS knows one of each, so no two intents may.

Source: KMS API reference, CreateAlias (an alias is unique in its account and Region), PutKeyPolicy (a key has one policy) and
CreateGrant (one of a name and content that is there is answered with its id); IAM
User Guide, "IAM and AWS STS quotas" (names of policies are unique in an account, whatever their case).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from kmsgen.arn import account_of, region_of
from kmsgen.compiler.identity_policy import MANAGED_POLICIES
from kmsgen.errors import Diagnostic, Location, RefusedError
from kmsgen.render import deployer, grant_calls, identity_policies
from kmsgen.render.deployment import PLACEHOLDERS, Deployment
from kmsgen.render.names import file_label


class CrowdedError(RefusedError):
    """Principals would get more IAM policies than are attached to one by default."""


class Claim(NamedTuple):
    """Something that AWS knows once. `known_as` is equal where AWS takes two for one; `place` is where an intent asks for it.

    `holder` is the ARN of the principal that an IAM policy is attached to. `held`: an earlier render had it, and nothing tells
    that it is given up.
    """

    known_as: str
    what: str
    place: Location
    holder: str = ""
    held: bool = False


Intents = Callable[[], Iterable[Iterable[Claim]]]
"""Gives the claims of each intent of a run, any number of times: there may be more than memory is to hold."""


def claims(deployment: Deployment, place: Location) -> Iterator[Claim]:
    """Yield what a deployment writes; `place` is where the intent says which keys are meant."""
    grants = map(_grant, held_grants(grant_calls.held(deployment)))
    yield from (Claim(what, what, place) for what in (*_aliases(deployment), *_key_policies(deployment), *grants))
    yield from (Claim(what, what, place, held=True) for what in _former_aliases(deployment))
    yield from left(grant_calls.gone(deployment), place)
    accounts = dict.fromkeys(account_of(principal) or deployment.account for principal, _ in deployment.identity_policies())
    policies = (one for account in accounts for one in identity_policies.of_account(deployment, account, file_label, "-"))
    for policy in (*policies, *deployer.policies(deployment, file_label)):
        what = f"the IAM policy `{policy.name}` of account {policy.holder.account}"
        yield Claim(what.casefold(), what, place, policy.holder.principal if policy.holder.kind else "")


def left(grants: Iterable[str], place: Location) -> Iterator[Claim]:
    """Yield grants of earlier renders, as a history has them, that are there until they are revoked."""
    yield from (Claim(what, what, place, held=True) for what in map(_grant, held_grants(grants)))


def held_grants(grants: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield the ARN of the key and the name of each grant of a history, but of those on keys to create."""
    told = (one.partition(" ") for one in grants)
    yield from ((arn, name) for arn, _, name in told if not arn.endswith(PLACEHOLDERS))


def _grant(grant: tuple[str, str]) -> str:
    return f"the grant `{grant[1]}` on `{grant[0]}`"


def claimed_twice(intents: Intents) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each claim of an intent that an earlier one makes too."""
    times = Counter(hash(one.known_as) for one in _claims(intents))
    first: dict[str, Claim] = {}
    for claim in (one for one in _claims(intents) if times[hash(one.known_as)] > 1):
        other = first.setdefault(claim.known_as, claim)
        if other.place != claim.place and not (other.held and claim.held):
            yield _twice(other, claim)


def _twice(one: Claim, other: Claim) -> Diagnostic:
    holding, taking = (other, one) if other.held else (one, other)
    if not holding.held:
        message = f"{taking.what} is that of {holding.place} too: whichever is deployed last would take it from the other"
        return Diagnostic(taking.place, "claimed-twice", message, "say it in one intent")
    message = f"{taking.what} is still that of {holding.place}, which had it in an earlier render"
    hint = "take another name, or first deploy that one without it, then render it with `--applied`; to swap, take a third name"
    return Diagnostic(taking.place, "claimed-twice", message, hint)


def _claims(intents: Intents) -> Iterator[Claim]:
    return (one for claimed in intents() for one in claimed)


def too_many_to_attach(intents: Intents, quota: int = MANAGED_POLICIES) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each principal for whom the intents of a run have more IAM policies than the quota lets attach."""
    times = Counter(hash(one.holder) for one in _claims(intents) if one.holder)
    held: dict[str, list[Claim]] = {}
    for claim in (one for one in _claims(intents) if times[hash(one.holder)] > quota):
        held.setdefault(claim.holder, []).append(claim)
    for arn, claimed in held.items():
        if len(claimed) > quota:
            message = f"`{arn}` gets {len(claimed)} IAM policies over this run; IAM attaches {quota} to one{by_default(quota)}"
            hint = "a run of all intents, with `merge-iam = true` in kmsgen.toml, puts them together by principal"
            yield Diagnostic(claimed[0].place, "managed-policies", message, hint)


def by_default(quota: int) -> str:
    """Return what a quota stands on, in words."""
    return " by default" if quota == MANAGED_POLICIES else ", as `managed-policies` in kmsgen.toml says"


def _aliases(deployment: Deployment) -> Iterator[str]:
    for access in deployment.bundle.keys:
        if access.creation is not None and access.creation.alias is not None:
            yield f"the alias `{access.creation.alias}` of account {deployment.account} in {region_of(access.key.arn)}"


def _former_aliases(deployment: Deployment) -> Iterator[str]:
    """Yield the aliases that earlier renders gave the key, and that whoever deploys may still have to delete."""
    for access in deployment.bundle.keys if deployment.new_key else ():
        for alias in deployment.former.aliases:
            yield f"the alias `{alias}` of account {deployment.account} in {region_of(access.key.arn)}"


def _key_policies(deployment: Deployment) -> Iterator[str]:
    for access in deployment.governed_keys():
        if access.creation is None:
            yield f"the key policy of `{access.key.arn}`"
