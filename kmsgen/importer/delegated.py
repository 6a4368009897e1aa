"""Permissions that IAM policies give on a key whose key policy delegates to the account, as if the key policy gave them.

Source: KMS Developer Guide, key-policy-default (allows access to the account and enables IAM policies), iam-policies.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from kmsgen.arn import account_of, account_root
from kmsgen.catalogue import actions
from kmsgen.importer.allowed import Allowed, Origin, StatementPart, actions_of, existing, held_by, is_about, parts_of, plainest
from kmsgen.importer.unsaid import Unsaid, unreadable
from kmsgen.policy.bundle import Key, PrincipalPolicies
from kmsgen.policy.document import Condition, Effect, Principal, Statement

Policies = Mapping[str, PrincipalPolicies]


class HeldStatement(NamedTuple):
    """A statement of an IAM policy with its place and the policy's version."""

    origin: Origin
    statement: Statement
    version: str


def held_statements(principals: Policies) -> Iterator[HeldStatement]:
    """Yield the statements of all IAM policies."""
    for holder, policies in principals.items():
        for number, document in enumerate(policies.identity_policies):
            for index, statement in enumerate(document.statements):
                yield HeldStatement(Origin(index, holder, number), statement, document.version)


def delegated_parts(held: HeldStatement, key: Key, given: Iterable[Allowed]) -> Iterator[StatementPart]:
    """Yield what an IAM statement gives its principal: actions that the key policy delegates, and those of IAM alone."""
    partition, holder = key.arn.split(":")[1], held.origin.holder
    root = Principal("AWS", account_root(partition, account_of(holder) or ""))
    left = [(one.action, _others(one, holder)) for one in given if one.principal == root]
    principal = Principal("AWS", holder)
    for part in parts_of(held.origin, held.statement._replace(principals=(principal,)), key):
        held_there = plainest(part.conditions)
        names = tuple(name for name in part.actions if any(name == one and more <= held_there for one, more in left))
        if names:
            yield part._replace(actions=names)
    yield from _of_iam_alone(held, principal, key)


def _others(given: Allowed, holder: str) -> frozenset[Condition]:
    """Return the conditions of a delegating statement, without one on aws:PrincipalArn that the principal meets."""
    return frozenset(one for one in given.conditions if not (one.key == "aws:principalarn" and _names(one, holder)))


def _names(condition: Condition, holder: str) -> bool:
    return condition.operator in ("ArnEquals", "StringEquals") and holder in condition.values


def iam_allowed(principals: Policies, key: Key) -> frozenset[Allowed]:
    """Return the permissions in IAM policies that no key policy can give."""
    found = [
        part
        for held in held_statements(principals)
        if held.statement.effect is Effect.ALLOW
        for part in _of_iam_alone(held, Principal("AWS", held.origin.holder), key)
    ]
    return frozenset(given for part in found for given in part.allowed)


def refusals(held: HeldStatement, key: Key) -> Iterator[Unsaid]:
    """Yield why an IAM statement cannot be said in an intent."""
    statement = held.statement
    names = existing(actions_of(statement), key) if is_about(statement, key) or statement.not_resource else ()
    if statement.effect is Effect.DENY and names:
        why = "an intent that writes the key policy has denies there only"
        yield Unsaid(held.origin, statement.sid, f"a deny in an IAM policy of {held.origin.holder}", why)
    elif names and (refusal := unreadable(held.origin, statement, held.version)):
        yield refusal


def _of_iam_alone(held: HeldStatement, principal: Principal, key: Key) -> Iterator[StatementPart]:
    """Yield the permissions that only IAM can give: on this key, or for actions without a key on Resource `*`."""
    everything, this_key = "*" in held.statement.resources, is_about(held.statement, key)
    alike: dict[tuple[Condition, ...], list[str]] = {}
    for name in actions_of(held.statement):
        row = actions.find(name)
        conditions = held_by(name, held.statement.conditions)
        if row is None or row.policy_types != "iam" or conditions is None:
            continue
        if this_key if "key" in row.resource_types else everything:
            alike.setdefault(conditions, []).append(name)
    for conditions, names in alike.items():
        yield StatementPart(held.origin, (principal,), tuple(names), conditions)
