"""Notes: the contradictions and silences of AWS, and the untold condition keys, that a decision rests on."""

from __future__ import annotations

from collections.abc import Iterator

from kmsgen.authorizer.applicable.plan import Plan, State
from kmsgen.authorizer.applicable.rule_set import DeniesOfSomeUser
from kmsgen.authorizer.decision import Outcome
from kmsgen.authorizer.evaluation.grants import GrantRule
from kmsgen.authorizer.evaluation.outcome import Settlement, settle
from kmsgen.authorizer.language.open_value import no_lookup
from kmsgen.authorizer.language.principal import DIRECT, DOUBT, NOT_NAMED, ROLE, Caller, CallerKind, at_most, named, names
from kmsgen.authorizer.language.statement import NAMES_PRINCIPALS, Rule
from kmsgen.catalogue.model import Values
from kmsgen.policy.document import Principal


def notes_of(plan: Plan, state: State, settlement: Settlement) -> tuple[str, ...]:
    """Return the notes on an outcome: of a deny the open Denies behind it, or the open Allows that would have given access."""
    return tuple(dict.fromkeys(_notes(plan, state, settlement)))


def _notes(plan: Plan, state: State, settlement: Settlement) -> Iterator[str]:
    if settlement.outcome is Outcome.ALLOWED:
        if plan.beside:
            yield f"P9:{plan.beside}"
        yield from _of_sessions(plan, settlement)
        return
    denied = settlement.outcome is Outcome.EXPLICIT_DENY
    doubts = [(rule, causes) for rule, causes in _doubts(plan, state) if rule.deny is denied]
    doubts += [] if denied else _wider(plan, state)
    if denied and any(rule.deny for rule, _naming in _certain(plan, state)):
        return
    if denied or _would_allow(plan, state, [rule for rule, _causes in doubts]):
        for _rule, causes in doubts:
            yield from causes


def _certain(plan: Plan, state: State) -> Iterator[tuple[Rule | GrantRule, int]]:
    """Yield the statements and grants that match in every reading."""
    open_ = {rule for rule, _causes in _doubts(plan, state)}
    yield from (match for match in plan.matched(state) if match[0] not in open_)


def _doubts(plan: Plan, state: State) -> Iterator[tuple[Rule, Values]]:
    """Yield each statement of which it is open whether it matches, with all notes on why."""
    by_request = {rule: how for (rule, _naming), how in zip(plan.conditional, state, strict=False)}
    for rule in plan.fixed_doubts:
        how = by_request.get(rule)
        if how != 0:
            yield rule, (*_of_element(rule, plan), *(how if isinstance(how, tuple) else ()))
    doubtful = set(plan.fixed_doubts)
    yield from ((rule, how) for rule, how in by_request.items() if isinstance(how, tuple) and rule not in doubtful)


def _wider(plan: Plan, state: State) -> list[tuple[Rule, Values]]:
    """Return each Allow that surely names the caller's account or role and perhaps itself, where it matches."""
    matching = {rule for rule, _naming in plan.matched(state)}
    return [(rule, tuple(_of_element(rule, plan))) for rule in plan.wider_doubts if rule in matching and not rule.deny]


def _would_allow(plan: Plan, state: State, doubtful: list[Rule]) -> bool:
    """Whether access would follow if the doubtful statements matched: only then does a deny rest on them."""
    namings = {rule: naming for rules in plan.sets for rule, naming in rules.naming(plan.caller).items()}
    more = [(rule, at_most(namings.get(rule, NOT_NAMED))) for rule in doubtful]
    return settle(plan.facts, [*plan.matched(state), *more]).outcome is Outcome.ALLOWED


def _of_sessions(plan: Plan, settlement: Settlement) -> Iterator[str]:
    """Yield S7 where a grant to a role gave access to a session of it."""
    if plan.caller.kind is not CallerKind.SESSION:
        return
    pairs = [*plan.fixed, *plan.grants]
    if any(isinstance(rule, GrantRule) and rule.source in settlement.reason and naming & ROLE for rule, naming in pairs):
        yield "S7"


def _of_element(rule: Rule, plan: Plan) -> Iterator[str]:
    """Yield the notes on a statement whose Principal or Resource element is open for every request of the plan."""
    statement, caller = rule.statement, plan.caller
    if rule.layer in NAMES_PRINCIPALS and statement.principals is not None:
        if statement.not_principal:
            yield "S11"
        elif not named(statement.principals, caller) & DIRECT:
            doubtful = (principal for principal in statement.principals if names(principal, caller) == DOUBT)
            yield from dict.fromkeys(_of_principal(principal, caller) for principal in doubtful)
    elif any(isinstance(rules, DeniesOfSomeUser) and rule in rules.rules for rules in plan.sets):
        yield "P7"
    yield from _of_resource(rule, plan)


def _of_resource(rule: Rule, plan: Plan) -> Iterator[str]:
    """Yield the note on a Resource element that is open: for the Region of a key that a call creates, or else a wildcard."""
    target = plan.target
    if rule.resource.variables or rule.resource.check(target.shape or target.arn, no_lookup) is not None:
        return
    if target.shape is None:
        yield "P3"
    elif not target.region:
        yield "P11:aws:RequestedRegion"


def _of_principal(principal: Principal, caller: Caller) -> str:
    if principal.kind == "CanonicalUser":
        return "S13"
    if "*" in principal.value or "?" in principal.value:
        return "P2"
    return "P7" if caller.kind is CallerKind.FEDERATED else "P1"
