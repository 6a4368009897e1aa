"""Ties what a value means to its text, cell by cell between the constants that it is compared with.

So the solver is asked for texts *in* a language of numbers, dates or addresses, which it is good at, and hardly ever for one that
is in none.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from kmsgen.authorizer.language.operators import parse_number
from kmsgen.prover.solver.notation import addresses, moments, numerals
from kmsgen.prover.solver.notation.measures import ADDRESS, DATE, NUMERIC, Measure, points_of
from kmsgen.prover.solver.notation.numerals import OrderedTexts
from kmsgen.prover.solver.script import Script
from kmsgen.prover.solver.terms import Formula, Language, Number, Terms
from kmsgen.prover.values.domains import Kind


class Notation:
    """The texts of a measure."""

    def __init__(self, script: Script, measure: Measure) -> None:
        self._script = script
        self._terms = script.terms
        self._measure = measure
        self._kind = measure.domain.kind
        self._families = measure.asked.families

    def tie(self) -> None:
        """Say which texts a value can be that means what it means."""
        ways = [*self._named(), *self._numbers(), *self._dates(), *self._addresses(), *self._roughly(), *self._nothing()]
        self._script.say(self._terms.some(ways))

    # --- texts that policies name -----------------------------------------------------------------------------------------

    def _named(self) -> Iterator[Formula]:
        """Yield the named texts with what they mean, which is known in whatever notation, or that they mean nothing."""
        measure, terms = self._measure, self._terms
        for text in measure.asked.named:
            if measure.domain.admits(text):
                yield terms.every([terms.equal(measure.text, text), *self._meaning(text)])

    def _meaning(self, text: str) -> Iterator[Formula]:
        measure, terms = self._measure, self._terms
        number, date, address = _number(text), _date(text), _address(text)
        for is_one, found in ((measure.is_number, number), (measure.is_date, date)):
            if is_one is not False:
                yield is_one if found is not None else terms.negate(is_one)
        if number is not None:
            yield terms.compared(measure.number, number)[1]
        if date is not None:
            yield terms.compared(measure.date, date)[1]
        for version, is_one in ((4, measure.is_v4), (6, measure.is_v6)):
            same = address is not None and address.version == version
            yield is_one if same else terms.negate(is_one)
        if address is not None:
            yield terms.compared(measure.address, int(address))[1]

    # --- cells ------------------------------------------------------------------------------------------------------------

    def _numbers(self) -> Iterator[Formula]:
        measure, terms = self._measure, self._terms
        if measure.is_number is False:
            return
        languages = [numerals.whole_number(terms) if self._kind is Kind.NUMBER else numerals.number(terms)]
        if DATE in self._families and self._kind is not Kind.NUMBER:
            languages.append(terms.complement(numerals.four_digits(terms)))
        asked = measure.asked
        points = points_of([*asked.numbers, *(asked.dates if DATE in self._families else ())])
        only = [measure.is_number, *([] if self._kind is Kind.NUMBER else [terms.negate(measure.is_date)])]
        yield from self._cells(measure.number, points, numerals.bounds, only, languages)

    def _dates(self) -> Iterator[Formula]:
        measure, terms = self._measure, self._terms
        if measure.is_date is False or self._kind is Kind.NUMBER:
            return
        if self._kind is Kind.INSTANT:
            languages = [moments.instant(terms)]
        else:
            languages = [moments.date(terms), terms.complement(numerals.four_digits(terms))]
        points = points_of(point for point in measure.asked.dates if moments.FIRST <= point < moments.LAST)
        only = [measure.is_date, terms.negate(measure.is_number)]
        yield from self._cells(measure.date, points, moments.bounds, only, languages)

    def _cells(
        self,
        value: Number,
        points: Sequence[Decimal],
        bounds: Callable[[Terms, Decimal], OrderedTexts],
        only: Sequence[Formula],
        languages: Sequence[Language],
    ) -> Iterator[Formula]:
        """Yield each cell between the points, with the texts in it."""
        terms = self._terms
        told = [(self._measure.compared(value, point), bounds(terms, point)) for point in points]
        cells: list[tuple[list[Formula], list[Language]]] = [([one.same], [texts.same]) for one, texts in told]
        ends = [([], []), *(([one.more], [texts.above]) for one, texts in told)]
        starts = [*(([one.less], [texts.below]) for one, texts in told), ([], [])]
        cells += [([*low[0], *high[0]], [*low[1], *high[1]]) for low, high in zip(ends, starts, strict=True)]
        for formulas, texts in cells:
            inside = [terms.inside(self._measure.text, language) for language in (*languages, *texts)]
            yield terms.every([*only, *formulas, *inside])

    def _addresses(self) -> Iterator[Formula]:
        measure, terms = self._measure, self._terms
        for version, is_one in ((4, measure.is_v4), (6, measure.is_v6)):
            if is_one is False:
                continue
            for first, last in _intervals(version, measure):
                inside = terms.inside(measure.text, addresses.between(terms, version, first, last))
                yield terms.every([measure.within(version, first, last), inside])

    # --- what is told roughly, and what means nothing ---------------------------------------------------------------------

    def _roughly(self) -> Iterator[Formula]:
        measure, terms = self._measure, self._terms
        unnamed = terms.negate(terms.is_one_of(measure.text, measure.asked.named))
        if measure.is_v6 is not False:
            grouped = terms.inside(measure.text, addresses.every(terms, 6))
            other = terms.inside(measure.text, addresses.perhaps_other_notation(terms))
            way = terms.every([terms.negate(measure.is_v4), other, terms.negate(grouped), unnamed])
            self._script.leave_rough(way, addresses.OTHER_NOTATION)
            yield way
        if self._kind is Kind.INSTANT and measure.is_date is not False:
            languages = (moments.date(terms), moments.elsewhere(terms))
            other = terms.some(terms.inside(measure.text, language) for language in languages)
            full = terms.inside(measure.text, moments.instant(terms))
            way = terms.every([measure.is_date, terms.negate(measure.is_number), other, terms.negate(full), unnamed])
            self._script.leave_rough(way, "a moment that is not told in full and in UTC")
            yield way
        if self._kind is Kind.TEXT and DATE in self._families:
            zone = terms.inside(measure.text, moments.elsewhere(terms))
            way = terms.every([terms.negate(measure.is_number), zone, unnamed])
            self._script.leave_rough(way, "a date in another time zone")
            year = terms.inside(measure.text, numerals.four_digits(terms))
            yield from (way, terms.every([measure.is_number, measure.is_date, year]))

    def _nothing(self) -> Iterator[Formula]:
        """Yield that a text means nothing that is asked."""
        measure, terms = self._measure, self._terms
        if self._kind is not Kind.TEXT:
            return
        none = [terms.negate(one) for one in (measure.is_number, measure.is_date, measure.is_v4, measure.is_v6)]
        languages = [
            *([numerals.number(terms)] if self._families & {NUMERIC, DATE} else []),
            *([moments.date(terms), moments.elsewhere(terms)] if DATE in self._families else []),
            *([addresses.every(terms, 4), addresses.perhaps_other_notation(terms)] if ADDRESS in self._families else []),
        ]
        outside = [terms.inside(measure.text, terms.complement(language)) for language in languages]
        yield terms.every([*none, *outside])


def _number(text: str) -> Decimal | None:
    return next(iter(parse_number(text)), None)


def _date(text: str) -> Decimal | None:
    """Return the moment that a text means as a date, not as seconds."""
    found = moments.meant(text)
    return found[-1] if len(found) > len(parse_number(text)) else None


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _intervals(version: int, measure: Measure) -> Iterator[tuple[int, int]]:
    """Yield the first and the last address of what no network cuts further."""
    cuts = {0, 1 << addresses.LENGTHS[version]}
    for network in (*measure.asked.networks, *measure.domain.far):
        if network.version == version:
            cuts |= {int(network.network_address), int(network.broadcast_address) + 1}
    yield from ((first, end - 1) for first, end in pairwise(sorted(cuts)))
