"""How every statement and grant met a request, element by element."""

from __future__ import annotations

from collections.abc import Iterable

from kmsgen.authorizer.applicable.plan import Plan, Prepared
from kmsgen.authorizer.applicable.programs import check
from kmsgen.authorizer.context.lookup import View, resolver
from kmsgen.authorizer.context.permissions import iam_name
from kmsgen.authorizer.decision import ElementMatch, Elements, StatementTrace
from kmsgen.authorizer.evaluation.grants import RETIRE, GrantRule, differs_by_case, meant_by, retires
from kmsgen.authorizer.language.conditions import ConditionTest
from kmsgen.authorizer.language.principal import ACCOUNT, DIRECT, DOUBT, ROLE, Naming
from kmsgen.authorizer.language.statement import Rule
from kmsgen.authorizer.language.wildcards import Maybe

MAX_FILLED = 256
_NAMINGS = (
    (ACCOUNT, "it names the caller's account, which lets IAM policies decide"),
    (ROLE, "it names the caller's role"),
    (DIRECT, "it names the caller"),
)


def prepare(plan: Plan, grants: Iterable[GrantRule]) -> tuple[Prepared, ...]:
    """Trace every statement and grant that applies to a plan, as far as no request changes it."""
    statements = [_prepare_rule(rule, plan) for rules in plan.sets for rule in rules.rules]
    return (*statements, *(_prepare_grant(rule, plan) for rule in grants))


def fill(prepared: Iterable[Prepared], view: View) -> tuple[StatementTrace, ...]:
    """Complete a prepared trace with what a request decides."""
    return tuple([item.whole or _filled(item, view) for item in prepared])


def _filled(item: Prepared, view: View) -> StatementTrace:
    rule = item.rule
    if isinstance(rule, GrantRule):
        return StatementTrace(rule.source, rule.layer, rule.effect, (*item.elements, *_of_grant(rule, view)))
    if item.resolvers is None:
        return _evaluated(item, rule, view)
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
        elements.append(_resource(rule, rule.resource.check(view.target.arn, view.lookup), view.target.arn))
    elements += [_condition(test, view) for test in rule.conditions]
    return StatementTrace(rule.source, str(rule.layer), rule.effect, tuple(elements))


def _prepare_rule(rule: Rule, plan: Plan) -> Prepared:
    elements: list[ElementMatch] = []
    if rule.statement.principals is not None:
        elements.append(_principal(rule, plan))
    action = iam_name(plan.action)
    elements.append(_element(rule, "Action", rule.covers(action.lower()), rule.statement.actions, action))
    varies = bool(rule.conditions) or bool(rule.resource.variables)
    if not rule.resource.variables:
        elements.append(_resource(rule, rule.resource.check(plan.target.arn, lambda _key: None), plan.target.arn))
    prepared = Prepared(rule, tuple(elements), varies=varies)
    if not rule.resource.variables and not any(test.variables for test in rule.conditions):
        alias = plan.target.kind == "alias"
        prepared.resolvers = tuple(resolver(test.variable, plan.action.name, alias=alias) for test in rule.conditions)
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
        told = f"it does not name `{caller}`"
    else:
        told = " and ".join(text for flag, text in _NAMINGS if naming & flag)
    return ElementMatch(element, matched, told)


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
    values = view.lookup(test.variable)
    result = check(test, view)
    matched = test.deny if result is None else result
    shown = _listed(values) if values else "absent"
    condition = test.condition
    open_ = " (open, taken on the safe side)" if result is None else ""
    return ElementMatch(
        "Condition", matched, f"{condition.operator} {condition.key} {_listed(condition.values)}: it is {shown}{open_}"
    )


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
    """Return the silences on which a grant failed to give access: C2, P8."""
    notes: dict[str, None] = {}
    for rule, _naming in plan.grants:
        constraints = rule.grant.constraints
        if differs_by_case(constraints, view.encryption_context):
            notes["C2"] = None
        if constraints.source_arn is not None and not view.lookup("aws:sourcearn") and plan.action.name != "DescribeKey":
            notes["P8"] = None
    return tuple(notes)
