"""Statements of many IAM policies of one principal to as few as say the same.

Two Allow statements that differ in their resources alone are one with both, and so are two that differ in their actions alone, or
in the values of one condition of which any is enough: each request that either matches, the one does, and no other. Deny
statements likewise. Source: IAM User Guide, "Policy evaluation logic".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product

from kmsgen.compiler.key_policy import Traced
from kmsgen.compiler.permit import gives_alternatives
from kmsgen.compiler.sids import Sids
from kmsgen.errors import Location
from kmsgen.policy.document import Condition, Document, Statement

Access = tuple[Statement, str, str]


def joined(statements: Iterable[Statement], place: Location) -> list[Traced]:
    """Return as few statements as say what these say, in one order, each with a Sid of its own."""
    whole = _with_values(_with_actions(_with_resources(statements)))
    sids = Sids()
    ordered = sorted(whole, key=lambda one: (one.effect, _base(one.sid), repr(one.conditions), one.actions))
    return [Traced(one._replace(sid=sids.joined(_base(one.sid))), (place,)) for one in ordered]


def _base(sid: str | None) -> str:
    return (sid or "Access").rstrip("0123456789")


def _with_resources(statements: Iterable[Statement]) -> list[Statement]:
    """Put statements together that differ in their resources alone; what excepts resources stays as it is."""
    found: dict[Statement, dict[str, None]] = {}
    apart: dict[Statement, None] = {}
    bases: dict[Statement, str | None] = {}
    for one in statements:
        if one.not_resource:
            apart[one._replace(sid=None)] = None
            bases.setdefault(one._replace(sid=None), one.sid)
            continue
        rest = one._replace(sid=None, resources=(), actions=tuple(sorted(one.actions)))
        found.setdefault(rest, {}).update(dict.fromkeys(one.resources))
        bases.setdefault(rest, one.sid)
    whole = [rest._replace(sid=bases[rest], resources=tuple(sorted(held))) for rest, held in found.items()]
    return [*whole, *(one._replace(sid=bases[one]) for one in apart)]


def _with_actions(statements: Iterable[Statement]) -> list[Statement]:
    """Put statements together that differ in their actions alone; what excepts actions stays as it is."""
    found: dict[Statement, dict[str, None]] = {}
    bases: dict[Statement, str | None] = {}
    for one in statements:
        rest = one._replace(sid=None, actions=one.actions if one.not_action else ())
        found.setdefault(rest, {}).update({} if one.not_action else dict.fromkeys(one.actions))
        bases.setdefault(rest, one.sid)
    return [rest._replace(sid=bases[rest], actions=tuple(sorted(held)) or rest.actions) for rest, held in found.items()]


def _with_values(statements: list[Statement]) -> list[Statement]:
    """Put statements together that differ in the values of one condition alone, where any one of its values is enough."""
    for operator, key in dict.fromkeys((one.operator, one.key) for statement in statements for one in statement.conditions):
        if gives_alternatives(operator):
            statements = _listed(statements, operator, key)
    return statements


def _listed(statements: Iterable[Statement], operator: str, key: str) -> list[Statement]:
    found: dict[Statement, dict[str, None]] = {}
    bases: dict[Statement, str | None] = {}
    for one in statements:
        own = [held for held in one.conditions if (held.operator, held.key) == (operator, key)]
        bare = tuple(held._replace(values=()) if held in own else held for held in one.conditions) if len(own) == 1 else None
        rest = one._replace(sid=None, conditions=one.conditions if bare is None else bare)
        found.setdefault(rest, {}).update({} if bare is None else dict.fromkeys(own[0].values))
        bases.setdefault(rest, one.sid)
    return [_filled(rest, sorted(held), bases[rest]) for rest, held in found.items()]


def _filled(rest: Statement, values: list[str], sid: str | None) -> Statement:
    conditions = tuple(one if one.values else one._replace(values=tuple(values)) for one in rest.conditions)
    return rest._replace(conditions=conditions, sid=sid)


def accesses(policies: Iterable[Document]) -> set[Access]:
    """Return each access that policies give or deny: a statement without its Sid for each action, resource and listed value."""
    return {access for document in policies for one in document.statements for access in _accesses(one)}


def _accesses(one: Statement) -> Iterator[Access]:
    actions = ("",) if one.not_action else one.actions
    resources = ("",) if one.not_resource else one.resources
    rest = one._replace(
        sid=None, actions=one.actions if one.not_action else (), resources=one.resources if one.not_resource else ()
    )
    for conditions in product(*map(_alternatives, sorted(one.conditions))):
        held = rest._replace(conditions=conditions)
        yield from ((held, action, resource) for action in actions for resource in resources)


def _alternatives(condition: Condition) -> list[Condition]:
    if not gives_alternatives(condition.operator):
        return [condition]
    return [condition._replace(values=(value,)) for value in condition.values]
