"""What is decided of a request, how far the search may go, and why it may end without an answer."""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from kmsgen.policy.grant import Grant, Pairs

Values = tuple[str, ...]


class Budget(NamedTuple):
    """How far a proof may go: steps of the search, seconds on the clock for the whole question, groups kept.

    With a `second_opinion` it goes further: a solver has to find too that there is no request where the search finds none.
    """

    steps: int = 2_000_000
    seconds: float = 30.0
    groups: int = 500
    second_opinion: bool = False


class BudgetError(Exception):
    """The search took more steps, or longer, than the budget allows."""


class OutsideError(Exception):
    """A combination of tests for which the search's argument does not hold: what it is, as docs/proofs.md names it."""


class BothOutsideError(OutsideError):
    """As OutsideError, where the solver is told no more exactly: it is not asked."""


class UnconfirmedError(OutsideError):
    """The search finds no request, and the solver that was to confirm it cannot tell."""


class DefectError(Exception):
    """Prover and authorizer disagree, so nothing is proved: a defect to report."""


class Meter:
    """What is left of a budget. `deadline` is on the monotonic clock; once it is over it says the same ever after."""

    __slots__ = ("_over", "deadline", "groups", "second_opinion", "seconds", "steps", "taken")

    def __init__(self, budget: Budget) -> None:
        self.steps = budget.steps
        self.seconds = budget.seconds
        self.second_opinion = budget.second_opinion
        self.deadline = time.monotonic() + budget.seconds
        self.groups = budget.groups
        self.taken = 0
        self._over = ""

    def count(self) -> None:
        """Count one step. Raises BudgetError when the budget is spent."""
        self.taken += 1
        if self.taken > self.steps:
            raise BudgetError(f"the budget of {self.steps} steps ran out")
        self.check_clock()

    def check_clock(self) -> None:
        """Raise BudgetError when the time is over."""
        if time.monotonic() > self.deadline:
            self._over = self._over or f"the budget of {self.seconds:g} seconds ran out after {self.taken} steps"
            raise BudgetError(self._over)


class Assignment(NamedTuple):
    """What is decided of a request.

    `values` are condition keys by their name in lower case, None where one is absent; `pairs` the encryption context and the
    tags by family; `grant` the parameters of a CreateGrant; `principal` who asks, where a stand-in's name is chosen.
    """

    values: Mapping[str, Values | None] = MappingProxyType({})
    pairs: Mapping[str, Pairs] = MappingProxyType({})
    grant: Grant | None = None
    principal: str | None = None

    def with_(self, other: Assignment) -> Assignment:
        """Return both together; where both decide a key, `other` counts, and pairs are joined."""
        families = dict.fromkeys([*self.pairs, *other.pairs])
        pairs = {one: tuple(dict.fromkeys([*self.pairs.get(one, ()), *other.pairs.get(one, ())])) for one in families}
        return Assignment(
            {**self.values, **other.values},
            pairs,
            other.grant or self.grant,
            other.principal or self.principal,
        )
