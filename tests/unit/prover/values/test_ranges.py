"""Classes of numbers, instants and addresses."""

from __future__ import annotations

import ipaddress
import itertools
from collections.abc import Iterable
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from kmsgen.authorizer.language.operators import parse_date, parse_number
from kmsgen.prover.values.ranges import Network, addresses, cover_everything, moments, networks, numbers, spellings, whole_numbers

NETWORKS = st.builds(
    lambda high, prefix: ipaddress.ip_network((high << 24, prefix), strict=False), st.integers(8, 11), st.integers(4, 12)
)


CONSTANTS = st.lists(st.integers(10, 80).map(lambda number: Decimal(number) / 2), min_size=1, max_size=4)


@given(CONSTANTS)
@settings(deadline=None)
def test_every_comparison_with_whole_numbers_is_told_apart(constants: list[Decimal]) -> None:
    """Each whole number within the bounds compares with all constants as the members of one of the cells do."""
    cells = [list(itertools.islice(cell, 50)) for cell in whole_numbers(constants, 7, 30)]
    answers = {tuple((n > c) - (n < c) for c in constants) for cell in cells for n in cell}
    for number in range(7, 31):
        assert tuple((number > c) - (number < c) for c in constants) in answers


@given(CONSTANTS)
@settings(deadline=None)
def test_the_members_of_a_cell_are_alike(constants: list[Decimal]) -> None:
    """No comparison with a constant tells two members of a cell apart, and no two cells are alike."""
    answers = [{tuple((n > c) - (n < c) for c in constants) for n in itertools.islice(cell, 40)} for cell in numbers(constants)]
    assert all(len(one) == 1 for one in answers)
    assert len({next(iter(one)) for one in answers}) == len(answers)


@given(CONSTANTS)
@settings(deadline=None)
def test_decimals_hit_each_constant_and_each_gap(constants: list[Decimal]) -> None:
    """Each constant, a number below all, one above all and one in each gap: 1.5 lies between 1 and 2."""
    points = sorted(set(constants))
    found = [next(cell) for cell in numbers(constants)]
    assert set(points) <= set(found)
    assert min(found) < points[0]
    assert max(found) > points[-1]
    for low, high in itertools.pairwise(points):
        assert any(low < number < high for number in found)


@given(st.decimals(-(10**6), 10**6, places=3))
def test_every_spelling_means_its_number(number: Decimal) -> None:
    """A number has many spellings, and IAM reads each as the number."""
    texts = list(itertools.islice(spellings(number), 30))
    assert len(set(texts)) == 30
    assert all(parse_number(text) == (number,) for text in texts)


@given(st.decimals(10**5, 2 * 10**9, places=3))
def test_every_spelling_means_its_moment(moment: Decimal) -> None:
    """ISO 8601 with fractions, or the seconds since 1970: each is read as the moment, and as nothing else."""
    texts = list(itertools.islice(moments(moment), 12))
    assert len(set(texts)) == 12
    assert all(parse_date(text) == (moment,) for text in texts)


@given(st.lists(NETWORKS, min_size=1, max_size=5))
@settings(deadline=None)
def test_every_combination_of_ranges_is_told_apart(ranges: list[ipaddress.IPv4Network]) -> None:
    """Each address lies in exactly the ranges that one of the classes lies in."""

    def within(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> tuple[bool, ...]:
        return tuple(address.version == 4 and address in network for network in ranges)

    found = {within(ipaddress.ip_address(next(cell))) for cell in map(iter, _members(ranges))}
    for high in range(256):
        for low in range(0, 256, 8):
            assert within(ipaddress.IPv4Address((high << 24) | (low << 16) | 5)) in found


def test_a_range_covered_by_smaller_ones_has_no_class_of_its_own() -> None:
    """10.0.0.0/8 is its two halves, so only the halves have witnesses."""
    found = _members(networks(["10.0.0.0/8", "10.0.0.0/9", "10.128.0.0/9"]))
    assert sum(texts[0].startswith("10.") for texts in found) == 2


def test_ipv6_is_a_world_of_its_own() -> None:
    """There is always an IPv6 address outside every IPv4 range."""
    assert any(":" in texts[0] for texts in _members(networks(["0.0.0.0/0"])))


def test_a_cell_of_addresses_has_more_than_one_member() -> None:
    """Where a text names one address of a network there is another."""
    (texts, *_) = _members(networks(["10.0.0.0/30"]))
    assert texts == ["10.0.0.0", "10.0.0.1", "10.0.0.2", "10.0.0.3"]


def test_halves_cover_everything() -> None:
    """Networks that together are all addresses name nobody."""
    assert cover_everything(networks(["0.0.0.0/1", "128.0.0.0/1"]), 4)
    assert not cover_everything(networks(["0.0.0.0/1", "::/0"]), 4)


def _members(ranges: Iterable[Network]) -> list[list[str]]:
    """Return the first members of each cell that has any."""
    return [texts for cell in addresses(ranges, ()) if (texts := list(itertools.islice(cell, 5)))]
