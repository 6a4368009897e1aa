"""Moments by the digit: the cells between constants, and what is no date."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmsgen.authorizer.language.operators import parse_date
from kmsgen.prover.values.instants import cells, far_from, invalid, other_notations, seconds
from kmsgen.prover.values.ranges import moments

WHOLE = st.integers(0, 4_102_444_800).map(Decimal)


@given(st.lists(WHOLE, max_size=4), WHOLE, st.sampled_from(("", ".0", ".25", ".000000001")))
@settings(deadline=None)
def test_every_moment_is_in_one_cell_and_compares_as_its_cell_does(constants: list[Decimal], moment: Decimal, more: str) -> None:
    """A text in full is of one cell alone, whose moments are on the same side of every constant."""
    text = next(moments(moment)).replace("Z", f"{more}Z")
    (told,) = parse_date(text)
    found = [cell for cell in cells(constants) or () if any(shape.matches(text) for shape in cell.shapes)]
    assert len(found) == 1
    (like,) = parse_date(found[0].text)
    assert all((told > one) - (told < one) == (like > one) - (like < one) for one in constants)


@given(st.integers(1970, 9999), st.integers(0, 19), st.integers(0, 39), st.integers(0, 29))
@settings(deadline=None)
def test_what_is_no_date_is_told(year: int, month: int, day: int, hour: int) -> None:
    """Of the texts of the form of a moment the invalid ones are those that cannot be read."""
    text = f"{year}-{month:02}-{day:02}T{hour:02}:00:00Z"
    assert any(pattern.matches(text) for pattern in invalid()) is not bool(parse_date(text))


@pytest.mark.parametrize("year", ["1900", "2000", "2023", "2024", "2100", "2096", "2400"])
def test_leap_days(year: str) -> None:
    """The 29th of February is of leap years only."""
    text = f"{year}-02-29T00:00:00Z"
    assert any(pattern.matches(text) for pattern in invalid()) is not bool(parse_date(text))


@pytest.mark.parametrize(
    "text",
    [
        *("1700000000", "17000.5", "2024", "2024-02", "2024-02-01", "2024-02-01T10:00Z", "2024-02-01T10:00+01:00"),
        *("2024-02-01T10:00:00+0100", "2024-02-01T10:00:00.25-01:00"),
    ],
)
def test_other_notations(text: str) -> None:
    """What is read as a moment and is not written in full and in UTC is another notation."""
    assert parse_date(text)
    assert any(shape.matches(text) for shape in (*other_notations(), *seconds()))


@given(st.lists(WHOLE, min_size=1, max_size=3), WHOLE, st.integers(-99, 99))
@settings(deadline=None)
def test_no_moment_of_another_zone_is_far_from_its_cell(constants: list[Decimal], moment: Decimal, hours: int) -> None:
    """A text in another zone may be of the cell whose moments are on the same side of every constant."""
    local = next(moments(max(moment + hours * 3600, Decimal(0)))).removesuffix("Z")
    text = f"{local}{hours:+03}:00"
    (told,) = parse_date(text)
    for cell in cells(constants) or ():
        (like,) = parse_date(cell.text)
        if all((told > one) - (told < one) == (like > one) - (like < one) for one in constants):
            assert not any(pattern.matches(text) for pattern in far_from(cell))


def test_constants_within_a_second_are_not_told_apart() -> None:
    """Cells end at whole seconds."""
    assert cells([Decimal("0.5")]) is None
