"""One decision out of several: a call that needs several permissions is allowed where each of them is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kmsgen.authorizer.decision import Decision, Outcome

_WORST_FIRST = (Outcome.EXPLICIT_DENY, Outcome.IMPLICIT_DENY, Outcome.ERROR)


def combine(decisions: Sequence[Decision]) -> Decision:
    """Fold the decisions on the permissions that one request needs; the worst outcome speaks."""
    trace = tuple(item for decision in decisions for item in decision.trace)
    notes = _union(decision.notes for decision in decisions)
    for outcome in _WORST_FIRST:
        found = [decision for decision in decisions if decision.outcome is outcome]
        if found:
            reason = _union(decision.reason for decision in found)
            first = found[0]
            return Decision(outcome, reason, first.error, notes, trace, first.because, first.also)
    return Decision(Outcome.ALLOWED, _union(decision.reason for decision in decisions), None, notes, trace)


def _union(parts: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for part in parts for item in part))
