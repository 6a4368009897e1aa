"""Moments as texts: ISO 8601 in UTC, or seconds since 1970, and how they compare with a constant.

Dates of one form compare digit by digit, so these too are regular languages. A time in another zone is told apart only roughly.
Source: IAM User Guide, reference_policies_elements_condition_operators (date condition operators).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from kmsgen.authorizer.language.operators import parse_date
from kmsgen.prover.solver.notation.numerals import OrderedTexts, digit, greater_fraction, over, smaller_fraction, under
from kmsgen.prover.solver.terms import Language, Terms, once

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FRACTION = 9
FIRST, LAST = Decimal(-62135596800), Decimal(253402300800)
"""The start of the year 1, and the end of the year 9999."""
_CUTS = (4, 7, 10)
"""Where a date can end: after the year, the month, the day."""


@once
def instant(terms: Terms) -> Language:
    """Return the moments that are told in full, in UTC: `2026-01-01T00:00:00Z`, perhaps with a fraction."""
    return terms.sequence([_day(terms), terms.exactly("T"), _minute(terms), _second(terms), terms.exactly("Z")])


@once
def date(terms: Terms) -> Language:
    """Return the dates of ISO 8601: a year, a month, a day, or a moment in UTC."""
    year = _minus_zero(terms)
    month = terms.sequence([year, terms.exactly("-"), _between(terms, ("0", "1", "9"), ("1", "0", "2"))])
    clock = [terms.exactly("T"), _minute(terms), terms.perhaps(_second(terms)), terms.exactly("Z")]
    return terms.either([year, month, terms.sequence([_day(terms), terms.perhaps(terms.sequence(clock))])])


@once
def elsewhere(terms: Terms) -> Language:
    """Return what may be a moment in another zone, `2026-01-01T00:00:00+02:00`."""
    two = terms.sequence([digit(terms), digit(terms)])
    sign = terms.either([terms.exactly("+"), terms.exactly("-")])
    zone = [sign, two, terms.perhaps(terms.exactly(":")), two]
    return terms.sequence([_day(terms), terms.exactly("T"), _minute(terms), terms.perhaps(_second(terms)), *zone])


def _minus_zero(terms: Terms) -> Language:
    """Return the years from 0001 on."""
    ten, more = digit(terms), terms.characters("1", "9")
    return terms.either(terms.sequence([terms.exactly("0" * zeros), more, *([ten] * (3 - zeros))]) for zeros in range(4))


def _between(terms: Terms, *ranges: tuple[str, str, str]) -> Language:
    """Return pairs of digits, given as the first and the range of the second."""
    return terms.either(terms.sequence([terms.exactly(ten), terms.characters(low, high)]) for ten, low, high in ranges)


_TO_28 = (("0", "1", "9"), ("1", "0", "9"), ("2", "0", "8"))
_MONTHS = {
    (*_TO_28[:2], ("2", "0", "9"), ("3", "0", "1")): ("01", "03", "05", "07", "08", "10", "12"),
    (*_TO_28[:2], ("2", "0", "9"), ("3", "0", "0")): ("04", "06", "09", "11"),
    _TO_28: ("02",),
}


@once
def _day(terms: Terms) -> Language:
    days = [
        terms.sequence([terms.exactly("-"), terms.either(map(terms.exactly, months)), terms.exactly("-"), _between(terms, *days)])
        for days, months in _MONTHS.items()
    ]
    leap = terms.sequence([_leap_year(terms), terms.exactly("-02-29")])
    return terms.either([terms.sequence([_minus_zero(terms), terms.either(days)]), leap])


def _leap_year(terms: Terms) -> Language:
    fours = terms.either(terms.exactly(f"{number:02}") for number in range(4, 100, 4))
    century = terms.sequence([digit(terms), digit(terms)])
    return terms.either([terms.sequence([century, fours]), terms.sequence([fours, terms.exactly("00")])])


def _minute(terms: Terms) -> Language:
    hour = _between(terms, ("0", "0", "9"), ("1", "0", "9"), ("2", "0", "3"))
    return terms.sequence([hour, terms.exactly(":"), _sixty(terms)])


def _second(terms: Terms) -> Language:
    fraction = terms.sequence([terms.exactly("."), terms.up_to(digit(terms), _FRACTION)])
    return terms.sequence([terms.exactly(":"), _sixty(terms), terms.perhaps(fraction)])


def _sixty(terms: Terms) -> Language:
    return terms.sequence([terms.characters("0", "5"), digit(terms)])


def meant(text: str) -> tuple[Decimal, ...]:
    """Return the moments that a text may mean: as seconds since 1970, and as a date."""
    return parse_date(text)


# --- comparison ---------------------------------------------------------------------------------------------------------


@once
def bounds(terms: Terms, moment: Decimal) -> OrderedTexts:
    """Compare dates with a moment in the years 1 to 9999, given in seconds since 1970."""
    whole = int(moment.to_integral_value(rounding="ROUND_FLOOR"))
    stamp = (_EPOCH + timedelta(seconds=whole)).replace(tzinfo=None).isoformat(timespec="seconds")
    fraction = format(moment - whole, "f")[2:].rstrip("0")
    before = [terms.sequence([*one, terms.anything()]) for one, _ in under(terms, stamp)]
    after = [terms.sequence([*one, terms.anything()]) for one, _ in over(terms, stamp)]
    short = [*_short(stamp), f"{stamp}Z"]
    alike = [text for text in short if not fraction and parse_date(text)[-1] == moment]
    within = [terms.exactly(f"{stamp}."), terms.exactly("Z")]
    zeros = terms.repeated(terms.exactly("0"))
    less = [terms.sequence([within[0], smaller_fraction(terms, fraction), within[1]])] if fraction else []
    more = terms.sequence([within[0], greater_fraction(terms, fraction), within[1]])
    same = terms.sequence([within[0], terms.exactly(fraction), zeros, within[1]])
    return OrderedTexts(
        terms.either([*before, *less, *(terms.exactly(text) for text in short if text not in alike)]),
        terms.either([*map(terms.exactly, alike), same]),
        terms.either([*after, more]),
    )


def _short(stamp: str) -> Iterator[str]:
    """Yield the dates of fewer parts that a moment starts with."""
    yield from (stamp[:cut] for cut in _CUTS)
    yield f"{stamp[:16]}Z"
