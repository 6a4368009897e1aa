"""Named pairs of a request: its encryption context, or the tags that it sets.

A condition key ignores the case of a name, kms:EncryptionContextKeys and the constraints of grants do not. So each name that a
policy uses, whatever its case, is a part of its own: the spellings of it that are there, each with a value. Beside them stand
names that no policy uses.
Source: KMS Developer Guide, conditions-kms (kms:EncryptionContext), create-grant-overview.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, product
from typing import NamedTuple

from kmsgen.policy.grant import Pairs
from kmsgen.policy.letter_case import folded, loosely_folded, spellings
from kmsgen.prover.problem import Assignment, OutsideError, Values
from kmsgen.prover.requests.constraints import CONTEXT, FAMILIES, ConstraintTest, KeyTest
from kmsgen.prover.requests.parts.parts import PartQuestion
from kmsgen.prover.values.cells import every, find
from kmsgen.prover.values.domains import Domain
from kmsgen.prover.values.patterns import Automaton, in_any_case, literal
from kmsgen.prover.values.sets import demands, find_set
from kmsgen.prover.values.wanted import Wanted

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
        """Decided first: policy variables can put its values into what other keys are compared with."""
        return 0

    def solutions(self, asked: PartQuestion) -> Iterator[Assignment]:
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

    def _pairs(self, asked: PartQuestion) -> Iterator[Pairs]:
        if self.domain.optional:
            yield ()
        if not asked.all_cells:
            yield from self._alike(asked)
            return
        most = self._most(asked) if self.family == CONTEXT else 1
        spellings = self._spellings(asked, most)
        told = asked.told(self.key)
        values = list(every(self.domain, told.tests, told.following, told.named, asked.tick))
        for size in range(1, most + 1):
            for some in combinations(spellings, size):
                yield from (tuple(zip(some, texts, strict=True)) for texts in product(values, repeat=size))

    def _alike(self, asked: PartQuestion) -> Iterator[Pairs]:
        """Yield pairs where no test tells spellings apart: one, and as many as tests of a key with several values need (P4)."""
        text = find(self.domain, asked.wanted(self.key), asked.tick)
        yield from () if text is None else [((self._spellings(asked, 1)[0], text),)]
        tests = [(look.set(asked.decided.values.get), look.accept(truth=truth)) for look, truth in asked.on(self.key)]
        found = find_set(tests, lambda wanted: find(self.domain, wanted, asked.tick)) or ()
        spellings = self._spellings(asked, len(found))
        if 1 < len(found) <= len(spellings) and self.family == CONTEXT:
            yield tuple(zip(spellings, found, strict=False))

    def _most(self, asked: PartQuestion) -> int:
        """Bound on the spellings of a name in one request: of more one could be left out, as each test needs one of them at most.

        A constraint needs each of its pairs, and one more to differ; a key in a policy variable a second value to be ambiguous.
        """
        spellings = self._spellings(asked, 1)
        needs = 0
        for look in asked.ties.looks:
            if isinstance(look, ConstraintTest):
                needs += 1 + len(look.constants(self.key))
            elif look.reads & {self.key}:
                needs += 1 + (self.key in look.variables)
            elif isinstance(look, KeyTest) and look.key == FAMILIES[self.family]:
                needs += look.variables != () or len({look.value(asked.decided.values.get).answer(one) for one in spellings}) > 1
        return max(1, needs)

    def _spellings(self, asked: PartQuestion, most: int) -> Values:
        """Return up to `most` spellings of each cell of the tests of names; each one that policies use is a cell of its own."""
        tests = list(asked.ties.tests_on(FAMILIES[self.family], asked.decided))
        named = [*self.spellings, *(text for test in tests for text in test.constants)]
        together = Automaton([*map(literal, named), *(pattern for test in tests for pattern in test.patterns)])
        cells = _by_state(self.name, together, max(1, most))
        return tuple(dict.fromkeys([*self.spellings, *(text for texts in cells.values() for text in texts)]))


def _by_state(name: str, together: Automaton, most: int) -> dict[int, list[str]]:
    """Return up to `most` spellings of a name for each state in which patterns can be after one."""
    found = {together.start: [""]}
    for character in name:
        longer: dict[int, list[str]] = {}
        for case in dict.fromkeys((character, *spellings(character))):
            for state, heads in found.items():
                longer.setdefault(together.after(state, case) if state else 0, []).extend(head + case for head in heads)
        found = {state: heads[:most] for state, heads in longer.items()}
    return found


def refuse_near(names: Iterable[str]) -> None:
    """Raise OutsideError where two names, in lower case, may be one by the case of letters beyond ASCII (P15)."""
    names = frozenset(names)
    if len(frozenset(map(loosely_folded, names))) < len(names):
        raise OutsideError("two names are the same but for the case of letters beyond ASCII")


class OtherNamesPart(NamedTuple):
    """Names of a family of pairs that are none of those `taken` by other parts, in lower case: their values matter to nothing."""

    family: str
    taken: Values
    domain: Domain

    @property
    def rank(self) -> int:
        """Decided after the names that policies use."""
        return 3

    def solutions(self, asked: PartQuestion) -> Iterator[Assignment]:
        """Yield sets of further names: those that tests of names ask for, and one more."""
        there = asked.decided.pairs.get(self.family, ())
        for names in self._names([name for name, _ in there], asked):
            refuse_near([*self.taken, *map(folded, names)])
            pairs = (*there, *((name, SOME_VALUE) for name in names))
            keys = tuple(name for name, _ in pairs) or None
            if keys is None and not self.domain.optional:
                continue
            found = Assignment({FAMILIES[self.family]: keys}, {self.family: pairs})
            if asked.met(found):
                yield found

    def _names(self, there: Iterable[str], asked: PartQuestion) -> Iterator[list[str]]:
        yield []
        lookup = asked.decided.values.get
        domain = self.domain._replace(never=(*self.domain.never, *map(in_any_case, self.taken)))
        tests = ((look.set(lookup), look.accept(truth=truth)) for look, truth in asked.on(FAMILIES[self.family]))
        of_every, needed = demands(tests)
        names: list[str] = []
        for one in needed:
            if not any(one.met(name) for name in (*there, *names)):
                found = self._another(domain, names, [*of_every, one], asked)
                if found is None:
                    return
                names.append(found)
        if names:
            yield names
        more = self._another(domain._replace(taken=frozenset(names)), names, of_every, asked)
        if more is not None:
            yield [*names, more]

    def _another(self, domain: Domain, names: Sequence[str], wanted: Sequence[Wanted], asked: PartQuestion) -> str | None:
        """Return a name beside others; of tags no two are the same but for their case. Raises OutsideError."""
        if self.family == CONTEXT or not names:
            return find(domain, wanted, asked.tick)
        found = find(domain._replace(never=(*domain.never, *map(in_any_case, names))), wanted, asked.tick)
        if found is None and find(domain, wanted, asked.tick) is not None:
            raise OutsideError("two names of tags differ in nothing but their case")
        return found
