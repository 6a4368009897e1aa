"""Numbers as texts."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kmsgen.authorizer.language.operators import parse_number
from kmsgen.prover.solver.notation.numerals import bounds, four_digits, number, whole_number
from kmsgen.prover.solver.terms import Terms

TERMS = Terms()
TEXTS = (
    "0",
    "-0",
    "7",
    "07",
    "7.0",
    "7.00",
    "6.9",
    "6.999",
    "7.001",
    "70",
    "-7",
    "-7.5",
    "-6.5",
    "0.5",
    "00.50",
    "123456789.5",
)


@pytest.mark.parametrize("constant", ["0", "7", "-7", "0.5", "6.95", "-7.25", "70", "1000"])
@pytest.mark.parametrize("text", TEXTS)
def test_a_number_compares_as_what_it_means(text: str, constant: str) -> None:
    """Whatever zeros it is written with."""
    found = bounds(TERMS, Decimal(constant))
    value = next(iter(parse_number(text)))
    wanted = (value < Decimal(constant), value == Decimal(constant), value > Decimal(constant))
    assert tuple(TERMS.inside(text, one) for one in found) == wanted


@pytest.mark.parametrize("text", ["", "seven", "7.", ".5", "1e3", "--7", "+7", "7 ", "0x7"])
def test_what_is_no_number_means_nothing(text: str) -> None:
    """It is in no language of numbers."""
    assert not TERMS.inside(text, number(TERMS))


def test_a_count_has_no_sign() -> None:
    """A year has four digits, and may be a count."""
    assert [text for text in ("7", "07", "-7", "7.0", "2024") if TERMS.inside(text, whole_number(TERMS))] == ["7", "07", "2024"]
    assert [text for text in ("7", "2024", "02024") if TERMS.inside(text, four_digits(TERMS))] == ["2024"]
