"""Import of permissions of principals, as `admins` and `users` lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kmsgen.arn import ACCOUNT_ID, parse_arn
from kmsgen.catalogue.actions import ACTIONS
from kmsgen.catalogue.capabilities import administrator, in_key_policy
from kmsgen.catalogue.key_specs import key_type
from kmsgen.importer.allowed import CALLERS_ACCOUNT, StatementPart, account_of_callers
from kmsgen.importer.draft import DraftLine
from kmsgen.importer.when import whens_of
from kmsgen.importer.words import word_for_aws, words_of
from kmsgen.intent.intent import everyone_in
from kmsgen.policy.bundle import Key
from kmsgen.policy.document import Condition
from kmsgen.policy.letter_case import folded

Values = tuple[str, ...]
Conditions = tuple[Condition, ...]
_SHORT = ("user", "role", "assumed-role", "federated-user")
_EQUAL = ("StringEquals", "StringLike", "ArnEquals", "ArnLike", "ForAnyValue:StringLike")
_ORGANIZATION, _UNITS = "aws:principalorgid", "aws:principalorgpaths"
_ARN, _ACCOUNT = "aws:principalarn", "aws:principalaccount"
_GRANTS = frozenset({"kms:CreateGrant"})


def people_lines(part: StatementPart, key: Key) -> Iterator[DraftLine]:
    """Yield lines that may say what principals may do, the plainest first."""
    if any(principal.value == "*" for principal in part.principals):
        yield from _wide_lines(part, key)
        return
    names = [short(principal.value, key) for principal in part.principals]
    if not part.conditions and set(part.actions) == set(_administrator(key)):
        yield from (DraftLine("admins", name) for name in names if len(names) == 1)
        yield DraftLine("admins", {"principal": names})
    who = {"principal": names[0] if len(names) == 1 else names}
    field = "admins" if _runs_only(part.actions) else "users"
    for rest in can_and_when(part, key):
        yield DraftLine(field, who | rest)


def _wide_lines(part: StatementPart, key: Key) -> Iterator[DraftLine]:
    """Yield lines for `*` with a condition on the caller: patterns, whole accounts, organizations."""
    field = "admins" if _runs_only(part.actions) else "users"
    halved = any(ACTIONS[name.removeprefix("kms:")].policy_types == "both" for name in part.actions)
    for names, others in _wide_names(part.conditions, key):
        for rest in can_and_when(part._replace(conditions=others), key):
            said = {"principal": names[0] if len(names) == 1 else names, **rest}
            yield DraftLine("users" if halved else field, said | {"only_on": ["key"]} if halved else said)


def _wide_names(conditions: Conditions, key: Key) -> Iterator[tuple[list[str], Conditions]]:
    """Yield the principals, as intents name them, that conditions on the caller leave, and the other conditions."""
    by_key = {folded(one.key): one for one in conditions if one.operator in _EQUAL}
    organization, units = by_key.get(_ORGANIZATION), by_key.get(_UNITS)
    arns, accounts, callers = by_key.get(_ARN), by_key.get(_ACCOUNT), by_key.get(CALLERS_ACCOUNT)
    if organization:
        yield [f"organization/{value}" for value in organization.values], _without(conditions, organization)
    if units and all(value.endswith("/*") for value in units.values):
        yield [f"organization/{value[:-2]}" for value in units.values], _without(conditions, units)
    if arns:
        names = [short(value, key) for value in arns.values]
        yield names, _without(conditions, arns, *filter(None, (accounts, callers)))
        yield names, _without(conditions, arns)
        if account := account_of_callers(arns):
            yield [_everyone_of(account, key)], _without(conditions, *filter(None, (accounts, callers)))
    for one in filter(None, (callers, accounts)):
        yield [_everyone_of(value, key) for value in one.values], _without(conditions, one)


def _everyone_of(account: str, key: Key) -> str:
    """Return how an intent names everyone of an account: `account/*` for the key's."""
    return "account/*" if account == key.arn.split(":")[4] else everyone_in(account)


def _without(conditions: Conditions, *taken: Condition) -> Conditions:
    return tuple(one for one in conditions if one not in taken)


def can_and_when(part: StatementPart, key: Key) -> Iterator[dict[str, Any]]:
    """Yield the ways to write a part's `can` and `when`: in capability words first, then literally."""
    kind, region = key_type(key.spec, key.usage) or "", key.arn.split(":")[3]
    for_aws = word_for_aws(part.actions, part.conditions, kind)
    if for_aws:
        for when in whens_of(for_aws[1], region):
            yield {"can": [for_aws[0]], **_said(when)}
    for when in whens_of(part.conditions, region):
        yield {"can": list(words_of(part.actions, kind, _offered(key))), **_said(when)}
    for when in whens_of(part.conditions, region):
        yield {"can": list(part.actions), **_said(when)}


def short(principal: str, key: Key) -> str:
    """Return the short form of a principal's ARN, `role/NAME` in the key's account or `account/ID`; else the ARN."""
    arn, home = parse_arn(principal), parse_arn(key.arn)
    if arn is None or home is None or arn.partition != home.partition:
        return principal
    if arn.resource == "root" and ACCOUNT_ID.match(arn.account):
        return "account" if arn.account == home.account else f"account/{arn.account}"
    return arn.resource if arn.account == home.account and arn.kind in _SHORT else principal


def _said(when: dict[str, Any]) -> dict[str, Any]:
    return {"when": when} if when else {}


def _administrator(key: Key) -> Values:
    return in_key_policy(administrator(key_type(key.spec, key.usage) or "", multi_region=key.multi_region))


def _offered(key: Key) -> Values:
    rows = (row for row in ACTIONS.values() if key.multi_region or not row.multi_region_only)
    return in_key_policy(tuple(row.iam_name for row in rows))


def _runs_only(actions: Values) -> bool:
    """Return whether actions only administer the key: no cryptography, no grants, and at least one changes something."""
    rows = [ACTIONS[name.removeprefix("kms:")] for name in actions]
    uses = any(row.cryptographic for row in rows) or not _GRANTS.isdisjoint(actions)
    return not uses and any(not set(row.access_levels) <= {"Read", "List"} for row in rows)
