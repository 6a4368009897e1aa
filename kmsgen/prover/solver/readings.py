"""Three-valued answers as formulas: what holds, what does not, and what AWS leaves open, which is neither."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from kmsgen.authorizer.language.wildcards import Maybe
from kmsgen.prover.solver.terms import Formula, Terms
from kmsgen.prover.values.wanted import Accept


class TestAnswer(NamedTuple):
    """When a test holds, and when it does not; where neither, it is open."""

    yes: Formula
    no: Formula


YES, NO, OPEN = TestAnswer(yes=True, no=False), TestAnswer(yes=False, no=True), TestAnswer(yes=False, no=False)


def certain(result: Maybe) -> TestAnswer:
    """Return an answer that is known."""
    return OPEN if result is None else YES if result else NO


def of(terms: Terms, formula: Formula) -> TestAnswer:
    """Return the answer that a formula gives, which is never open."""
    return TestAnswer(formula, terms.negate(formula))


def negated(answer: TestAnswer) -> TestAnswer:
    """Turn an answer round; open stays open."""
    return TestAnswer(answer.no, answer.yes)


def some(terms: Terms, answers: Iterable[TestAnswer]) -> TestAnswer:
    """Return the answer whether one holds."""
    listed = list(answers)
    return TestAnswer(terms.some(one.yes for one in listed), terms.every(one.no for one in listed))


def every(terms: Terms, answers: Iterable[TestAnswer]) -> TestAnswer:
    """Return the answer whether all hold."""
    listed = list(answers)
    return TestAnswer(terms.every(one.yes for one in listed), terms.some(one.no for one in listed))


def agreed(terms: Terms, answers: Iterable[TestAnswer]) -> TestAnswer:
    """Return what all answers say; open where they differ."""
    listed = list(answers)
    return TestAnswer(terms.every(one.yes for one in listed), terms.every(one.no for one in listed))


def where(terms: Terms, formula: Formula, one: TestAnswer, other: TestAnswer) -> TestAnswer:
    """Return one answer where a formula holds, else the other."""
    elsewhere = terms.negate(formula)
    yes, no = (terms.some([terms.every([formula, a]), terms.every([elsewhere, b])]) for a, b in zip(one, other, strict=True))
    return TestAnswer(yes, no)


def accepted(terms: Terms, answer: TestAnswer, accept: Accept) -> Formula:
    """Say that the answer is one of these."""
    parts = {True: answer.yes, False: answer.no, None: terms.negate(terms.some(answer))}
    return terms.some(parts[result] for result in accept)
