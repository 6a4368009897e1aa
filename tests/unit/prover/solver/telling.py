"""A look at single texts: what a test tells the solver of them beside what the authorizer says."""

from __future__ import annotations

from collections.abc import Mapping

from kmsgen.authorizer.language.conditions import compile_condition
from kmsgen.policy.document import Condition
from kmsgen.prover.problem import Assignment, Budget, Meter, Values
from kmsgen.prover.requests.components import Free
from kmsgen.prover.requests.constraints import KeyTest, Look, Reading, holds
from kmsgen.prover.solver.consult import consult
from kmsgen.prover.solver.formulas import holds as told
from kmsgen.prover.solver.request.request_terms import RequestTerms
from kmsgen.prover.solver.script import Script
from kmsgen.prover.values.domains import DOMAINS, Domain
from kmsgen.prover.values.patterns import Pattern, PatternStep

TEXT = Domain(shapes=(Pattern([PatternStep(None, loop=True)]),))
"""Any text, the empty one too."""


def free(**domains: Domain) -> Free:
    """Return requests that hold the keys x:a, x:b and so on, of any text if nothing else is said, and those of AWS."""
    of_letters = {f"x:{letter}": domains.get(letter, TEXT) for letter in "abcde"}
    return Free({}, {**DOMAINS, **of_letters}, {})


def look(operator: str, key: str, *values: str, deny: bool = False, either: bool = False) -> KeyTest:
    """Return a condition as a test of the search."""
    test = compile_condition(Condition(operator, key, values), deny=deny, modern=True)
    return KeyTest(test, Reading(), unsettled=frozenset((key.lower(),)) if either else frozenset[str]())


def as_text(key: str) -> KeyTest:
    """Return a test that reads the text of a value, whatever it means."""
    return look("StringLike", key, "*")


class Telling:
    """Some tests as they are told to the solver, without any text of a request being named."""

    def __init__(self, tests: list[Look], kind: Free | None = None) -> None:
        self.request = RequestTerms(Script(), kind or free(), tests)
        self._terms = self.request.script.terms

    def possible(self, test: Look, values: Mapping[str, Values | None], *, truth: bool) -> tuple[str, ...] | None:
        """Return why a request with these values may answer so, empty where it surely does; None where none does."""
        terms = self._terms
        wanted = [told(self.request, test) if truth else terms.negate(told(self.request, test))]
        for key, held in values.items():
            slots = self.request.slots(key)
            for number, slot in enumerate(slots):
                there = number < len(held or ())
                wanted.append(slot.there if there else terms.negate(slot.there))
                if there:
                    wanted.append(terms.equal(slot.text, (held or ())[number]))
        found = consult(self.request, terms.every(wanted), Meter(Budget(seconds=600.0)))
        return None if found is None else found.rough

    def differs(self, test: Look, **values: str | None) -> str:
        """Return how solver and authorizer differ about single values of x:a, x:b and so on; empty where they do not."""
        return self.differs_of(test, {f"x:{letter}": None if text is None else (text,) for letter, text in values.items()})

    def differs_of(self, test: Look, held: Mapping[str, Values | None]) -> str:
        """Return how solver and authorizer differ about values of keys; empty where they do not, or roughly."""
        truth = holds(test, Assignment(held))
        same, other = (self.possible(test, held, truth=one) for one in (truth, not truth))
        if same is None:
            return f"{held}: the authorizer says {truth}, the solver that no request is so"
        return f"{held}: the authorizer says {truth}, the solver surely {not truth}" if other == () else ""
