"""Answers wanted of one value by several tests, and the automaton that tells of texts whether they give them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kmsgen.authorizer.language.wildcards import Maybe
from kmsgen.prover.values.domains import Domain
from kmsgen.prover.values.patterns import Automaton, literal
from kmsgen.prover.values.value_tests import ComparisonKind, Reading, ValueTest

Accept = frozenset[Maybe]


class Wanted(NamedTuple):
    """A test of a value, and the answers that are wanted of it."""

    test: ValueTest
    accept: Accept

    def met(self, text: str) -> bool:
        """Return whether a value gives a wanted answer."""
        return self.test.answer(text) in self.accept

    @property
    def constants_only(self) -> bool:
        """Whether only the texts that the test names can meet it."""
        return self.test.plain and self.test.otherwise not in self.accept

    @property
    def is_hopeless(self) -> bool:
        """Whether no text matches any pattern of the test, and its answer to all is then none that is wanted."""
        test = self.test
        if test.family is not ComparisonKind.TEXT or any(pattern.start for pattern in test.patterns):
            return False
        return test.reading((False,) * len(test.patterns)) not in self.accept


def excluded(wanted: Sequence[Wanted]) -> bool:
    """Contradiction found early: a test never answers so, or each alternative of one that must hold is of one that must not.

    True only if no value can do, and that only where all tests meet the same text.
    """
    if any(one.accept.isdisjoint(one.test.answers) or one.is_hopeless for one in wanted):
        return True
    out = banned(wanted)
    must = (one.test.alternatives for one in wanted if one.accept == {True} and one.test.alternatives)
    return any(alternatives <= out for alternatives in must)


def banned(wanted: Sequence[Wanted]) -> frozenset[object]:
    """Return the alternatives by which some test must not hold."""
    return frozenset(written for one in wanted if True not in one.accept for written in one.test.alternatives)


class _Share(NamedTuple):
    """One test in the automaton of all: its patterns are those from number `first` up to `last`, `span` are their bits."""

    together: Automaton
    reading: Reading
    accept: Accept
    first: int
    last: int
    span: int

    def is_met(self, state: int) -> bool:
        """Return whether a text that ends in a state gives a wanted answer."""
        ends = self.together.ends[self.first : self.last]
        state &= self.span
        return self.reading(tuple([bool(state >> end & 1) for end in ends]) if state else (False,) * len(ends)) in self.accept

    def is_lost(self, state: int) -> bool:
        """Whether nothing can follow a state that changes which patterns match, and the answer is none that is wanted."""
        for number in range(self.first, self.last):
            alive = state & self.together.span(number, number + 1)
            if alive and not alive & self.together.forever:
                return False
        return not self.is_met(state)


class Watch:
    """Product automaton of all tests, and of what the domain leaves out."""

    def __init__(self, domain: Domain, wanted: Sequence[Wanted]) -> None:
        shunned = [*map(literal, sorted(domain.taken)), *domain.never]
        self.together = Automaton([*shunned, *(pattern for one in wanted for pattern in one.test.patterns)])
        self._shunned = self.together.accepting & self.together.span(0, len(shunned))
        self._shares = tuple(self._shares_of(wanted, len(shunned)))
        tests = [(share, one.test) for share, one in zip(self._shares, wanted, strict=True)]
        # where one match is enough the answer needs no look at each pattern: some bit must be left, or none may stay
        self._needed = [share.span for share, _ in tests if not share.is_met(0)]
        shunning = (share.span for share, test in tests if test.any_of and not share.is_met(share.span))
        self._fatal = self.together.forever & sum(shunning)
        self._others = [share for share, test in tests if not test.any_of]

    def _shares_of(self, wanted: Sequence[Wanted], at: int) -> Iterator[_Share]:
        for one in wanted:
            end = at + len(one.test.patterns)
            yield _Share(self.together, one.test.reading, one.accept, at, end, self.together.span(at, end))
            at = end

    def doomed(self, state: int) -> bool:
        """Return whether no text that goes on from a state is wanted."""
        if state & self._fatal or any(not state & span for span in self._needed):
            return True
        return any(share.is_lost(state) for share in self._others)

    def wants(self, state: int) -> bool:
        """Return whether a text that ends in a state is wanted."""
        return not state & self._shunned and all(share.is_met(state) for share in self._shares)
