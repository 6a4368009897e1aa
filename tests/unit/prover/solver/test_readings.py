"""Three-valued answers as formulas."""

from __future__ import annotations

from itertools import product

import pytest

from kmsgen.authorizer.language.operators import Maybe
from kmsgen.prover.solver import readings
from kmsgen.prover.solver.readings import TestAnswer as Answer
from kmsgen.prover.solver.terms import Terms

TERMS = Terms()
ANSWERS: dict[Maybe, Answer] = {
    True: Answer(yes=True, no=False),
    False: Answer(yes=False, no=True),
    None: Answer(yes=False, no=False),
}
PAIRS = list(product(ANSWERS, repeat=2))


def said(answer: Answer) -> Maybe:
    """Return an answer of certain formulas in a word."""
    assert not (answer.yes and answer.no)
    return True if answer.yes else False if answer.no else None


@pytest.mark.parametrize("one", ANSWERS)
def test_an_answer_turned_round_is_open_where_it_was(one: Maybe) -> None:
    """Else it is the other one."""
    assert said(readings.negated(ANSWERS[one])) is (None if one is None else not one)
    assert said(readings.certain(True)) is True  # noqa: FBT003


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_some_and_every_are_open_where_no_answer_settles_them(one: Maybe, other: Maybe) -> None:
    """One that holds settles the first, one that does not the second."""
    both = [ANSWERS[one], ANSWERS[other]]
    some = True if True in (one, other) else None if None in (one, other) else False
    every = False if False in (one, other) else None if None in (one, other) else True
    assert said(readings.some(TERMS, both)) is some
    assert said(readings.every(TERMS, both)) is every


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_answers_that_differ_agree_on_nothing(one: Maybe, other: Maybe) -> None:
    """Then it is open."""
    assert said(readings.agreed(TERMS, [ANSWERS[one], ANSWERS[other]])) is (one if one is other else None)
    for first in (True, False):
        assert said(readings.where(TERMS, first, ANSWERS[one], ANSWERS[other])) is (one if first else other)
