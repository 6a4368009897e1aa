"""Search every combination of classes in which something bad can hold, pruning as soon as the answer is certain.

A clause is a statement or a grant whose principal, action and resource match and whose conditions are not all known yet.
At each node two questions bound everything below it: can the bad thing still hold, whatever the open clauses turn out to
be, and does it hold in any case. Only where the first is yes and the second no is another variable cut.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

Values = tuple[str, ...]
Known = Mapping[str, Values | None]


class Test(Protocol):
    """One test of a clause: the condition keys it reads, and whether it holds given their values (None: absent)."""

    @property
    def reads(self) -> frozenset[str]:
        """The condition keys whose values settle the test."""

    def holds(self, known: Known) -> bool:
        """Whether the test holds; every key it reads is known."""

    def possible(self, known: Known) -> bool:
        """Whether the test can still hold, whatever the keys not known yet turn out to be; True where that is not told."""


class Clause(NamedTuple):
    """A statement or grant with the tests that are still open. `number` names it to the problem."""

    number: int
    tests: tuple[Test, ...]


class Choice(NamedTuple):
    """One class of one variable: what it makes of each condition key (None: absent), and what says it in words."""

    values: tuple[tuple[str, Values | None], ...]
    say: Callable[[], str]


class Space(Protocol):
    """Which variables there are and how each is cut, given the tests that look at it and what is known already."""

    def variable_of(self, key: str) -> str:
        """Return the variable that carries a condition key."""

    def choices(self, variable: str, tests: Sequence[Any], known: Known) -> Sequence[Choice]:
        """Cut a variable by tests; at least one choice."""

    def coherent(self, known: Known) -> bool:
        """Whether what is known of different variables can stand in one request."""

    def ready(self, variable: str, tests: Sequence[Any], known: Known) -> bool:
        """Whether the variable can be cut now, or waits for others that its tests read first."""


class BudgetError(Exception):
    """The search visited more classes, or took longer, than the budget allows."""


class Meter:
    """What is left of a budget. `deadline` is on the monotonic clock."""

    __slots__ = ("classes", "deadline", "visited")

    def __init__(self, classes: int, deadline: float) -> None:
        self.classes = classes
        self.deadline = deadline
        self.visited = 0

    def count(self) -> None:
        """Count one class; raise BudgetError when the budget is spent."""
        self.visited += 1
        if self.visited > self.classes:
            raise BudgetError("classes")
        if not self.visited & 63 and time.monotonic() > self.deadline:
            raise BudgetError("seconds")


Judge = Callable[[frozenset[int], frozenset[int]], bool]
"""Judges from the clauses that match and those that are open."""


class Problem(NamedTuple):
    """What is decided before any free condition is known: the clauses that match already, those open, and what is known.

    `possible` tells whether the bad thing can hold when these clauses match and those are open; `certain` whether it must.
    """

    matched: frozenset[int]
    open: tuple[Clause, ...]
    possible: Judge
    certain: Judge
    known: Known = MappingProxyType({})


class Found(NamedTuple):
    """A combination of classes in which the bad thing holds, whatever the variables not chosen are."""

    choices: tuple[Choice, ...]
    known: Known


class Search(NamedTuple):
    """One search through one space."""

    space: Space
    meter: Meter

    def run(self, problem: Problem) -> Iterator[Found]:
        """Yield every bad combination. Raises BudgetError."""
        yield from self._node(problem, problem.matched, problem.open, problem.known, ())

    def _node(
        self, problem: Problem, matched: frozenset[int], open_: tuple[Clause, ...], known: Known, path: tuple[Choice, ...]
    ) -> Iterator[Found]:
        self.meter.count()
        waiting = frozenset([clause.number for clause in open_])
        if not problem.possible(matched, waiting):
            return
        if problem.certain(matched, waiting):
            yield Found(path, known)
            return
        variable, tests = self._next(open_, known)
        for choice in self.space.choices(variable, tests, known):
            now = {**known, **dict(choice.values)}
            if not self.space.coherent(now):
                continue
            settled, left = settle(open_, now)
            yield from self._node(problem, matched | settled, left, now, (*path, choice))

    def _next(self, open_: tuple[Clause, ...], known: Known) -> tuple[str, list[Test]]:
        """Pick the variable that weighs most: read by many clauses, and by clauses that read little else."""
        weights: dict[str, float] = {}
        tests: dict[str, list[Test]] = {}
        for clause in open_:
            variables = {self.space.variable_of(key) for test in clause.tests for key in test.reads if key not in known}
            for variable in variables:
                weights[variable] = weights.get(variable, 0.0) + 1 / len(variables)
            for test in clause.tests:
                for variable in {self.space.variable_of(key) for key in test.reads if key not in known}:
                    tests.setdefault(variable, []).append(test)
        ordered = sorted(weights, key=lambda variable: (-weights[variable], variable))
        ready = [variable for variable in ordered if self.space.ready(variable, tests[variable], known)]
        best = (ready or ordered)[0]
        return best, tests[best]


def settle(open_: tuple[Clause, ...], known: Known) -> tuple[frozenset[int], tuple[Clause, ...]]:
    """Split clauses into those that match now and those still open; what cannot match any more is dropped."""
    settled, left = [], []
    for clause in open_:
        waiting = _waiting(clause.tests, known)
        if waiting is None:
            continue
        if waiting == clause.tests:
            left.append(clause)
        elif waiting:
            left.append(Clause(clause.number, waiting))
        else:
            settled.append(clause.number)
    return frozenset(settled), tuple(left)


def _waiting(tests: tuple[Test, ...], known: Known) -> tuple[Test, ...] | None:
    """Return the tests that are not decided yet; None if one fails."""
    waiting = []
    for test in tests:
        if all(key in known for key in test.reads):
            if not test.holds(known):
                return None
        elif not test.possible(known):
            return None
        else:
            waiting.append(test)
    return tuple(waiting)
