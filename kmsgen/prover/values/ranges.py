"""Cells of ordered values (numbers, instants) and of addresses, between the constants that policies compare them with.

Every number, instant or address is in one of the cells, and no comparison with a constant tells two of one cell apart. The
members of a cell come one after the other, so that whoever compares texts too can take another.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count, pairwise

from kmsgen.policy.addresses import Network, parse_network

_NEARER = 64
"""How often a step towards a constant is halved: each time gives another number."""


def numbers(constants: Iterable[Decimal]) -> Iterator[Iterator[Decimal]]:
    """Yield the decimals of each cell: each constant, those between two of them, those below the first and above the last."""
    points = sorted({constant for constant in constants if constant.is_finite()}) or [Decimal(0)]
    yield from (iter([point]) for point in points)
    yield _towards(points[0], points[0] - 1)
    for left, right in pairwise(points):
        yield _towards(left, right, start=1)
    yield _towards(points[-1], points[-1] + 1)


def _towards(point: Decimal, other: Decimal, start: int = 0) -> Iterator[Decimal]:
    """Decimals from `other` (with `start` 1 from halfway) nearer and nearer to a point, which is not among them."""
    yield from (point + (other - point) / 2**step for step in range(start, _NEARER))


def whole_numbers(constants: Iterable[Decimal], low: int, high: int | None) -> Iterator[Iterator[int]]:
    """Yield the whole numbers of each cell from `low` to `high` (None: without end)."""
    points = sorted({constant for constant in constants if constant.is_finite() and _is_within(constant, low, high)})
    yield from (iter([int(point)]) for point in points if point == int(point))
    edges = [Decimal(low) - 1, *points]
    yield iter(range(_before(edges[1]), low - 1, -1)) if points else iter(())
    for left, right in pairwise(points):
        yield iter(range(_floor(left) + 1, _before(right) + 1))
    above = _floor(edges[-1]) + 1
    yield iter(range(above, high + 1)) if high is not None else count(above)


def _floor(number: Decimal) -> int:
    return int(number.to_integral_value(rounding="ROUND_FLOOR"))


def _before(number: Decimal) -> int:
    """Return the last whole number that is less."""
    return int(number.to_integral_value(rounding="ROUND_CEILING")) - 1


def _is_within(number: Decimal, low: int, high: int | None) -> bool:
    return number >= low and (high is None or number <= high)


def spellings(number: Decimal) -> Iterator[str]:
    """Decimal spellings of a number, 39 of them, the plainest first: IAM compares what they mean."""
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    yield text
    yield from (f"{text}{'' if '.' in text else '.'}{'0' * zeros}" for zeros in range(1, 20))
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    yield from (f"{sign}{'0' * zeros}{digits}" for zeros in range(1, 20))


def moments(seconds: Decimal) -> Iterator[str]:
    """ISO 8601 texts of an instant, given in seconds since 1970, in UTC and with zeros added; then those as an epoch."""
    whole, rest = divmod(seconds, 1)
    try:
        day = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(whole))
    except OverflowError:
        yield from spellings(seconds)
        return
    fraction = format(rest, "f")[1:10].rstrip("0").rstrip(".") if rest else ""
    plain = day.replace(tzinfo=None).isoformat()
    yield f"{plain}{fraction}Z"
    yield from (f"{plain}{fraction or '.'}{'0' * zeros}Z" for zeros in range(1, 10 - len(fraction)))
    yield from (text for text in spellings(seconds) if len(text.lstrip("-0")) > 4)  # four digits may be a year


def networks(texts: Iterable[str]) -> list[Network]:
    """Read address ranges; a bare address is a range of one. What cannot be read is left out: it matches nothing."""
    return [network for text in texts if (network := parse_network(text)) is not None]


def addresses(ranges: Iterable[Network], far: Iterable[Network]) -> Iterator[Iterator[str]]:
    """Yield the addresses of each cell: of each range those in no smaller range, and those outside all, IPv4 and IPv6.

    None lies in a `far` range.
    """
    left_out = tuple(far)
    every = sorted(set(ranges), key=lambda network: (network.version, network.prefixlen, int(network.network_address)))
    outer: list[Network] = [ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0")]
    for network in [*every, *(network for network in outer if network not in every)]:
        inner = [other for other in every if other != network and within(other, network)]
        yield _outside(network, [*inner, *(other for other in left_out if other.version == network.version)])


def within(inner: Network, outer: Network) -> bool:
    """Return whether a range lies in another."""
    (first, last), (low, high) = _span(inner), _span(outer)
    return inner.version == outer.version and low <= first and last <= high


def cover_everything(ranges: Iterable[Network], version: int) -> bool:
    """Return whether ranges together hold every address of IPv4, or of IPv6."""
    collapsed = ipaddress.collapse_addresses([network for network in ranges if network.version == version])  # type: ignore[type-var]
    return any(network.prefixlen == 0 for network in collapsed)


def _span(network: Network) -> tuple[int, int]:
    return int(network.network_address), int(network.broadcast_address)


_PREFERRED = {4: int(ipaddress.ip_address("203.0.113.10")), 6: int(ipaddress.ip_address("2001:db8::10"))}


def _outside(network: Network, others: list[Network]) -> Iterator[str]:
    """Yield the addresses of a range that lie in none of these ranges, one of the documentation's first."""
    first, last = _span(network)
    spans = sorted(map(_span, others))
    wanted = _PREFERRED[network.version]
    if first <= wanted <= last and not any(start <= wanted <= end for start, end in spans):
        yield _address(wanted, network.version)
    at = first
    for start, end in spans:
        yield from (_address(number, network.version) for number in range(at, min(start, last + 1)))
        at = max(at, end + 1)
    yield from (_address(number, network.version) for number in range(at, last + 1))


def _address(number: int, version: int) -> str:
    return str(ipaddress.IPv4Address(number) if version == 4 else ipaddress.IPv6Address(number))
