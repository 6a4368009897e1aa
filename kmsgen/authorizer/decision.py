"""The decision: an outcome, its reason, and how every statement met the request."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from kmsgen.policy.document import Condition, Effect


class Outcome(StrEnum):
    """AWS's three answers, spelled as iam:SimulatePrincipalPolicy spells them, and `error` for a call KMS refuses."""

    ALLOWED = "allowed"
    EXPLICIT_DENY = "explicitDeny"
    IMPLICIT_DENY = "implicitDeny"
    ERROR = "error"


class ElementMatch(NamedTuple):
    """How one element of a statement or grant met the request; `condition` is set for a Condition."""

    element: str  # Principal, Action, Resource, Condition; of a grant: Grantee, Operation, Constraint, Token
    matched: bool
    because: str
    condition: Condition | None = None


Elements = tuple[ElementMatch, ...]


class StatementTrace(NamedTuple):
    """How one statement, or one grant, met the request."""

    source: str  # "key-policy/AllowUse", "identity-policy/#2", "scp/Level1", "grant/g1"
    layer: str  # key-policy, identity-policy, grant, boundary, session-policy, scp, rcp, vpc-endpoint-policy
    effect: Effect
    elements: Elements

    @property
    def matched(self) -> bool:
        """Whether every element matched."""
        return all(element.matched for element in self.elements)


class Decision(NamedTuple):
    """The outcome of a request and its grounds; `notes` are about silences of AWS (C2, S1)."""

    outcome: Outcome
    reason: tuple[str, ...]  # what decided; of an implicit deny the layers without an Allow; of an error KMS's rule
    error: str | None = None  # KMS's exception
    notes: tuple[str, ...] = ()
    trace: tuple[StatementTrace, ...] = ()
    because: str = ""  # a sentence on the error
    also: tuple[str, ...] = ()  # exceptions that AWS documents in its place


_WORST_FIRST = (Outcome.EXPLICIT_DENY, Outcome.IMPLICIT_DENY, Outcome.ERROR)


def combine(decisions: Sequence[Decision]) -> Decision:
    """Combine the decisions on all permissions of a call: allowed where each is, else the worst outcome."""
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
