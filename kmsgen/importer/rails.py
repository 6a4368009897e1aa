"""Import of Deny statements, as guard rails that compile to the same statements."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from kmsgen.arn import account_root
from kmsgen.catalogue.actions import ACTIONS
from kmsgen.catalogue.guardrails import DENY, GUARD_RAILS
from kmsgen.compiler.conditions import has_wildcard
from kmsgen.importer.allowed import actions_of, existing, is_about, plainest
from kmsgen.importer.draft import Draft, DraftLine, Trial
from kmsgen.importer.people import short
from kmsgen.importer.when import whens_of
from kmsgen.policy.bundle import Key
from kmsgen.policy.document import Condition, Effect, Principal, Statement
from kmsgen.policy.letter_case import folded

Denied = tuple[frozenset[Principal], frozenset[str], frozenset[Condition]]
_EXCEPT = {"aws:principalarn": ("ArnNotEquals", "ArnNotLike", "StringNotEquals", "StringNotLike"),
           "aws:principalaccount": ("StringNotEquals",)}  # fmt: skip


def denies_of(statements: tuple[Statement, ...], key: Key) -> dict[Denied, int]:
    """Return what the Deny statements of a key policy deny on the key, with the numbers of the statements."""
    denies = ((number, one) for number, one in enumerate(statements) if one.effect is Effect.DENY and is_about(one, key))
    return {denied(one, key): number for number, one in denies}


def denied(statement: Statement, key: Key) -> Denied:
    """Return principals, actions and conditions of a Deny in a normal form."""
    principals = frozenset(Principal("AWS", "*") if one.value == "*" else one for one in statement.principals or ())
    return principals, frozenset(existing(actions_of(statement), key)), plainest(statement.conditions)


def forbidden_by(statement: Statement, key: Key) -> frozenset[str]:
    """Return the actions on the key that a Deny takes from everyone unconditionally."""
    return _denied_to_all(statement, key) if not plainest(statement.conditions) else frozenset()


def kept_from_kms(statement: Statement, key: Key) -> frozenset[str]:
    """Return the actions that KMS's own service-linked role alone could call, and that a Deny takes from it."""
    if not all(map(_holds_for_service_role, statement.conditions)):
        return frozenset()
    return frozenset(name for name in _denied_to_all(statement, key) if ACTIONS[name.removeprefix("kms:")].policy_types is None)


def _denied_to_all(statement: Statement, key: Key) -> frozenset[str]:
    """Return the actions on the key that a Deny of everyone is about."""
    who, what, _ = denied(statement, key)
    whole = statement.effect is Effect.DENY and is_about(statement, key) and not statement.not_resource
    return what if whole and not statement.not_principal and who == {Principal("AWS", "*")} else frozenset()


def _holds_for_service_role(condition: Condition) -> bool:
    """Return whether a condition holds where a service-linked role calls: its ARN is none that is spared, and it is no service.

    Source: IAM User Guide, reference_policies_condition-keys (aws:PrincipalIsAWSService).
    """
    key = folded(condition.key)
    if key == "aws:principalarn" and condition.operator in _EXCEPT[key]:
        return not any(has_wildcard(value) or "$" in value or "/aws-service-role/" in value for value in condition.values)
    return key == "aws:principalisawsservice" and (condition.operator, condition.values) == ("Bool", ("false",))


def find_rail(
    statement: Statement, draft: Draft, allowed: frozenset[str], *, by_name: bool = False
) -> tuple[DraftLine, Trial] | str:
    """Return the guard rail of a Deny and the trial with it, or the reason why there is none.

    It may deny other actions too, or fewer, where nothing allows these. `by_name`: without the general rail `deny`.
    """
    wanted, why = denied(statement, draft.key), ""
    named = (pair for name in GUARD_RAILS if name != DENY for pair in _tries(name, statement, draft))
    for line, trial in chain(named, () if by_name else _as_it_stands(statement, wanted, draft)):
        if any(_is_same(wanted, one, allowed) for one in denies_of(trial.statements, draft.key)):
            return line, trial
        why = trial.why
    return why or "no guard rail is this Deny"


def _as_it_stands(statement: Statement, wanted: Denied, draft: Draft) -> Iterator[tuple[DraftLine, Trial]]:
    """Yield the general guard rail `deny` with the statement's own principals, actions and conditions."""
    who, what, _ = wanted
    names = [short(one.value, draft.key) for one in sorted(who) if one.value != "*"]
    for when in whens_of(statement.conditions, draft.key.arn.split(":")[3]):
        told = {"for": names, "actions": [] if what >= _decided_by_key_policy(draft.key) else sorted(what), "when": when}
        options = {name: value for name, value in told.items() if value}
        line = DraftLine("guardrails", {DENY: options} if options else DENY)
        yield line, draft.trial(*draft.lines, line)


def _decided_by_key_policy(key: Key) -> frozenset[str]:
    """Return the actions on a key that AWS documents as decided by key policies."""
    return frozenset(existing(tuple(row.iam_name for row in ACTIONS.values() if row.policy_types), key))


def _is_same(one: Denied, other: Denied, allowed: frozenset[str]) -> bool:
    """Return whether two Denies deny the same among the allowed actions."""
    (who, what, when), (whom, which, at) = one, other
    return (who, when) == (whom, at) and bool(what & which) and not (what ^ which) & allowed


def _tries(name: str, statement: Statement, draft: Draft) -> Iterator[tuple[DraftLine, Trial]]:
    """Yield a guard rail without exceptions, then with the exceptions in the statement's conditions."""
    principals = [one.value for one in statement.principals or () if one.value != "*"] or list(_only(statement))
    options = {"for": [short(arn, draft.key) for arn in sorted(principals)]} if principals else {}
    bare = DraftLine("guardrails", {name: options} if options else name)
    trial = draft.trial(*draft.lines, bare)
    yield bare, trial
    own = {arn for one in trial.statements if one.effect is Effect.DENY for arn in _spared(one, draft.key)}
    spared = [short(arn, draft.key) for arn in sorted(_spared(statement, draft.key)) if arn not in own]
    if spared:
        line = DraftLine("guardrails", {name: {"except": spared, **options}})
        yield line, draft.trial(*draft.lines, line)


def _only(statement: Statement) -> Iterator[str]:
    """Yield the principal patterns to which conditions limit a Deny of everyone."""
    for condition in statement.conditions:
        if folded(condition.key) == "aws:principalarn" and condition.operator in ("ArnLike", "ArnEquals"):
            yield from condition.values


def _spared(statement: Statement, key: Key) -> Iterator[str]:
    for condition in statement.conditions:
        if condition.operator not in _EXCEPT.get(folded(condition.key), ()):
            continue
        for value in condition.values:
            yield account_root(key.arn.split(":")[1], value) if value.isdigit() else value
