"""Which contradictions and silences mattered for a decision."""

from __future__ import annotations

from collections.abc import Iterator

from kmsgen.authorizer.applicable.plan import Plan, State
from kmsgen.authorizer.applicable.programs import DOUBTFUL_ALLOW, DOUBTFUL_DENY
from kmsgen.authorizer.context.key_values import GRANT_KEYS
from kmsgen.authorizer.decision import Outcome
from kmsgen.authorizer.evaluation.grants import GrantRule
from kmsgen.authorizer.evaluation.outcome import Settlement
from kmsgen.authorizer.language.principal import DOUBT, ROLE, Caller, CallerKind, named
from kmsgen.authorizer.language.statement import NAMES_PRINCIPALS, Rule
from kmsgen.policy.document import Principal


def notes_of(plan: Plan, state: State, settlement: Settlement) -> tuple[str, ...]:
    """Return the notes on a settlement: of a Deny that rests on an open reading, of an Allow that would have counted."""
    return tuple(dict.fromkeys(_notes(plan, state, settlement)))


def _notes(plan: Plan, state: State, settlement: Settlement) -> Iterator[str]:
    if settlement.outcome is Outcome.ALLOWED:
        if plan.beside:
            yield f"P9:{plan.beside}"
        yield from _of_sessions(plan, settlement)
        return
    denied = settlement.outcome is Outcome.EXPLICIT_DENY
    doubtful = list(plan.fixed_doubts)
    wanted = DOUBTFUL_DENY if denied else DOUBTFUL_ALLOW
    doubtful += [rule for (rule, _naming), how in zip(plan.conditional, state, strict=False) if how == wanted]
    for rule in doubtful:
        if rule.deny is denied and (not denied or rule.source in settlement.reason):
            yield from causes(rule, plan)


def _of_sessions(plan: Plan, settlement: Settlement) -> Iterator[str]:
    """Yield S7 where a grant to its role reached a session."""
    if plan.caller.kind is not CallerKind.SESSION:
        return
    pairs = [*plan.fixed, *plan.grants]
    if any(isinstance(rule, GrantRule) and rule.source in settlement.reason and naming & ROLE for rule, naming in pairs):
        yield "S7"


def causes(rule: Rule, plan: Plan) -> Iterator[str]:
    """Yield what is open about how a statement meets requests of a plan."""
    statement, caller = rule.statement, plan.caller
    if rule.layer in NAMES_PRINCIPALS and statement.principals is not None:
        if statement.not_principal:
            yield "S11"
        elif not named(statement.principals, caller) & ~DOUBT:
            yield from {_of_principal(principal, caller) for principal in statement.principals}
    if not rule.resource.variables and rule.resource.check(plan.target.arn, lambda _key: None) is None:
        yield "P3"
    doubtful = [test for test in rule.conditions if test.doubtful]
    if doubtful:
        yield "C4"
    if plan.action.name == "RetireGrant" and rule.conditions:
        yield "S8"
    elif len(doubtful) < len(rule.conditions):
        yield from {_of_condition(test.variable, plan) for test in rule.conditions}


def _of_condition(variable: str, plan: Plan) -> str:
    if plan.action.name == "CreateGrant" and variable in GRANT_KEYS:
        return "P10"
    return "P1" if variable == "aws:principalarn" and not plan.caller.path_known else "S12"


def _of_principal(principal: Principal, caller: Caller) -> str:
    if principal.kind == "CanonicalUser":
        return "S13"
    if "*" in principal.value or "?" in principal.value:
        return "P2"
    return "P7" if caller.kind is CallerKind.FEDERATED else "P1"
