"""Questions of a scenario: requests to a bundle, with expected answers."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from kmsgen.authorizer.decision import Decision
from kmsgen.authorizer.request import Request
from kmsgen.policy.bundle import Bundle


class Expectation(NamedTuple):
    """The expected answer to a request; None where nothing is expected. `outcome` may be `error` or `error:<exception name>`."""

    outcome: str | None = None
    because: str | None = None

    def met_by(self, decision: Decision) -> bool:
        """Return whether a decision is as expected."""
        return self.outcome_met_by(decision) and self.because_met_by(decision)

    def outcome_met_by(self, decision: Decision) -> bool:
        """Return whether the outcome is as expected; any of the exceptions that AWS documents for a case will do."""
        if self.outcome is None:
            return True
        kind, _, error = self.outcome.partition(":")
        return kind == decision.outcome and (not error or error in (decision.error, *decision.also))

    def because_met_by(self, decision: Decision) -> bool:
        """Return whether `because` is among the decision's reasons, with its layer or as a Sid alone."""
        because = self.because
        return because is None or any(because in (reason, reason.partition("/")[2]) for reason in decision.reason)


class Question(NamedTuple):
    """One request of a scenario and its expectation; of the `whole_call`, or of the named permission only."""

    request: Request
    expectation: Expectation = Expectation()
    whole_call: bool = True


class Placeholder(NamedTuple):
    """A principal, or an account, that stands for one which a file does not tell; principals of a `pattern` may be that one."""

    arn: str
    pattern: str
    what: str


class Scenario(NamedTuple):
    """A bundle and the questions to ask of it.

    If something is `unknown` (in words), `bundle` is the reading with the most access and `narrow` that with the least.
    """

    note: str
    bundle: Bundle
    questions: tuple[Question, ...] = ()
    path: str = "-"
    line: int = 0  # of a file of JSON Lines
    narrow: Bundle | None = None
    unknown: str = ""
    tells_grants: bool = True  # the keys have no other grants
    placeholders: tuple[Placeholder, ...] = ()
    unread: Mapping[str, str] = MappingProxyType({})  # why IAM policies are unknown, by ARN; `*`: of whoever is not described

    @property
    def place(self) -> str:
        """The scenario's file, with the line if it is JSON Lines."""
        return f"{self.path}:{self.line}" if self.line else self.path
