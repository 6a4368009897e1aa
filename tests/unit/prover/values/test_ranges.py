"""Classes of numbers, instants and addresses."""

from __future__ import annotations

import ipaddress
import itertools
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from kmsgen.authorizer.language.operators import parse_date
from kmsgen.prover.values.ranges import addresses, instants, networks, numbers

NETWORKS = st.builds(
    lambda high, prefix: ipaddress.ip_network((high << 24, prefix), strict=False), st.integers(8, 11), st.integers(4, 12)
)


@given(st.lists(st.integers(5, 40).map(Decimal), min_size=1, max_size=4))
@settings(deadline=None)
def test_every_comparison_with_whole_numbers_is_told_apart(constants: list[Decimal]) -> None:
    """Each number within the bounds compares with all constants as one of the classes does."""
    answers = {tuple((n > c) - (n < c) for c in constants) for n in map(Decimal, numbers(constants, 7, 30))}
    for number in range(7, 31):
        assert tuple((number > c) - (number < c) for c in constants) in answers


@given(st.lists(st.integers(0, 2_000_000_000).map(Decimal), min_size=1, max_size=4))
@settings(deadline=None)
def test_instants_hit_each_constant_and_each_gap(constants: list[Decimal]) -> None:
    """Each constant, a moment before all, one after all and one in each gap."""
    readings = [parse_date(text)[-1] for text in instants(constants)]
    points = sorted(set(constants))
    assert set(points) <= set(readings)
    assert min(readings) < points[0]
    assert max(readings) > points[-1]
    for low, high in itertools.pairwise(points):
        assert any(low < reading < high for reading in readings)


@given(st.lists(NETWORKS, min_size=1, max_size=5))
@settings(deadline=None)
def test_every_combination_of_ranges_is_told_apart(ranges: list[ipaddress.IPv4Network]) -> None:
    """Each address lies in exactly the ranges that one of the classes lies in."""

    def within(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> tuple[bool, ...]:
        return tuple(address.version == 4 and address in network for network in ranges)

    found = {within(ipaddress.ip_address(text)) for text in addresses(ranges)}
    for high in range(256):
        for low in range(0, 256, 8):
            assert within(ipaddress.IPv4Address((high << 24) | (low << 16) | 5)) in found


def test_a_range_covered_by_smaller_ones_has_no_class_of_its_own() -> None:
    """10.0.0.0/8 is its two halves, so only the halves have witnesses."""
    found = addresses(networks(["10.0.0.0/8", "10.0.0.0/9", "10.128.0.0/9"]))
    assert sum(text.startswith("10.") for text in found) == 2


def test_ipv6_is_a_world_of_its_own() -> None:
    """There is always an IPv6 address outside every IPv4 range."""
    assert any(":" in text for text in addresses(networks(["0.0.0.0/0"])))
