"""Search for requests in which something bad holds: which Allows give it, and how every Deny then fails to match.

One Allow more that matches never takes access away. So first the smallest sets of Allows are chosen that give access if no Deny
matches; then it is asked of each whether some request meets them and nothing that is in the way. Literals that no request can
meet together end a branch at once. Whatever is bad, such a set is among the Allows that give it, so none is missed.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from kmsgen.prover.problem import Assignment, Meter, OutsideError, UnconfirmedError
from kmsgen.prover.requests.constraints import Literal, Look, holds, in_order
from kmsgen.prover.requests.space import RequestSpace
from kmsgen.prover.search.clauses import Clauses, Found, OpenClause, Problem

Literals = frozenset[Literal]


class State(NamedTuple):
    """The clauses that match, the literals that make them, and a request that meets these; None where that is not decided yet."""

    matched: Clauses
    literals: Literals = frozenset()
    model: Assignment | None = Assignment()

    def settles(self, look: Look) -> bool:
        """Return whether the request tells how a test comes out."""
        return self.model is not None and look.reads <= self.model.values.keys()


class Search(NamedTuple):
    """One search. What could not be decided is added to `outside`: then more may exist."""

    space: RequestSpace
    meter: Meter
    outside: list[str]

    def run(self, problem: Problem) -> Iterator[Found]:
        """Yield what is bad, one request for each set of Allows that gives it. Raises BudgetError."""
        others = tuple(one for one in problem.open if one.clause not in problem.gives)
        start = State(problem.matched, model=Assignment(self.space.known))
        for slots in _smallest(problem, others):
            for state in self._chosen(_Choice(problem, others), start, slots):
                found = self._against(problem, state, others)
                if found is not None:
                    yield found

    def first(self, problem: Problem) -> Found | None:
        """Return something bad; None only if there is none, or `outside` says why that is not known. Raises BudgetError."""
        return next(self.run(problem), None)

    def _chosen(self, choice: "_Choice", state: State, slots: Sequence[Sequence[OpenClause]]) -> Iterator[State]:
        """Choices of one Allow a slot: every one that some request meets is yielded, with such a request where it is told."""
        self.meter.count()
        if not slots:
            yield state
            return
        for one in slots[0]:
            more: list[Literal] = [(test, True) for test in one.tests]
            if choice.is_vain(state, one, slots[1:]):
                continue
            after = self._with(state, more, one)
            if after is not None:
                yield from self._chosen(choice, after, slots[1:])

    def _with(self, state: State, more: Sequence[Literal], matching: OpenClause | None = None) -> State | None:
        """Add literals, by which a clause matches; None only if no request meets all, or `outside` says why that is not known."""
        matched = state.matched if matching is None else state.matched | {matching.clause}
        literals = state.literals.union(more)
        if any((look, not truth) in literals for look, truth in more):
            return None
        if all(state.settles(look) and holds(look, state.model or Assignment()) is truth for look, truth in more):
            return State(matched, literals, state.model)
        try:
            model = self.space.solve(literals, self.meter)
        except UnconfirmedError as error:
            self.outside.append(str(error))
            return None
        except OutsideError:
            return State(matched, literals, None)  # decided where no more literals come
        return None if model is None else State(matched, literals, model)

    def _against(self, problem: Problem, state: State, waiting: tuple[OpenClause, ...]) -> Found | None:
        """Branch on each waiting clause that may be in the way; None only if no branch has it, or `outside` says why."""
        self.meter.count()
        matched = state.matched.union(one.clause for one in waiting if all((test, True) in state.literals for test in one.tests))
        waiting = tuple(
            one for one in waiting if one.clause not in matched and not any((test, False) in state.literals for test in one.tests)
        )
        state = state._replace(matched=matched)
        open_ = frozenset(one.clause for one in waiting)
        if not problem.possible(matched, open_):
            return None
        if problem.certain(matched, open_):
            return self._found(state)
        for after in self._ways(state, waiting[0]):
            found = self._against(problem, after, waiting[1:])
            if found is not None:
                return found
        return None

    def _ways(self, state: State, one: OpenClause) -> Iterator[State]:
        """Yield every way in which a clause can come out: a test of it fails while those before it hold, or all of them hold."""
        held: list[Literal] = []
        for test in one.tests:
            after = self._with(state, [*held, (test, False)])
            if after is not None:
                yield after
            held.append((test, True))
        after = self._with(state, held, one)
        if after is not None:
            yield after

    def _found(self, state: State) -> Found | None:
        if state.model is not None:
            return Found(state.model, tuple(in_order(state.literals)))
        try:
            model = self.space.solve(state.literals, self.meter)
        except OutsideError as error:
            self.outside.append(str(error))
            return None
        return None if model is None else Found(model, tuple(in_order(state.literals)))


class _Choice(NamedTuple):
    """What a choice of Allows is made for: the problem, and what can be in the way."""

    problem: Problem
    others: Sequence[OpenClause]

    def is_vain(self, state: State, one: OpenClause, slots: Sequence[Sequence[OpenClause]]) -> bool:
        """Quick refusal: true only if choosing `one` too cannot end in the bad thing, since it makes what is in the way match."""
        literals = state.literals.union((test, True) for test in one.tests)
        matching = [other.clause for other in self.others if all((test, True) in literals for test in other.tests)]
        if not matching:
            return False
        open_ = frozenset(other.clause for other in self.others).union(later.clause for slot in slots for later in slot)
        return not self.problem.possible(state.matched.union([one.clause], matching), open_)


def _smallest(problem: Problem, others: Sequence[OpenClause]) -> Iterator[list[list[OpenClause]]]:
    """Minimal sets of slots, smallest first: every set of Allows that gives the bad thing holds a clause of each slot of one.

    Clauses of one slot do the same for the outcome: the same layer and level, naming the caller in the same way.
    """
    slots: dict[object, list[OpenClause]] = {}
    for one in problem.open:
        if one.clause in problem.gives:
            slots.setdefault(one.clause.slot, []).append(one)
    against = frozenset(one.clause for one in others)
    enough: list[frozenset[object]] = []
    for size in range(len(slots) + 1):
        for chosen in map(frozenset, combinations(slots, size)):
            if any(smaller <= chosen for smaller in enough):
                continue
            if problem.possible(problem.matched.union(slots[slot][0].clause for slot in chosen), against):
                enough.append(chosen)
                yield [slots[slot] for slot in slots if slot in chosen]
