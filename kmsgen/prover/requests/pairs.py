"""Named pairs of a request: its encryption context, or the tags that it sets.

A condition key ignores the case of a name, kms:EncryptionContextKeys and the constraints of grants do not. So each name that a
policy uses, whatever its case, is a part of its own: the spellings of it that are there, each with a value. Beside them stand
names that no policy uses.
Source: KMS Developer Guide, conditions-kms (kms:EncryptionContext), create-grant-overview.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations, product
from typing import NamedTuple

from kmsgen.policy.grant import Pairs
from kmsgen.prover.problem import Assignment, OutsideError, Values
from kmsgen.prover.requests.constraints import CONTEXT, FAMILIES
from kmsgen.prover.requests.parts import Asked
from kmsgen.prover.values.cells import every, find
from kmsgen.prover.values.domains import Domain
from kmsgen.prover.values.patterns import Automaton, literal
from kmsgen.prover.values.sets import demands, find_set

SOME_VALUE = "any"


class NamePart(NamedTuple):
    """One name of a family of pairs. `spellings` are those that policies use."""

    family: str
    name: str
    spellings: Values
    domain: Domain

    @property
    def key(self) -> str:
        """The condition key of the pair."""
        return f"{self.family}{self.name}"

    @property
    def rank(self) -> int:
        """They can be in policy variables."""
        return 0

    def solutions(self, asked: Asked) -> Iterator[Assignment]:
        """Yield the pairs of the name that there can be: none, one under each spelling, several that differ in their case."""
        for pairs in self._pairs(asked):
            asked.tick()
            values = tuple(value for _, value in pairs) or None
            there = asked.decided.pairs.get(self.family, ())
            found = Assignment({self.key: values}, {self.family: (*there, *pairs)})
            if asked.met(found):
                yield found
        if asked.ties.variables_on(FAMILIES[self.family], asked.decided):
            raise OutsideError("names of pairs are compared with a policy variable that is decided later")

    def _pairs(self, asked: Asked) -> Iterator[Pairs]:
        if self.domain.optional:
            yield ()
        spellings = self._spellings(asked)
        if not asked.all_cells:
            text = find(self.domain, asked.wanted(self.key), asked.tick)
            yield from () if text is None else [((spellings[0], text),)]
            yield from self._several(spellings, asked)
            return
        told = asked.told(self.key)
        values = list(every(self.domain, told.tests, told.following, told.named, asked.tick))
        yield from (((spelling, value),) for spelling in spellings for value in values)
        for two in combinations(spellings if self.family == CONTEXT else (), 2):
            yield from (tuple(zip(two, both, strict=True)) for both in product(values, repeat=2))

    def _spellings(self, asked: Asked) -> Values:
        """Return a spelling for each cell of the tests of names: those that policies use, one in another case, others."""
        known = [*self.spellings, *_other_cases(self.spellings or (self.name,))]
        tests = asked.ties.tests_on(FAMILIES[self.family], asked.decided)
        together = Automaton([pattern for test in tests for pattern in (*map(literal, test.constants), *test.patterns)])
        told_apart = {together.run(one) for one in known}
        more = (one for state, one in _by_state(self.name, together).items() if state not in told_apart)
        return tuple(dict.fromkeys([*known, *more]))

    def _several(self, spellings: Values, asked: Asked) -> Iterator[Pairs]:
        """Yield pairs whose names differ in their case only: a condition key then has several values (P4)."""
        tests = [(look.set(asked.decided.values.get), look.accept(truth=truth)) for look, truth in asked.on(self.key)]
        found = find_set(tests, lambda wanted: find(self.domain, wanted, asked.tick))
        if found is not None and 1 < len(found) <= len(spellings) and self.family == CONTEXT:
            yield tuple(zip(spellings, found, strict=False))


def _other_cases(spellings: Values) -> Iterator[str]:
    """Yield spellings of a name that no policy uses, as far as its letters have another case."""
    name = spellings[0]
    others = (name.lower(), name.upper(), name.capitalize(), name[:-1] + name[-1:].swapcase(), name.swapcase())
    yield from dict.fromkeys(other for other in others if other not in spellings and other.lower() == name.lower())


def _by_state(name: str, together: Automaton) -> dict[int, str]:
    """Return a spelling of a name for each state in which patterns can be after one."""
    found = {together.start: ""}
    for character in name:
        cases = [case for case in (character, character.upper(), character.lower()) if case.lower() == character.lower()]
        found = {together.after(state, case) if state else 0: head + case for state, head in found.items() for case in cases}
    return found


class OtherNamesPart(NamedTuple):
    """The names of a family that are none of those in `parts`: their values matter to nothing."""

    family: str
    taken: Values
    domain: Domain

    @property
    def rank(self) -> int:
        """They are decided after the names that policies use."""
        return 3

    def solutions(self, asked: Asked) -> Iterator[Assignment]:
        """Yield sets of further names: those that tests of names ask for, and one more."""
        there = asked.decided.pairs.get(self.family, ())
        for names in self._names([name for name, _ in there], asked):
            pairs = (*there, *((name, SOME_VALUE) for name in names))
            keys = tuple(name for name, _ in pairs) or None
            if keys is None and not self.domain.optional:
                continue
            found = Assignment({FAMILIES[self.family]: keys}, {self.family: pairs})
            if asked.met(found):
                yield found

    def _names(self, there: Iterable[str], asked: Asked) -> Iterator[list[str]]:
        yield []
        lookup = asked.decided.values.get
        domain = self.domain._replace(never=tuple(literal(name, ignore_case=True) for name in self.taken))
        tests = ((look.set(lookup), look.accept(truth=truth)) for look, truth in asked.on(FAMILIES[self.family]))
        of_every, needed = demands(tests)
        names: list[str] = []
        for one in needed:
            if not any(one.met(name) for name in (*there, *names)):
                found = find(domain, [*of_every, one], asked.tick)
                if found is None:
                    return
                names.append(found)
        if names:
            yield names
        more = find(domain._replace(taken=frozenset(names)), of_every, asked.tick)
        if more is not None:
            yield [*names, more]
