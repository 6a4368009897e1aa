"""Cut ordered values (numbers, instants) and addresses at the constants that policies compare them with."""

from __future__ import annotations

import ipaddress
import itertools
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def numbers(constants: Iterable[Decimal], low: int = 0, high: int | None = None) -> list[str]:
    """Return one whole number per class between, at and beyond the constants, within `low` and `high`.

    KMS's numeric condition keys count days and seconds: they are whole numbers.
    """
    points = {low} | ({high} if high is not None else set())
    for constant in constants:
        if not constant.is_finite():
            continue
        below = int(constant.to_integral_value(rounding="ROUND_FLOOR"))
        points |= {below - 1, below, below + 1, below + 2} if constant != below else {below - 1, below, below + 1}
    return [str(point) for point in sorted(points) if point >= low and (high is None or point <= high)]


def instants(constants: Iterable[Decimal]) -> list[str]:
    """Return one instant per class, as ISO 8601 in UTC; the constants are seconds since 1970.

    The gap between two constants is hit by the middle between them, to the microsecond.
    """
    points = sorted({constant for constant in constants if constant.is_finite()})
    if not points:
        return [_iso(Decimal(0))]
    between = [(left + right) / 2 for left, right in itertools.pairwise(points)]
    return list(dict.fromkeys(map(_iso, sorted([points[0] - 1, *points, *between, points[-1] + 1]))))


def _iso(seconds: Decimal) -> str:
    try:
        moment = datetime.fromtimestamp(float(seconds), UTC)
    except (OverflowError, ValueError, OSError):
        return "1970-01-01T00:00:00Z"
    return moment.isoformat(timespec="microseconds" if moment.microsecond else "seconds").replace("+00:00", "Z")


def networks(texts: Iterable[str]) -> list[Network]:
    """Read address ranges; a bare address is a range of one. What cannot be read is left out: it matches nothing."""
    found = []
    for text in texts:
        try:
            found.append(ipaddress.ip_network(text, strict=False))
        except ValueError:
            continue
    return found


def addresses(ranges: Iterable[Network]) -> list[str]:
    """Return one address per class: for each range one that no smaller range holds, and one outside all, IPv4 and IPv6."""
    every = sorted(set(ranges), key=lambda network: (network.version, network.prefixlen, int(network.network_address)))
    outer: list[Network] = [ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0")]
    found = []
    for network in [*every, *(network for network in outer if network not in every)]:
        inner = [other for other in every if other != network and within(other, network)]
        address = _first_outside(network, inner)
        if address is not None:
            found.append(address)
    return found


def _span(network: Network) -> tuple[int, int]:
    return int(network.network_address), int(network.broadcast_address)


def within(inner: Network, outer: Network) -> bool:
    """Return whether a range lies in another."""
    (first, last), (low, high) = _span(inner), _span(outer)
    return inner.version == outer.version and low <= first and last <= high


_PREFERRED = {4: int(ipaddress.ip_address("203.0.113.10")), 6: int(ipaddress.ip_address("2001:db8::10"))}


def _first_outside(network: Network, inner: list[Network]) -> str | None:
    gap, last = _span(network)
    spans = sorted(map(_span, inner))
    wanted = _PREFERRED[network.version]
    if gap <= wanted <= last and not any(first <= wanted <= end for first, end in spans):
        return _address(wanted, network.version)
    for first, end in spans:
        if gap < first:
            break
        gap = max(gap, end + 1)
    return _address(gap, network.version) if gap <= last else None


def _address(number: int, version: int) -> str:
    return str(ipaddress.IPv4Address(number) if version == 4 else ipaddress.IPv6Address(number))
