"""The cells of values that tests compare by order, network or bytes, as texts: the points that they name and the gaps between."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal

from kmsgen.authorizer.language.operators import parse_date, parse_number
from kmsgen.prover.values import binaries, ranges
from kmsgen.prover.values.domains import Domain, Kind
from kmsgen.prover.values.value_tests import ComparisonKind, ValueTest


def cells_of(domain: Domain, tests: Sequence[ValueTest], families: Iterable[ComparisonKind]) -> Iterator[Iterator[str]]:
    """Cells of ordered values, each as its texts: no comparison of `families` tells two of one cell apart.

    Of a key that can be any text one cell is that of the texts that are no number, address and so on.
    """
    constants: dict[ComparisonKind, list[str]] = {family: [] for family in families}
    for test in tests:
        if test.family is not ComparisonKind.TEXT:
            constants[test.family] += test.constants
    if domain.kind is Kind.TEXT:
        for family, texts in constants.items():
            yield from _FREE[family](texts)
        yield (f"any{'-more' * more}" for more in range(len(tests) + 64))
        return
    given = [text for texts in constants.values() for text in texts]
    named = [text for test in tests if test.family is ComparisonKind.TEXT for text in test.constants]
    yield from _OF_KIND[domain.kind](domain, given, named)


def _numbers(texts: Sequence[str]) -> Iterator[Iterator[str]]:
    for cell in ranges.numbers(number for text in texts for number in parse_number(text)):
        yield (spelled for number in cell for spelled in ranges.spellings(number))


def _instants(texts: Sequence[str]) -> Iterator[Iterator[str]]:
    """Yield instants in the gaps and at the constants; four digits are a year or seconds, so each such text is a cell."""
    for cell in ranges.numbers(moment for text in texts for moment in parse_date(text)):
        yield (spelled for moment in cell for spelled in ranges.moments(moment))
    yield from (iter([f"{year:04}"]) for year in range(10_000))


def _addresses(texts: Sequence[str]) -> Iterator[Iterator[str]]:
    yield from ranges.addresses(ranges.networks(texts), ())


_FREE: dict[ComparisonKind, Callable[[Sequence[str]], Iterator[Iterator[str]]]] = {
    ComparisonKind.NUMBER: _numbers,
    ComparisonKind.INSTANT: _instants,
    ComparisonKind.ADDRESS: _addresses,
    ComparisonKind.BINARY: binaries.cells,
}


def _whole_numbers(domain: Domain, texts: Sequence[str], named: Sequence[str]) -> Iterator[Iterator[str]]:
    points = [number for text in (*texts, *named) for number in parse_number(text)]
    yield from (map(str, cell) for cell in ranges.whole_numbers(points, domain.low, domain.high))


def _moments(domain: Domain, texts: Sequence[str], named: Sequence[str]) -> Iterator[Iterator[str]]:
    points = [moment for text in (*texts, *named) for moment in parse_date(text)]
    for cell in ranges.numbers([Decimal(domain.low), *points]):
        told = (moment for moment in cell if moment >= domain.low)
        if domain.as_number:
            yield (spelled for moment in told for spelled in ranges.spellings(moment))
        else:
            yield (spelled for moment in told for spelled in ranges.moments(moment))


def _network_addresses(domain: Domain, texts: Sequence[str], named: Sequence[str]) -> Iterator[Iterator[str]]:
    yield from ranges.addresses(ranges.networks([*texts, *named]), domain.far)


_OF_KIND: dict[Kind, Callable[[Domain, Sequence[str], Sequence[str]], Iterator[Iterator[str]]]] = {
    Kind.NUMBER: _whole_numbers,
    Kind.INSTANT: _moments,
    Kind.ADDRESS: _network_addresses,
}
