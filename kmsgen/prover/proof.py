"""What a proof answers: a result, and for each way in which the question fails a group with a concrete request."""

from enum import StrEnum
from typing import NamedTuple

from kmsgen.authorizer.request import Request

Values = tuple[str, ...]


class Result(StrEnum):
    """PROVED holds for every request there could be; UNKNOWN is no pass."""

    PROVED = "proved"
    REFUTED = "refuted"
    UNKNOWN = "unknown"


class Budget(NamedTuple):
    """How far a proof may go: classes visited, seconds on the clock, groups kept (further ones are counted only)."""

    classes: int = 400_000
    seconds: float = 30.0
    groups: int = 500


class Group(NamedTuple):
    """Access of one kind: who, what, under which conditions, and one request of it that the authorizer allows.

    `reason` are the statements or grants that allow the witness. Groups with a higher `danger` come first.
    """

    principals: Values
    actions: Values
    conditions: Values
    witness: Request
    reason: Values = ()
    danger: int = 0

    def __str__(self) -> str:
        return "; ".join(filter(None, [", ".join(self.principals), ", ".join(self.actions), ", ".join(self.conditions)]))


class Proof(NamedTuple):
    """The answer to one question. `reason` tells why an answer is unknown, or what a refutation without groups means."""

    question: str
    result: Result
    groups: tuple[Group, ...] = ()
    reason: str = ""


class Differences(NamedTuple):
    """Access gained and lost between two bundles; `reason` is set where a budget ran out: then more may exist."""

    gained: tuple[Group, ...] = ()
    lost: tuple[Group, ...] = ()
    reason: str = ""
