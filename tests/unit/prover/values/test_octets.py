"""Addresses of IPv4 by the octet: the cells between networks, and what is no address."""

from __future__ import annotations

import ipaddress

from hypothesis import given, settings
from hypothesis import strategies as st

from kmsgen.prover.values.octets import INVALID, IPV6, cells
from kmsgen.prover.values.patterns import run_of

NETWORKS = st.builds(
    lambda address, prefix: ipaddress.ip_network((address, prefix), strict=False), st.integers(0, 2**32 - 1), st.integers(0, 32)
)
OCTETS = st.lists(st.integers(0, 300).map(str) | st.sampled_from(["00", "01", "025", "1000"]), min_size=4, max_size=4)
DOTTED = run_of(*([("0123456789",), "."] * 3), ("0123456789",))


@given(st.lists(NETWORKS, max_size=3), st.integers(0, 2**32 - 1))
@settings(deadline=None)
def test_every_address_is_in_one_cell_and_in_the_networks_of_its_cell(
    networks: list[ipaddress.IPv4Network], address: int
) -> None:
    """No network tells an address apart from the address that stands for its cell."""
    text = str(ipaddress.IPv4Address(address))
    found = [cell for cell in cells(networks) if any(shape.matches(text) for shape in cell.shapes)]
    assert len(found) == 1
    like = ipaddress.ip_address(found[0].text)
    assert [like in network for network in networks] == [ipaddress.ip_address(text) in network for network in networks]


@given(OCTETS)
@settings(deadline=None)
def test_what_is_no_address_is_told(octets: list[str]) -> None:
    """Of four numbers with dots the invalid ones are those that are no address."""
    text = ".".join(octets)
    assert DOTTED.matches(text)
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        assert any(pattern.matches(text) for pattern in INVALID)
    else:
        assert not any(pattern.matches(text) for pattern in INVALID)


@given(st.integers(0, 2**128 - 1).map(ipaddress.IPv6Address))
def test_every_notation_of_ipv6_is_of_its_shape(address: ipaddress.IPv6Address) -> None:
    """Short, long, in capitals, and with an address of IPv4 at the end."""
    mapped = f"::ffff:{ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)}"
    texts = (str(address), address.exploded, str(address).upper(), mapped)
    assert all(any(shape.matches(text) for shape in IPV6) for text in texts)
