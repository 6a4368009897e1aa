"""What a scenario asks of a bundle, and what is expected of the answers."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from kmsgen.authorizer.decision import Decision
from kmsgen.authorizer.request import Request
from kmsgen.policy.bundle import Bundle


class Expectation(NamedTuple):
    """What a request is expected to come to; None where nothing is. `outcome` may be `error:<exception name>` or any `error`."""

    outcome: str | None = None
    because: str | None = None

    def met_by(self, decision: Decision) -> bool:
        """Return whether a decision is as expected."""
        return self.outcome_met_by(decision) and self.because_met_by(decision)

    def outcome_met_by(self, decision: Decision) -> bool:
        """Return whether the outcome is as expected; where AWS documents several exceptions for a case, each is."""
        if self.outcome is None:
            return True
        kind, _, error = self.outcome.partition(":")
        return kind == decision.outcome and (not error or error in (decision.error, *decision.also))

    def because_met_by(self, decision: Decision) -> bool:
        """Return whether the grounds are as expected: a reason, or without its layer the Sid of one."""
        because = self.because
        return because is None or any(because in (reason, reason.partition("/")[2]) for reason in decision.reason)


class Question(NamedTuple):
    """One request of a scenario and what is expected of it; of the `whole_call`, or of the one permission that is named."""

    request: Request
    expectation: Expectation = Expectation()
    whole_call: bool = True


class Scenario(NamedTuple):
    """A bundle and the questions to ask of it.

    Where something is `unknown`, in words, the bundle is read so that it gives the most access, and `narrow` the least.
    `tells_grants`: the keys have the grants that are told, by their ids, and no others.
    `unread` says by their ARNs of whom the IAM policies are not known, and why; `*` is whoever is not described.
    """

    note: str
    bundle: Bundle
    questions: tuple[Question, ...] = ()
    path: str = "-"
    line: int = 0  # of a file of JSON Lines
    narrow: Bundle | None = None
    unknown: str = ""
    tells_grants: bool = True
    unread: Mapping[str, str] = MappingProxyType({})

    @property
    def place(self) -> str:
        """The scenario's file, and its line in a file of JSON Lines."""
        return f"{self.path}:{self.line}" if self.line else self.path
