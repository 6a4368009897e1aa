"""Addresses and networks of IP address conditions."""

from __future__ import annotations

import pytest

from kmsgen.policy.addresses import parse_address, parse_network

NETWORKS = [
    ("203.0.113.0/24", "203.0.113.0/24"),
    ("203.0.113.7/24", "203.0.113.0/24"),  # bits behind the prefix do not count
    ("203.0.113.7", "203.0.113.7/32"),
    ("2001:DB8::/32", "2001:db8::/32"),
    ("2001:db8::1", "2001:db8::1/128"),
    ("0.0.0.0/0", "0.0.0.0/0"),
]
NONE = [
    "",
    "any",
    "203.0.113.0/33",
    "203.0.113.0/024",
    "203.0.113.0/255.255.255.0",
    "203.0.113",
    "fe80::1%eth0",
    " 10.0.0.1",
    "1/8",
]


@pytest.mark.parametrize(("text", "network"), NETWORKS)
def test_a_network_is_a_cidr_range_or_one_address(text: str, network: str) -> None:
    """As RFC 4632 and RFC 4291 write them."""
    assert str(parse_network(text)) == network


@pytest.mark.parametrize("text", NONE)
def test_other_texts_are_no_network(text: str) -> None:
    """Netmasks, zones, prefixes with leading zeros and what is longer than an address has bits: no AWS page takes them."""
    assert parse_network(text) is None


@pytest.mark.parametrize("text", ["10.0.0.0/8", "10.0.0", "::1%lo", "010.0.0.1"])
def test_an_address_is_one_address(text: str) -> None:
    """A range is none, and neither is a number that other readers take for an octal one."""
    assert parse_address(text) is None
    assert str(parse_address("10.0.0.1")) == "10.0.0.1"
