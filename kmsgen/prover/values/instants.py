"""Moments as texts in full, `2026-01-01T00:00:00Z`: digit by digit, so that order and patterns are told apart together.

Dates of this form come in the order of their texts. What else ISO 8601 and AWS take for a moment is `other_notations`.
Source: IAM User Guide, reference_policies_elements_condition_operators (date condition operators).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from kmsgen.authorizer.language.operators import parse_date
from kmsgen.prover.problem import BothOutsideError, OutsideError
from kmsgen.prover.values.domains import Domain, Kind
from kmsgen.prover.values.patterns import DIGITS, STAR, Pattern, PatternStep, run_of

LONGEST = 30
"""Characters of a moment with nine digits of a fraction: no more are read."""
FIRST, LAST = "1970-01-01T00:00:00", "9999-12-31T23:59:59"
_FIELDS = "dddd-Nd-DdTHd:Sd:Sd"
_CLASSES = {"d": DIGITS, "N": "01", "D": "0123", "H": "012", "S": "012345"}
_GENERAL = tuple(PatternStep(_CLASSES.get(character, character)) for character in _FIELDS)
_FRACTION = (PatternStep("."), PatternStep(DIGITS), PatternStep(DIGITS, loop=True), PatternStep("Z"))
_MORE = (
    PatternStep("."),
    PatternStep("0", loop=True),
    PatternStep("123456789"),
    PatternStep(DIGITS, loop=True),
    PatternStep("Z"),
)
_NONE = ((PatternStep("Z"),), (PatternStep("."), PatternStep("0"), PatternStep("0", loop=True), PatternStep("Z")))
_EVEN, _ODD = ("02468", 1), ("13579", 1)
_NO_FOURS = ((_EVEN, ("1235679", 1)), (_ODD, ("01345789", 1)))
_YEAR, _TWO, _ONE = (DIGITS, 4), (DIGITS, 2), (DIGITS, 1)


def _begins(*pieces: str | tuple[str, int]) -> Pattern:
    return Pattern([*run_of(*pieces).steps, STAR])


@cache
def invalid() -> tuple[Pattern, ...]:
    """Patterns of texts that are no dates: days that a month does not have, hours of no day."""
    return (
        _begins(_YEAR, "-00-"),
        _begins(_YEAR, "-1", ("3456789", 1)),
        _begins(_YEAR, "-", _TWO, "-00"),
        _begins(_YEAR, "-", _TWO, "-3", ("23456789", 1)),
        _begins(_YEAR, "-02-3"),
        _begins(_YEAR, "-0", ("469", 1), "-31"),
        _begins(_YEAR, "-11-31"),
        *(_begins(_TWO, *years, "-02-29") for years in _NO_FOURS),
        *(_begins(*centuries, "00-02-29") for centuries in _NO_FOURS),
        _begins(_YEAR, "-", _TWO, "-", _TWO, "T2", ("456789", 1)),
    )


_DAY = (_YEAR, "-", _TWO, "-", _TWO)
_SIGN, _SOME = ("+-", 1), (_ONE, (DIGITS, 0))
_CLOCKS = ((), (":", _TWO), (":", _TWO, ".", *_SOME))
_ZONES = ((_SIGN, _TWO, _TWO), (_SIGN, _TWO, ":", _TWO))
_ZONE = timedelta(days=5)
"""No zone is so far from UTC: its hours and minutes have two digits."""


@cache
def seconds() -> tuple[Pattern, ...]:
    """Patterns of seconds since 1970, or of a year: wider than what is read."""
    return tuple(run_of(*sign, *_SOME, *more) for sign in ((), (_SIGN,)) for more in ((), (".", *_SOME)))


@cache
def other_notations() -> tuple[Pattern, ...]:
    """Patterns of a month, a day, a minute in UTC, a moment in another zone: wider than what is read."""
    return (
        run_of(_YEAR, "-", _TWO),
        run_of(*_DAY),
        run_of(*_DAY, "T", _TWO, ":", _TWO, "Z"),
        *(run_of(*_DAY, "T", _TWO, ":", _TWO, *clock, *zone) for clock in _CLOCKS for zone in _ZONES),
    )


class MomentCell(NamedTuple):
    """Moments that no comparison with a constant tells apart: one of them, the texts of all, and between what they are."""

    text: str
    shapes: tuple[Pattern, ...]
    low: str
    high: str


class Notations(NamedTuple):
    """Ordered values as domains of texts: `exact` ones tell their order, others do not, and `error` is raised if one does."""

    exact: list[Domain]
    others: list[Domain]
    error: OutsideError


def notations(domain: Domain, constants: Iterable[str], possible: Callable[[str], bool]) -> Notations | None:
    """Return the texts of the `possible` moments; None where a constant is no whole second."""
    found = cells(moment for text in constants for moment in parse_date(text))
    if found is None:
        return None
    cells_ = [cell for cell in found if possible(cell.text)]
    told = domain._replace(kind=Kind.TEXT, strict=True, nicer=())
    exact = [told._replace(shapes=cell.shapes, never=(*domain.never, *invalid()), longest=LONGEST) for cell in cells_]
    elsewhere = [told._replace(shapes=other_notations(), never=far_from(cell)) for cell in cells_]
    why = "a moment is compared as a text, and may be written in another way than in full and in UTC"
    return Notations(exact, [told._replace(shapes=seconds()), *elsewhere], BothOutsideError(why))


def cells(moments: Iterable[Decimal]) -> Iterator[MomentCell] | None:
    """Cells of the moments from 1970 on: each constant, and each gap; None where a constant is no whole second."""
    points = sorted(set(moments))
    if any(point != point.to_integral_value() for point in points):
        return None
    stamps = [stamp for point in points if (stamp := _stamp(point)) is not None]
    return _cells(stamps)


def _cells(stamps: Sequence[str]) -> Iterator[MomentCell]:
    for stamp in stamps:
        yield MomentCell(f"{stamp}Z", tuple(_of(map(PatternStep, stamp), end) for end in _NONE), stamp, stamp)
    for low, high in pairwise(["", *stamps, ""]):
        within = [_of(steps, end) for steps in _between(_after(low), _before(high)) for end in ((PatternStep("Z"),), _FRACTION)]
        shapes = [*([_of(map(PatternStep, low), _MORE)] if low else []), *within]
        text = f"{low}.5Z" if low else f"{FIRST}Z"
        if shapes:
            yield MomentCell(text, tuple(shapes), low, high)


def far_from(cell: MomentCell) -> tuple[Pattern, ...]:
    """Return patterns of texts that are no dates, or whose date and time are further from a cell than a zone can bring them."""
    return (*invalid(), *_beyond(cell.low, -_ZONE), *_beyond(cell.high, _ZONE))


def _beyond(stamp: str, more: timedelta) -> Iterator[Pattern]:
    try:
        edge = (datetime.fromisoformat(stamp) + more).isoformat() if stamp else ""
    except OverflowError:
        return
    for place, digit in enumerate(edge):
        others = "".join(one for one in _GENERAL[place].characters or "" if (one < digit if more < timedelta() else one > digit))
        if others:
            yield Pattern([*map(PatternStep, edge[:place]), PatternStep(others), STAR])


def _of(steps: Iterable[PatternStep], end: Sequence[PatternStep]) -> Pattern:
    return Pattern([*steps, *end])


def _stamp(moment: Decimal) -> str | None:
    """Return the text of a whole second from 1970 to 9999; None for others."""
    try:
        stamp = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(moment))).replace(tzinfo=None).isoformat()
    except OverflowError:
        return None
    return stamp if stamp >= FIRST else None


def _after(stamp: str) -> str | None:
    """Return the next second; the first of all for an empty text, None after the last."""
    return FIRST if not stamp else None if stamp == LAST else _moved(stamp, 1)


def _before(stamp: str) -> str | None:
    return LAST if not stamp else None if stamp == FIRST else _moved(stamp, -1)


def _moved(stamp: str, seconds: int) -> str:
    return (datetime.fromisoformat(stamp) + timedelta(seconds=seconds)).isoformat()


def _between(low: str | None, high: str | None) -> Iterator[list[PatternStep]]:
    if low is not None and high is not None and low <= high:
        yield from between(low, high, _GENERAL)


def between(low: str, high: str, general: Sequence[PatternStep]) -> Iterator[list[PatternStep]]:
    """Yield the texts from one to another, all of one length: those that share a beginning and differ in the character after it.

    `general`: which characters stand at each place.
    """
    same = next((place for place, (one, other) in enumerate(zip(low, high, strict=True)) if one != other), len(low))
    if same == len(low):
        yield list(map(PatternStep, low))
        return
    yield from _differing(low[:same], low[same], high[same], general)
    for place in range(same + 1, len(low)):
        yield from _differing(low[:place], low[place], "", general)
        yield from _differing(high[:place], "", high[place], general)
    yield from (list(map(PatternStep, low)), list(map(PatternStep, high)))


def _differing(begin: str, low: str, high: str, general: Sequence[PatternStep]) -> Iterator[list[PatternStep]]:
    """Yield texts that begin so, go on with a character between two (without an end where one is empty), then anything."""
    here = general[len(begin)].characters or ""
    inside = "".join(one for one in here if (not low or one > low) and (not high or one < high))
    if inside:
        yield [*map(PatternStep, begin), PatternStep(inside), *general[len(begin) + 1 :]]
