"""Conditions of an intent as requests must meet them: its `when`, and what it says of grants."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kmsgen.arn import is_service_principal
from kmsgen.catalogue.actions import ACTIONS
from kmsgen.catalogue.condition_keys import ENCRYPTION_CONTEXT, ENCRYPTION_CONTEXT_KEYS, FOR_AWS_RESOURCE, pair_key
from kmsgen.catalogue.guardrails import DENY
from kmsgen.intent.intent import GrantLine, GrantWhen, GuardRailLine, When
from kmsgen.policy.document import Condition
from kmsgen.policy.letter_case import folded

Values = tuple[str, ...]


def conditions_of(when: When, regions: Values) -> Iterator[Condition]:
    """Yield the conditions of a `when`, one for each field; all must hold. `regions` are those of kms:ViaService."""
    within = [f".{region}.amazonaws.com" for region in regions or ("*",)]
    mfa = () if when.mfa is None else (str(when.mfa).lower(),)
    rows: tuple[tuple[str, str, Values], ...] = (
        *(("StringEquals", pair_key(name), values) for name, values in when.encryption_context),
        ("StringLike", "kms:ViaService", tuple(via + rest for via in when.via for rest in within)),
        ("DateGreaterThanEquals", "aws:CurrentTime", (when.since,) if when.since else ()),
        ("DateLessThan", "aws:CurrentTime", (when.until,) if when.until else ()),
        ("StringEquals", "aws:SourceVpce", when.source_vpce),
        ("IpAddress", "aws:SourceIp", when.source_ip),
        ("Bool", "aws:MultiFactorAuthPresent", mfa),
        ("StringLike", "kms:RequestAlias", when.request_alias),
        *(("StringEquals", f"aws:PrincipalTag/{name}", values) for name, values in when.principal_tags),
        ("StringEquals", "aws:PrincipalOrgID", when.organization),
    )
    yield from (Condition(operator, key, values) for operator, key, values in rows if values)
    yield from when.conditions


def that_apply(said: Iterable[Condition], action: str, half: str) -> Iterator[Condition]:
    """Yield the conditions that apply to requests for an action on a kind of resource.

    Those on an encryption context do not apply where the action has none; those on `kms:` keys and tags do not apply to an alias.
    """
    for condition in said:
        key = folded(condition.key)
        if half == "alias" and key.startswith(("kms:", "aws:resourcetag/")):
            continue
        if key.startswith((ENCRYPTION_CONTEXT, ENCRYPTION_CONTEXT_KEYS)) and not _has_context(action):
            continue
        yield condition


def denied_when(line: GuardRailLine, action: str, regions: Values) -> tuple[Condition, ...]:
    """Return the conditions under which a `deny` guard rail denies an action; empty if it does not, or always does."""
    if line.name != DENY or (line.actions and action not in line.actions):
        return ()
    limits = limits_of_grants(line.when.grant) if action == "kms:CreateGrant" else ()
    return (*conditions_of(line.when, regions), *limits)


def limits_of_grants(limits: GrantWhen) -> Iterator[Condition]:
    """Yield the conditions on CreateGrant that a line's `when.grant` states."""
    rows: tuple[tuple[str, str, Values], ...] = (
        ("ForAllValues:StringEquals", "kms:GrantOperations", limits.operations),
        ("StringEquals", "kms:GrantConstraintType", limits.constraint),
        ("Bool", FOR_AWS_RESOURCE.key, ("true",) if limits.for_aws else ()),
        # a direct call may well go without the key
        ("BoolIfExists", FOR_AWS_RESOURCE.key, ("false",) if limits.for_aws is False else ()),
    )
    for role, names in (("Grantee", limits.grantees), ("Retiring", limits.retiring)):
        kind = "ServicePrincipal" if all(map(is_service_principal, names)) else "Principal"
        rows = (*rows, ("StringEquals", f"kms:{role}{kind}", names))
    yield from (Condition(operator, key, values) for operator, key, values in rows if values)


def _has_context(action: str) -> bool:
    row = ACTIONS.get(action.removeprefix("kms:"))
    return row is not None and ENCRYPTION_CONTEXT in row.condition_keys


def of_grant(line: GrantLine) -> Iterator[Condition]:
    """Yield the conditions under which a CreateGrant asks for a grant of the file: grantee, operations, constraints."""
    grant = line.grant
    service = "Service" if grant.grantee_is_service else ""
    yield Condition("StringEquals", f"kms:Grantee{service}Principal", (grant.grantee,))
    yield Condition("ForAllValues:StringEquals", "kms:GrantOperations", grant.operations)
    if grant.retiring:
        retiring = "Service" if grant.retiring_is_service else ""
        yield Condition("StringEquals", f"kms:Retiring{retiring}Principal", (grant.retiring,))
    if grant.constraints.source_arn:
        yield Condition("StringEquals", "kms:GrantConstraintSourceArn", (grant.constraints.source_arn,))
    equals, subset = grant.constraints.encryption_context_equals, grant.constraints.encryption_context_subset
    if equals is not None or subset is not None:
        kind = "EncryptionContextEquals" if equals is not None else "EncryptionContextSubset"
        yield Condition("StringEquals", "kms:GrantConstraintType", (kind,))
    for name, value in equals or subset or ():
        yield Condition("StringEquals", pair_key(name), (value,))
