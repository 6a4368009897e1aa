"""Named pairs of a request: its encryption context, or the tags that it sets.

A condition key ignores the case of a name, kms:EncryptionContextKeys and the constraints of grants do not. So a name that
policies use is a text in any case, with as many spellings side by side as tests can tell apart; beside them stand other names.
Source: KMS Developer Guide, conditions-kms (kms:EncryptionContext), create-grant-overview; STS API reference, Tag.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, islice, pairwise, product
from typing import NamedTuple

from kmsgen.policy.letter_case import folded, spellings
from kmsgen.prover.problem import Values
from kmsgen.prover.requests.constraints import CONTEXT
from kmsgen.prover.requests.parts.pairs import SOME_VALUE, refuse_near
from kmsgen.prover.solver.notation.domains import admitted
from kmsgen.prover.solver.notation.languages import in_any_case
from kmsgen.prover.solver.notation.measures import ComparedWith
from kmsgen.prover.solver.request import values
from kmsgen.prover.solver.request.slots import Slot
from kmsgen.prover.solver.script import Script
from kmsgen.prover.solver.terms import Formula, Terms, Text
from kmsgen.prover.values.domains import Domain


class PairTerms(NamedTuple):
    """One pair that may be there, with its name and its value."""

    there: Formula
    name: Text
    value: Slot


class WantedName(NamedTuple):
    """One name of a family: how policies spell it, what its values are compared with, `most` spellings in one request."""

    spellings: Values
    asked: ComparedWith
    most: int
    domain: Domain


class Family:
    """Pairs of one family as variables; `others` of them have names that no policy uses, none if no test reads names."""

    def __init__(self, script: Script, family: str, wanted: Mapping[str, WantedName], names: Domain | None, others: int) -> None:
        self._script = script
        self.name = family
        refuse_near(key.removeprefix(family) for key in wanted)
        self.of_key = {key: self._of_name(key, one, told=names is not None) for key, one in wanted.items()}
        self.others = list(self._other_names(wanted, names, others)) if names else []

    @property
    def pairs(self) -> list[PairTerms]:
        """Every pair that may be there."""
        return [*(pair for pairs in self.of_key.values() for pair in pairs), *self.others]

    @property
    def names(self) -> list[Slot]:
        """The names, as a condition key sees them."""
        return [Slot(pair.there, pair.name) for pair in self.pairs]

    def values(self, key: str) -> list[Slot]:
        """Return the values of a name, as a condition key sees them."""
        return [pair.value for pair in self.of_key[key]]

    def _of_name(self, key: str, wanted: WantedName, *, told: bool) -> list[PairTerms]:
        """Return the spellings of one name, `told` apart or taken as they come."""
        terms = self._script.terms
        name = key.removeprefix(self.name)
        most = wanted.most if self.name == CONTEXT else 1  # STS takes no two tags that differ in their case
        found = []
        for spelling in islice(spellings_of(name, wanted.spellings), most):
            text: Text = spelling
            if told:
                text = terms.text(f"name {name}")
                self._script.say(terms.inside(text, in_any_case(terms, name)))
            there = terms.flag(f"there {key}")
            value = values.new(self._script, key, wanted.domain, wanted.asked, there)
            values.limit(self._script, wanted.domain, wanted.asked, value, wanted.asked.named)
            found.append(PairTerms(there, text, value))
        self._in_order(found)
        if not wanted.domain.optional:
            self._script.say(terms.some(pair.there for pair in found))
        return found

    def _other_names(self, wanted: Iterable[str], domain: Domain, count: int) -> Iterator[PairTerms]:
        terms = self._script.terms
        found = []
        for _ in range(count):
            name, there = terms.text("other name"), terms.flag("there other name")
            self._script.say(admitted(self._script, domain, name, any_text=True))
            for key in wanted:
                self._script.say(terms.negate(terms.inside(name, in_any_case(terms, key.removeprefix(self.name)))))
            found.append(PairTerms(there, name, Slot(there, SOME_VALUE)))
        self._in_order(found)
        yield from found

    def _in_order(self, pairs: Sequence[PairTerms]) -> None:
        """Say that no two names are the same, and that none is there without the one before."""
        terms = self._script.terms
        for one, other in combinations(pairs, 2):
            self._script.say(terms.negate(terms.equal(one.name, other.name)))
        for before, after in pairwise(pairs):
            self._script.say(terms.some([before.there, terms.negate(after.there)]))


def spellings_of(name: str, written: Values) -> Iterator[str]:
    """Yield the spellings of a name, those that policies use first."""
    yield from written
    every = ("".join(letters) for letters in product(*map(spellings, name)))
    yield from (spelling for spelling in every if spelling not in written)


def holds(terms: Terms, family: Family, wanted: Mapping[str, str], *, any_case: bool = False) -> Formula:
    """Say that all these pairs are there, with `any_case` each under any spelling of its name (C2)."""
    return terms.every(
        terms.some(
            terms.every([pair.there, any_case or terms.equal(pair.name, name), terms.equal(pair.value.text, value)])
            for pair in family.of_key.get(f"{family.name}{folded(name)}", ())
        )
        for name, value in wanted.items()
    )


def holds_nothing_but(terms: Terms, family: Family, wanted: Mapping[str, str], *, any_case: bool = False) -> Formula:
    """Say that no pair is there but these, with `any_case` under any spelling of their names (C2)."""
    found = [terms.negate(pair.there) for pair in family.others]
    for key, pairs in family.of_key.items():
        same = [(name, value) for name, value in wanted.items() if f"{family.name}{folded(name)}" == key]
        for pair in pairs:
            named = (
                terms.every([any_case or terms.equal(pair.name, name), terms.equal(pair.value.text, value)])
                for name, value in same
            )
            found.append(terms.some([terms.negate(pair.there), *named]))
    return terms.every(found)
