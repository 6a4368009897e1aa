"""Addresses of IPv4 as texts, octet by octet: so that networks and patterns of one key are told apart together.

Source: IAM User Guide, reference_policies_elements_condition_operators (IP address condition operators).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise, product
from typing import NamedTuple

from kmsgen.policy.addresses import Network
from kmsgen.prover.problem import OutsideError
from kmsgen.prover.values import ranges
from kmsgen.prover.values.domains import Domain, Kind
from kmsgen.prover.values.instants import Notations, between
from kmsgen.prover.values.patterns import DIGITS, STAR, Pattern, PatternStep, run_of

_LAST = (1 << 32) - 1
_DIGIT, _DOT = PatternStep(DIGITS), PatternStep(".")
_OCTET = (_DIGIT, PatternStep(DIGITS, loop=True))
_NO_OCTETS = (
    (PatternStep("0"), _DIGIT),
    (PatternStep("3456789"), _DIGIT, _DIGIT),
    (PatternStep("2"), PatternStep("6789"), _DIGIT),
    (PatternStep("2"), PatternStep("5"), PatternStep("6789")),
    (_DIGIT,) * 4,
)
INVALID = tuple(Pattern([*before, *octet, STAR]) for octet in _NO_OCTETS for before in ((), (STAR, _DOT)))
"""Texts of digits and dots that are no addresses."""
_HEX = "0123456789abcdefABCDEF"
IPV6 = (run_of((_HEX, 0), ":", (f"{_HEX}:.", 0)),)
"""What every address of IPv6 is, in whatever notation, and more."""


class AddressCell(NamedTuple):
    """Addresses that no network tells apart: one of them, and the texts of all."""

    text: str
    shapes: tuple[Pattern, ...]


def notations(domain: Domain, constants: Iterable[str], possible: Callable[[str], bool]) -> Notations:
    """Return the texts of the `possible` addresses of IPv4, and what those of IPv6 may be."""
    told = domain._replace(kind=Kind.TEXT, strict=True, nicer=())
    found = cells([*ranges.networks(constants), *domain.far])
    exact = [
        told._replace(shapes=cell.shapes, never=(*domain.never, *INVALID))
        for cell in found
        if domain.admits(cell.text) and possible(cell.text)
    ]
    return Notations(exact, [told._replace(shapes=IPV6)], OutsideError("an address of IPv6 is compared as a text"))


def cells(networks: Iterable[Network]) -> Iterator[AddressCell]:
    """Yield the addresses of IPv4 between the ends of networks."""
    cuts = {0, _LAST + 1}
    for network in networks:
        if network.version == 4:
            cuts |= {int(network.network_address), int(network.broadcast_address) + 1}
    for first, end in pairwise(sorted(cuts)):
        spans = _spans(_octets(first), _octets(end - 1))
        yield AddressCell(str(ipaddress.IPv4Address(first)), tuple(one for span in spans for one in _patterns(span)))


def _octets(address: int) -> tuple[int, ...]:
    return tuple(address.to_bytes(4, "big"))


_Span = list[tuple[int, int]]


def _spans(low: Sequence[int], high: Sequence[int]) -> Iterator[_Span]:
    """Yield the addresses from one to another: some share their first octets, the next is of a range, and the others are free."""
    same = next((place for place, (one, other) in enumerate(zip(low, high, strict=True)) if one != other), 4)
    if same == 4:
        yield [(one, one) for one in low]
        return
    yield from _differing(low[:same], low[same] + 1, high[same] - 1)
    for place in range(same + 1, 4):
        yield from _differing(low[:place], low[place] + 1, 255)
        yield from _differing(high[:place], 0, high[place] - 1)
    yield from ([(one, one) for one in address] for address in (low, high))


def _differing(begin: Sequence[int], low: int, high: int) -> Iterator[_Span]:
    if low <= high:
        yield [*((one, one) for one in begin), (low, high), *([(0, 255)] * (3 - len(begin)))]


def _patterns(span: _Span) -> Iterator[Pattern]:
    for octets in product(*(_octet(low, high) for low, high in span)):
        first, *others = octets
        yield Pattern([*first, *(step for octet in others for step in (_DOT, *octet))])


def _octet(low: int, high: int) -> list[Sequence[PatternStep]]:
    """Return numbers from one to another as steps, of each length by themselves."""
    if (low, high) == (0, 255):
        return [_OCTET]
    found: list[Sequence[PatternStep]] = []
    for length, (least, most) in enumerate(((0, 9), (10, 99), (100, 255)), 1):
        if max(low, least) <= min(high, most):
            found += between(str(max(low, least)), str(min(high, most)), (_DIGIT,) * length)
    return found
