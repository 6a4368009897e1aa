"""Moments as texts."""

from __future__ import annotations

import pytest

from kmsgen.authorizer.language.operators import parse_date
from kmsgen.prover.solver.notation.moments import bounds, date, elsewhere, instant
from kmsgen.prover.solver.terms import Terms

TERMS = Terms()
DATES = (
    "2024-02", "2024-03", "2024-02-29", "2024-02-28", "2024-03-01", "2024-02-29T00:00Z", "2024-02-29T00:00:00Z",
    "2024-02-29T00:00:00.5Z", "2024-02-28T23:59:59Z", "2024-02-28T23:59:59.999Z", "0001-01-01", "9999-12-31", "2100-02-28",
)  # fmt: skip


@pytest.mark.parametrize("constant", ["2024-02-29T00:00:00Z", "2024-01-01", "2024-02-29T00:00:00.25Z", "1970-01-01"])
@pytest.mark.parametrize("text", DATES)
def test_a_date_compares_as_the_moment_that_it_means(text: str, constant: str) -> None:
    """A month is its first moment; four digits alone may be a year, and may be seconds."""
    (wanted,), (value,) = parse_date(constant)[:1], parse_date(text)[:1]
    found = bounds(TERMS, wanted)
    assert tuple(TERMS.inside(text, one) for one in found) == (value < wanted, value == wanted, value > wanted)


@pytest.mark.parametrize(
    "text", ["2023-02-29", "2100-02-29", "2024-13", "2024-00-01", "0000", "2024-02-30", "red", "", "2024-2-1"]
)
def test_what_is_no_date_means_nothing(text: str) -> None:
    """A day that there is not, a month, a year."""
    assert not TERMS.inside(text, date(TERMS))


def test_a_moment_in_full_is_in_utc() -> None:
    """One of another zone is told apart: what AWS makes of it no page says."""
    other = "2026-01-01T00:00:00+02:00"
    assert TERMS.inside("2026-01-01T00:00:00.25Z", instant(TERMS))
    assert not any(TERMS.inside(text, instant(TERMS)) for text in ("2026-01-01", "2026-01-01T00:00Z", other))
    assert TERMS.inside(other, elsewhere(TERMS))
    assert not TERMS.inside("2026-01-01T00:00:00Z", elsewhere(TERMS))


@pytest.mark.parametrize(
    "text", ["2020-02-30T00:00+0000", "2020-01-01T24:00+0000", "2020-01-01T00:60+0000", "0000-01-01T00:00+0000"]
)
def test_no_zone_has_a_day_or_an_hour_that_there_is_not(text: str) -> None:
    """What means no moment in UTC means none elsewhere."""
    assert not TERMS.inside(text, elsewhere(TERMS))
