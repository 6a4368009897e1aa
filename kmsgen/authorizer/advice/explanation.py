"""Explanation of a denied access: why, the nearest statements, and changes that would give it.

Advice is tried with the authorizer: first changes of the call alone, then additions to policies. Only what leads to access is
told.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from kmsgen.authorizer.advice.asked import Asked, Change
from kmsgen.authorizer.advice.call_changes import changes, for_grant
from kmsgen.authorizer.advice.policy_changes import additions
from kmsgen.authorizer.authorizer import Authorizer
from kmsgen.authorizer.context.permissions import Permission
from kmsgen.authorizer.decision import Decision, ElementMatch, Outcome, StatementTrace
from kmsgen.authorizer.explain.nearest import Miss, misses, reasons
from kmsgen.authorizer.language.principal import CallerKind
from kmsgen.authorizer.request import Request
from kmsgen.catalogue.actions import find
from kmsgen.policy.bundle import Bundle
from kmsgen.policy.document import Condition, Effect

MAX_STEPS = 4
MAX_TRIES = 64
MAX_ROUNDS = 8
_DENIED = "no Allow helps against an explicit Deny: change the statement, or the request so that the statement does not match"


class Explanation(NamedTuple):
    """Sentences on why access was denied, the nearest statement of each layer, and changes that would give access."""

    why: tuple[str, ...] = ()
    nearest: tuple[Miss, ...] = ()
    change: tuple[str, ...] = ()


class Advice(NamedTuple):
    """Two sets of changes, each enough for access: of the call alone, and of policies (with the call where a Deny needs it)."""

    call: tuple[Change, ...] = ()
    policies: tuple[Change, ...] = ()


def explain(request: Request, decision: Decision, bundle: Bundle) -> Explanation:
    """Explain a decision that has its trace; empty for an allowed one."""
    if decision.outcome is Outcome.ALLOWED:
        return Explanation()
    if decision.outcome is Outcome.ERROR:
        return Explanation((decision.because,) if decision.because else ())
    why = tuple(reasons(request, decision, managed=any(access.key.manager == "AWS" for access in bundle.keys[:1])))
    found = advise(request, bundle)
    said = [change.text for change in found.call]
    if decision.outcome is Outcome.EXPLICIT_DENY:
        return Explanation(why, (), (*said, _DENIED) if not said else (*said, f"or else: {_DENIED}"))
    said += [change.text if not found.call else f"or else: {change.text}" for change in found.policies]
    said += list(_grants(request, decision, bundle))
    return Explanation(why, tuple(misses(decision)), tuple(dict.fromkeys(said)))


def _grants(request: Request, decision: Decision, bundle: Bundle) -> Iterator[str]:
    """Yield the hint that a grant would do instead of a key policy statement."""
    action = find(request.action)
    managed = any(access.key.manager == "AWS" for access in bundle.keys[:1])
    if decision.reason == ("key-policy",) and action is not None and action.grantable and not managed:
        yield f"or a grant of {action.name} to {request.principal}"


def advise(request: Request, bundle: Bundle) -> Advice:
    """Find changes that give access: of the call alone, and of policies; empty where none was found."""
    asked = Asked(request, bundle)
    return Advice(tuple(_by_call(asked)), tuple(_by_policies(asked)))


# --- the call -------------------------------------------------------------------------------------------------------------


def _by_call(asked: Asked) -> list[Change]:
    """Breadth-first search for the fewest changes of the call that give access; empty after MAX_TRIES or MAX_STEPS."""
    authorizer = Authorizer(asked.bundle)
    waiting: list[tuple[Change, ...]] = [()]
    tried = 0
    for made in waiting:
        state = made[-1].after if made else asked
        parts = authorizer.parts(state.request)
        if made and authorizer.decide(state.request).outcome is Outcome.ALLOWED:
            return list(made)
        tried += 1
        if tried > MAX_TRIES or len(made) >= MAX_STEPS:
            continue
        waiting += [(*made, *more) for more in islice(_candidates(state, parts), MAX_STEPS)]
    return []


def _candidates(asked: Asked, parts: list[tuple[Permission, Decision]]) -> Iterator[tuple[Change, ...]]:
    """Yield changes of the call that stop a Deny, or make an Allow or grant match that nearly does."""
    for _permission, decision in parts:
        if decision.outcome is Outcome.EXPLICIT_DENY:
            denies = [trace for trace in decision.trace if trace.source in decision.reason and trace.effect is Effect.DENY]
            for trace in denies:
                for condition in _conditions(trace):
                    yield from ((change,) for change in changes(condition, asked, holds=False))
        elif decision.outcome is Outcome.IMPLICIT_DENY:
            for trace in decision.trace:
                failed = [element for element in trace.elements if not element.matched]
                if trace.effect is Effect.ALLOW and failed:
                    yield from _nearly(asked, trace, failed)


def _nearly(asked: Asked, trace: StatementTrace, failed: list[ElementMatch]) -> Iterator[tuple[Change, ...]]:
    """Yield changes of the call after which an Allow or grant matches, if only its conditions or constraints fail."""
    wanted = [element.condition for element in failed if element.condition is not None]
    if len(wanted) == len(failed):
        yield from _all_of(asked, wanted)
    elif trace.layer == "grant" and {element.element for element in failed} <= {"Constraint", "Token"}:
        grant = next((one for access in asked.bundle.keys for one in access.grants if f"grant/{one.id}" == trace.source), None)
        if grant is not None:
            yield tuple(for_grant(grant, asked))


def _conditions(trace: StatementTrace) -> Iterator[Condition]:
    yield from (element.condition for element in trace.elements if element.condition is not None)


def _all_of(asked: Asked, conditions: list[Condition]) -> Iterator[tuple[Change, ...]]:
    """Yield one sequence of changes after which all conditions hold, the first way for each; nothing if one cannot hold."""
    made: list[Change] = []
    for condition in conditions:
        change = next(changes(condition, made[-1].after if made else asked, holds=True), None)
        if change is None:
            return
        made.append(change)
    yield tuple(made)


# --- policies -------------------------------------------------------------------------------------------------------------


def _by_policies(asked: Asked) -> list[Change]:
    """Add Allows to the lacking layers round by round until access is given; against a Deny, change the call."""
    made: list[Change] = []
    for _round in range(MAX_ROUNDS):
        state = made[-1].after if made else asked
        authorizer = Authorizer(state.bundle)
        lacking = [part for part in authorizer.parts(state.request) if part[1].outcome is not Outcome.ALLOWED]
        if not lacking:
            return made if authorizer.decide(state.request).outcome is Outcome.ALLOWED else []
        more = _next(state, authorizer, lacking[0])
        if not more:
            return []
        made += more
    return []


def _next(asked: Asked, authorizer: Authorizer, part: tuple[Permission, Decision]) -> list[Change]:
    permission, decision = part
    if decision.outcome is Outcome.IMPLICIT_DENY:
        caller = authorizer.caller(asked.request.principal)
        lacking = tuple(layer for layer in decision.reason if not _is_of_service(layer, caller.kind))
        return list(additions(asked, caller, permission, lacking)) if len(lacking) == len(decision.reason) else []
    return next((list(found) for found in _candidates(asked, [part])), [])


def _is_of_service(layer: str, kind: CallerKind) -> bool:
    """Whether the caller is a service and the layer one that services do not have, as they have no IAM policies."""
    return kind is CallerKind.SERVICE and layer not in ("key-policy", "vpc-endpoint-policy")
