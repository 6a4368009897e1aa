"""Decide which literals can hold in one request: components that share no part of it are decided by themselves."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import suppress
from typing import NamedTuple

from kmsgen.authorizer.context.view import THROUGH_ENDPOINT
from kmsgen.catalogue.condition_keys import title
from kmsgen.prover.problem import Assignment, BothOutsideError, DefectError, Meter, OutsideError, UnconfirmedError, Values
from kmsgen.prover.requests.components import Component, Free, Name, component_of, in_every_space, joined_parts
from kmsgen.prover.requests.constraints import CONTEXT, FAMILY_OF_NAMES, ConstraintTest, KeyTest, Literal, Look, holds, in_order
from kmsgen.prover.values.cells import find
from kmsgen.prover.values.domains import OPEN_ABSENCE, OPEN_RANGES
from kmsgen.prover.values.partition import Count
from kmsgen.prover.values.wanted import Wanted

Literals = frozenset[Literal]
_PATIENCE = 1_000
"""So many steps are spent on literals before the solver is asked, if there is one."""


class OtherJudges(NamedTuple):
    """Who is asked beside the search: where its argument ends, and for a second opinion.

    `solve` returns a request in which literals hold, None only if there is none, and raises OutsideError.
    """

    solve: Callable[[Free, Literals, Meter], Assignment | None]
    installed: bool = True


Solved = dict[Hashable, Assignment | None]
"""What was found of components that are the same in several spaces, without what a space knows."""


class RequestSpace:
    """Finds requests of one kind in which literals hold. What was found once is remembered, for other spaces (`shared`) too."""

    def __init__(self, free: Free, beside: OtherJudges | None = None, shared: Solved | None = None) -> None:
        self._free = free
        self._shared = {} if shared is None else shared
        self._beside = beside
        self._found: dict[Literals, Assignment | OutsideError | None] = {}
        self._open: dict[Look, bool] = {}

    def solve(self, literals: Literals, meter: Meter) -> Assignment | None:
        """Return a request, as far as the literals matter, in which all hold; None only if there is none.

        Raises OutsideError, BudgetError, and DefectError where the search and the solver disagree.
        """
        found = Assignment(self._free.known)
        settled = frozenset(literal for literal in literals if literal[0].reads <= self._free.known.keys())
        if any(holds(look, found) is not truth for look, truth in settled):
            return None
        for component in self._components(literals - settled):
            if component not in self._found:
                self._found[component] = self._solve(component, meter)
            solved = self._found[component]
            if isinstance(solved, OutsideError):
                raise solved
            if solved is None:
                return None
            found = found.with_(solved)
        return found

    @property
    def known(self) -> Mapping[str, Values | None]:
        """The condition keys that follow from principal, action and key."""
        return self._free.known

    def may_be_open(self, look: Look, tick: Count) -> bool:
        """Whether a test may be open (neither true nor false by AWS's pages) in some request; False only if it is in none."""
        found = self._open.get(look)
        if found is None:
            found = self._open[look] = self._can_be_open(look, tick)
        return found

    def _can_be_open(self, look: Look, tick: Count) -> bool:
        if isinstance(look, ConstraintTest):
            return True
        if look.variables or not isinstance(look, KeyTest) or look.is_open or look.key not in self._free.domains:
            return True
        domain = self._free.domains[look.key]
        if look.key in OPEN_RANGES or look.key in OPEN_ABSENCE or look.key in THROUGH_ENDPOINT:
            return True
        if (look.key in FAMILY_OF_NAMES or domain.multi_valued) and not look.set(_nothing).quantifier:
            return True
        try:
            wanted = Wanted(look.value(_nothing), frozenset((None,)))
            return look.key.startswith(CONTEXT) or find(domain, [wanted], tick) is not None
        except OutsideError:
            return True

    def _solve(self, literals: Literals, meter: Meter) -> Assignment | OutsideError | None:
        keys = sorted(key for look, _ in literals for key in look.reads)
        told = ", ".join(dict.fromkeys(map(title, keys)))
        try:
            found = self._searched(literals, meter)
        except BothOutsideError as error:
            return OutsideError(f"{told}: {error}")
        except OutsideError as error:
            return self._asked(literals, meter, f"{told}: {error}")
        return self._confirmed(found, literals, meter, told) if meter.second_opinion else found

    def _searched(self, literals: Literals, meter: Meter) -> Assignment | None:
        """Search; where a solver is installed, after _PATIENCE steps ask that instead, and search on only if it cannot tell."""
        if self._beside is not None and self._beside.installed:
            try:
                return self._solution(literals, _Patience(meter, _PATIENCE).count)
            except _ImpatientError:
                with suppress(OutsideError):
                    return self._beside.solve(self._free, literals, meter)
        return self._solution(literals, meter.count)

    def _solution(self, literals: Literals, tick: Count) -> Assignment | None:
        signature = in_every_space(literals, self._free)
        if signature is not None and signature in self._shared:
            return self._shared[signature]
        component = Component(in_order(literals), self._free)
        found = next(component.solutions(Assignment(self._free.known), 0, tick), None)
        if signature is None:
            return found
        if found is not None:
            found = found._replace(values={key: one for key, one in found.values.items() if key not in self._free.known})
        self._shared[signature] = found
        return found

    def _asked(self, literals: Literals, meter: Meter, why: str) -> Assignment | OutsideError | None:
        """Return what is found where the argument of the search ends."""
        if self._beside is None:
            return OutsideError(why)
        try:
            return self._beside.solve(self._free, literals, meter)
        except OutsideError as error:
            return OutsideError(f"{why}; {error}")

    def _confirmed(
        self, found: Assignment | None, literals: Literals, meter: Meter, told: str
    ) -> Assignment | OutsideError | None:
        """Return what the search found; what it did not find, only if the solver does not either."""
        beside = self._beside
        try:
            other = beside.solve(self._free, literals, meter) if beside else found
        except OutsideError as error:
            return found or UnconfirmedError(f"{told}: there is no second opinion: {error}")
        if (found is None) is not (other is None):
            raise DefectError(f"{told}: the search finds {_shown(found)}, the solver {_shown(other)}")
        return found

    def _components(self, literals: Literals) -> Iterator[Literals]:
        """Split literals into those that share no part of a request."""
        joined = joined_parts(look for look, _ in literals)
        groups: list[tuple[set[Name], set[Literal]]] = []
        for literal in in_order(literals):
            names = {component_of(key, self._free, joined) for key in literal[0].reads if key not in self._free.known}
            touching = [group for group in groups if group[0] & names]
            together = {literal}.union(*(members for _, members in touching))
            groups = [group for group in groups if group not in touching]
            groups.append((names.union(*(others for others, _ in touching)), together))
        yield from (frozenset(members) for _, members in groups)


class _ImpatientError(Exception):
    """More steps were spent on literals than shall be before the solver is asked."""


class _Patience:
    """Counts the steps spent on literals."""

    def __init__(self, meter: Meter, steps: int) -> None:
        self._meter = meter
        self._left = steps

    def count(self) -> None:
        """Count one step. Raises BudgetError, and _ImpatientError after so many."""
        self._left -= 1
        if self._left < 0:
            raise _ImpatientError
        self._meter.count()


def _shown(found: Assignment | None) -> str:
    return "no request" if found is None else f"a request with {dict(found.values)}"


def _nothing(_key: str) -> None:
    return None
