"""The trace: how every statement and grant met a request, element by element."""

from __future__ import annotations

from collections.abc import Iterable

from kmsgen.authorizer.applicable.plan import Plan
from kmsgen.authorizer.applicable.programs import check
from kmsgen.authorizer.context.lookup import Resolver, lookup, lookup_in, resolver
from kmsgen.authorizer.context.view import View
from kmsgen.authorizer.decision import ElementMatch, Elements, StatementTrace
from kmsgen.authorizer.evaluation.grants import RETIRE, GrantRule, meant_by, retires, silences_of
from kmsgen.authorizer.explain.nearest import UNIQUE_ID
from kmsgen.authorizer.language.conditions import ConditionTest
from kmsgen.authorizer.language.open_value import OpenValue, Seen, no_lookup
from kmsgen.authorizer.language.principal import ACCOUNT, DIRECT, DOUBT, ROLE, Naming
from kmsgen.authorizer.language.statement import Rule
from kmsgen.authorizer.language.wildcards import Maybe
from kmsgen.policy.letter_case import folded

MAX_FILLED = 256
_NAMINGS = (
    (ACCOUNT, "it names the caller's account, which lets IAM policies decide"),
    (ROLE, "it names the caller's role"),
    (DIRECT, "it names the caller"),
)


class Prepared:
    """The trace of a statement or grant, as far as it is the same for every request; `whole` if all of it is.

    For a statement `resolvers` look up the condition keys that it reads, and `filled` keeps the finished trace by their values.
    """

    __slots__ = ("elements", "filled", "resolvers", "rule", "whole")

    def __init__(self, rule: Rule | GrantRule, elements: Elements, *, varies: bool) -> None:
        self.rule = rule
        self.elements = elements
        self.resolvers: tuple[Resolver, ...] = ()
        self.filled: dict[tuple[Seen, ...], StatementTrace] = {}
        self.whole = None if varies else StatementTrace(rule.source, str(rule.layer), rule.effect, elements)


def prepare(plan: Plan, grants: Iterable[GrantRule]) -> tuple[Prepared, ...]:
    """Trace every statement and grant of a plan, as far as that is the same for every request."""
    statements = [_prepare_rule(rule, plan) for rules in plan.sets for rule in rules.rules]
    return (*statements, *(_prepare_grant(rule, plan) for rule in grants))


def fill(prepared: Iterable[Prepared], view: View) -> tuple[StatementTrace, ...]:
    """Complete prepared traces for one request."""
    return tuple([item.whole or _filled(item, view) for item in prepared])


def _filled(item: Prepared, view: View) -> StatementTrace:
    rule = item.rule
    if isinstance(rule, GrantRule):
        return StatementTrace(rule.source, rule.layer, rule.effect, (*item.elements, *_of_grant(rule, view)))
    seen = tuple([resolve(view) for resolve in item.resolvers])
    found = item.filled.get(seen)
    if found is None:
        found = _evaluated(item, rule, view)
        if len(item.filled) < MAX_FILLED:
            item.filled[seen] = found
    return found


def _evaluated(item: Prepared, rule: Rule, view: View) -> StatementTrace:
    elements = list(item.elements)
    if rule.resource.variables:
        elements.append(_resource(rule, rule.resource.check(view.target.arn, lookup_in(view)), view.target.arn))
    elements += [_condition(test, view) for test in rule.conditions]
    return StatementTrace(rule.source, str(rule.layer), rule.effect, tuple(elements))


def _prepare_rule(rule: Rule, plan: Plan) -> Prepared:
    elements: list[ElementMatch] = []
    if rule.statement.principals is not None:
        elements.append(_principal(rule, plan))
    action = plan.permission.name
    elements.append(_element(rule, "Action", rule.covers(folded(action)), rule.statement.actions, action))
    varies = bool(rule.conditions) or bool(rule.resource.variables)
    if not rule.resource.variables:
        elements.append(_resource(rule, rule.resource.check(plan.target.arn, no_lookup), plan.target.arn))
    prepared = Prepared(rule, tuple(elements), varies=varies)
    if varies:
        keys = dict.fromkeys(key for test in rule.conditions for key in (test.variable, *test.variables))
        alias = plan.target.kind == "alias"
        prepared.resolvers = tuple(resolver(key, plan.action.name, alias=alias) for key in (*keys, *rule.resource.variables))
    return prepared


def _settled(rule: Rule, matched: Maybe) -> bool:
    return rule.deny if matched is None else matched


def _principal(rule: Rule, plan: Plan) -> ElementMatch:
    naming: Naming = rule.names(plan.caller)
    caller = plan.caller.arn
    element = "NotPrincipal" if rule.statement.not_principal else "Principal"
    matched = bool(naming) if rule.deny else bool(naming & ~DOUBT)
    if element == "NotPrincipal":
        told = f"`{caller}` is {'not surely ' if matched else ''}among those that it leaves out"
    elif naming == DOUBT:
        told = f"whether it names `{caller}` is open"
    elif not naming:
        told = f"it does not name `{caller}`{_gone(rule)}"
    else:
        told = " and ".join(text for flag, text in _NAMINGS if naming & flag)
    return ElementMatch(element, matched, told)


def _gone(rule: Rule) -> str:
    ids = [f"`{one.value}`" for one in rule.statement.principals or () if UNIQUE_ID.match(one.value)]
    return f"; {', '.join(ids)} is the unique id of a principal that may be gone" if ids else ""


def _element(rule: Rule, element: str, matched: Maybe, wanted: tuple[str, ...], actual: str) -> ElementMatch:
    negated = rule.statement.not_action if element == "Action" else rule.statement.not_resource
    name = f"Not{element}" if negated else element
    if not wanted:
        return ElementMatch(name, _settled(rule, matched), f"the statement has no {element}")
    if matched is None:
        return ElementMatch(name, _settled(rule, matched), f"whether {_listed(wanted)} covers `{actual}` is open")
    listed = matched is not negated
    return ElementMatch(name, matched, f"`{actual}` is {'' if listed else 'not '}covered by {_listed(wanted)}")


def _resource(rule: Rule, matched: Maybe, actual: str) -> ElementMatch:
    return _element(rule, "Resource", matched, rule.statement.resources, actual)


def _listed(texts: tuple[str, ...]) -> str:
    shown = ", ".join(f"`{text}`" for text in texts[:6])
    return shown if len(texts) <= 6 else f"{shown} and {len(texts) - 6} more"


def _condition(test: ConditionTest, view: View) -> ElementMatch:
    values = lookup(view, test.variable)
    result = check(test, view)
    matched = test.deny if result is None else result
    shown = _shown(values)
    condition = test.condition
    open_ = " (open, taken on the safe side)" if result is None else ""
    told = f"{condition.operator} {condition.key} {_listed(condition.values)}: it is {shown}{open_}"
    return ElementMatch("Condition", matched, told, condition)


def _shown(seen: Seen) -> str:
    """Say in words what a condition key holds: values, "absent", or what is possible."""
    if not isinstance(seen, OpenValue):
        return _listed(seen) if seen else "absent"
    values = tuple(dict.fromkeys(value for reading in seen.readings for value in reading or ()))
    possible = [_listed(values)] if values else []
    meant = tuple(dict.fromkeys(text for _, text in seen.meant))
    possible += [f"{_listed(meant)}, however written"] if meant else ["some text"] if seen.shape is not None else []
    return " or ".join([*(["absent"] if None in seen.readings else []), *possible])


def _prepare_grant(rule: GrantRule, plan: Plan) -> Prepared:
    name = plan.action.name
    if name == RETIRE:
        naming = retires(rule.grant, plan.caller)
        told = f"the caller is {'' if naming else 'not '}one whom it lets retire it"
        return Prepared(rule, (ElementMatch("Grantee", bool(naming), told),), varies=True)
    naming = rule.names(plan.caller)
    told = f"its grantee `{rule.grant.grantee}` {'is' if naming else 'is not'} the caller"
    covered = rule.covers(name)
    elements = (
        ElementMatch("Grantee", bool(naming), told),
        ElementMatch("Operation", covered, f"`{name}` is {'' if covered else 'not '}among its operations"),
    )
    return Prepared(rule, elements, varies=bool(naming) and covered and rule.depends(name))


def _of_grant(rule: GrantRule, view: View) -> Elements:
    tests = tuple(rule.tests(view))
    if view.action.name != RETIRE:
        return tests
    meant = bool(meant_by(view.request, (rule,)))
    return (ElementMatch("Grant", meant, f"the request {'names' if meant else 'does not name'} it"), *tests)


def notes_of_grants(plan: Plan, view: View) -> tuple[str, ...]:
    """Return the silences because of which a grant gave no access: C2, S5, S14, P8."""
    notes: dict[str, None] = {"C2": None} if plan.doubtful_grants else {}
    for rule, _naming in plan.grants:
        constraints = rule.grant.constraints
        notes |= dict.fromkeys(silences_of(rule, view))
        if constraints.encryption_context_equals == () and view.encryption_context:
            notes["S14"] = None
        if constraints.source_arn is not None and not lookup(view, "aws:sourcearn") and plan.action.name != "DescribeKey":
            notes["P8"] = None
    return tuple(notes)
