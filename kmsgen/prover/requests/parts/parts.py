"""The parts of a request: condition keys that are decided together, and how each is decided so that literals come out as wanted.

Where a part stands alone its first solution is as good as any. Where its keys are tied to others, one solution of every cell that
the others can tell apart is yielded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

from kmsgen.authorizer.language.operators import parse_date
from kmsgen.prover.problem import Assignment, DefectError, OutsideError, Values
from kmsgen.prover.requests.constraints import ConstraintTest, KeyTest, Look, holds
from kmsgen.prover.requests.parts.times import BY_MFA, EPOCH, ISSUED, NOW, issued_by, moment_of, times_agree
from kmsgen.prover.requests.ties import Ties, Told
from kmsgen.prover.values import ranges
from kmsgen.prover.values.cells import every, find
from kmsgen.prover.values.domains import DOMAINS, Domain
from kmsgen.prover.values.partition import Count
from kmsgen.prover.values.sets import find_set
from kmsgen.prover.values.value_tests import ComparisonKind, ValueTest
from kmsgen.prover.values.wanted import Wanted


class PartQuestion(NamedTuple):
    """What is asked of a part: the literals that it settles, now that these others are decided.

    With `all_cells` other keys hang on what it is, so that one solution of every cell is wanted.
    """

    literals: tuple[tuple[Look, bool], ...]
    ties: Ties
    decided: Assignment
    all_cells: bool
    tick: Count

    def met(self, more: Assignment) -> bool:
        """Return whether every literal comes out as wanted, with this decided too."""
        decided = self.decided.with_(more)
        return all(holds(look, decided) is truth for look, truth in self.literals)

    def wanted(self, key: str) -> list[Wanted]:
        """Return what is wanted of one value of a key."""
        lookup = self.decided.values.get
        return [Wanted(look.value(lookup), look.accept(truth=truth)) for look, truth in self.on(key)]

    def on(self, key: str) -> Iterator[tuple[KeyTest, bool]]:
        """Yield the literals that are on a key, the variables in them decided."""
        for look, truth in self.literals:
            if isinstance(look, KeyTest) and look.key == key and all(name in self.decided.values for name in look.variables):
                yield look, truth

    def told(self, key: str) -> Told:
        """Return what tells the values of a key apart."""
        told = Told((), tuple(self.ties.tests_on(key, self.decided)), ())
        if key in self.ties.keys:
            told = self.ties.told(key, self.decided)
        return told._replace(named=(*told.named, *self.constants(key)))

    def constants(self, key: str) -> Values:
        """Return the values of a key with which constraints of grants compare."""
        return tuple(text for look in self.ties.looks if isinstance(look, ConstraintTest) for text in look.constants(key))

    def ties_within(self, keys: Sequence[str]) -> bool:
        """Return whether a text ties some of these keys to each other, or names several of them."""
        return any(sum(one in keys for one in {tie.key, *tie.variables}) > 1 for tie in self.ties.ties)

    def in_turn(self, keys: Sequence[str], held: Held) -> Iterator[dict[str, Values | None]]:
        """Values of keys decided one after another, variables first, so that each is told apart by those before it."""
        if not keys:
            yield {}
            return
        first, *others = sorted(keys, key=lambda key: self.ties.depths.get(key, 0))
        for values in held(first, self):
            after = self._replace(decided=self.decided.with_(Assignment({first: values})))
            yield from ({first: values, **rest} for rest in after.in_turn(others, held))


Held = Callable[[str, PartQuestion], Iterable[Values | None]]
"""Yields what a key can be, now that others are decided."""


class Part(Protocol):
    """Condition keys that are decided together."""

    @property
    def rank(self) -> int:
        """Order of decision among the parts that policy variables tie together: lower ranks first."""

    def solutions(self, asked: PartQuestion) -> Iterator[Assignment]:
        """Yield values with which all literals on the part come out as wanted; nothing only if none do. Raises OutsideError."""


def values_of(key: str, domain: Domain, asked: PartQuestion) -> Iterator[Values | None]:
    """Values of a key (None: absent) that may meet the literals on it; nothing only if none does.

    With `all_cells` one of every cell, else absence and one value or set.
    """
    if domain.optional:
        yield None
    if domain.multi_valued:
        tests = [(look.set(asked.decided.values.get), look.accept(truth=truth)) for look, truth in asked.on(key)]
        found = find_set(tests, lambda wanted: find(domain, wanted, asked.tick), domain.within)
        if found is not None:
            yield found
    elif key == ISSUED and (moment := moment_of(asked.decided.values)) is not None:
        yield from ((text,) for text in issued_by(moment, _of_every_cell(key, domain, asked)))
    elif asked.all_cells:
        yield from ((text,) for text in _of_every_cell(key, domain, asked))
    else:
        text = find(domain, asked.wanted(key), asked.tick)
        if text is not None:
            yield (text,)


def _of_every_cell(key: str, domain: Domain, asked: PartQuestion) -> Iterator[str]:
    try:
        told = asked.told(key)
        yield from every(domain, told.tests, told.following, (*told.named, *domain.nicer[:1]), asked.tick)
    except OutsideError:
        yield from _at_hand(key, domain, asked)
        raise


def _at_hand(key: str, domain: Domain, asked: PartQuestion) -> Iterator[str]:
    """Yield values that may do where not every cell can be told: a request that is found counts, however it was."""
    own = (
        text for look in asked.ties.looks if isinstance(look, KeyTest) and look.key == key for text in look.test.condition.values
    )
    told = (asked.decided.values.get(name) for name in sorted(asked.ties.keys))
    decided = (text for values in told if isinstance(values, tuple) for text in values)
    yield from (text for text in dict.fromkeys([*domain.nicer[:2], *decided, *own]) if domain.admits(text))


class KeyPart(NamedTuple):
    """A condition key that stands by itself."""

    key: str
    domain: Domain

    @property
    def rank(self) -> int:
        """Decided first, or last as a set of values, which no policy variable can hold."""
        return 2 if self.domain.multi_valued else 0

    def solutions(self, asked: PartQuestion) -> Iterator[Assignment]:
        """Yield values of the key, or its absence."""
        missed = False
        for values in values_of(self.key, self.domain, asked):
            found = Assignment({self.key: values})
            if self.key == ISSUED and not times_agree({**asked.decided.values, self.key: values}):
                missed = True
            elif asked.met(found):
                yield found
            elif values is not None and not asked.all_cells and self.key != ISSUED:
                raise DefectError(f"a value of {self.key} was chosen that does not do")
        if missed:
            raise OutsideError(BY_MFA)


class MomentPart:
    """The moment of a request, which two condition keys tell: as a date and as seconds since 1970."""

    @property
    def rank(self) -> int:
        """Decided before the other times of the request, which are not later."""
        return -1

    def solutions(self, asked: PartQuestion) -> Iterator[Assignment]:
        """Moments that meet the literals, one of each cell. Raises OutsideError, after these, where its text is compared."""
        tests = [(key, test) for key in (NOW, EPOCH) for test in asked.ties.tests_on(key, asked.decided)]
        others = asked.ties.tests_on(ISSUED, asked.decided)
        named = [text for test in (*(test for _, test in tests), *others) for text in test.constants]
        named += [text for key, test in tests for text in _completed(key, test)]
        for cell in ranges.numbers(moment for text in named for moment in parse_date(text)):
            moment = next(cell)
            found = Assignment({NOW: (next(ranges.moments(moment)),), EPOCH: (next(ranges.spellings(moment)),)})
            if asked.met(found):
                yield found
        if {NOW, EPOCH} & asked.ties.keys:
            raise OutsideError("the time of a request is compared with a policy variable")
        apart = {key for key, test in tests if _tells_texts_apart(test)}
        if EPOCH in apart or (apart and asked.all_cells):
            raise OutsideError("the time of a request is compared as a text")
        if apart:
            yield from _by_text(asked)


def _by_text(asked: PartQuestion) -> Iterator[Assignment]:
    """Yield a moment found by its text; nothing only if none meets the literals. Raises OutsideError."""
    epoch = (one._replace(test=_of_date(one.test)) for one in asked.wanted(EPOCH))
    text = find(DOMAINS[NOW], [*asked.wanted(NOW), *epoch], asked.tick)
    if text is not None:
        yield Assignment({NOW: (text,), EPOCH: (_seconds(text),)})


def _of_date(test: ValueTest) -> ValueTest:
    """Return a test of seconds since 1970 as one of the date that tells them; open of what is no date."""
    return ValueTest(
        lambda text: test.answer(_seconds(text)) if parse_date(text) else None, ComparisonKind.INSTANT, test.constants
    )


def _seconds(text: str) -> str:
    return next(ranges.spellings(parse_date(text)[-1]))


_TEXTS_OF_MOMENTS = {NOW: ("1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z"), EPOCH: ("0000000000", "9999999999")}


def _completed(key: str, test: ValueTest) -> Iterator[str]:
    """Yield texts of moments that begin as a pattern does: nothing follows where none of them does."""
    for sample, _ in test.samples:
        yield from (f"{sample}{text[len(sample) :]}" for text in _TEXTS_OF_MOMENTS[key])


def _tells_texts_apart(test: ValueTest) -> bool:
    """Return whether two moments that are alike to comparisons by order may differ in this test."""
    if test.family in (ComparisonKind.NUMBER, ComparisonKind.INSTANT):
        return False
    if test.plain:
        return any(test.constants)  # no moment's text is empty, of which Null asks
    return test.family is not ComparisonKind.TEXT or bool(test.patterns)
