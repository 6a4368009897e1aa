"""Addresses as texts."""

from __future__ import annotations

import ipaddress

import pytest

from kmsgen.prover.solver.notation.addresses import between, every, perhaps_other_notation
from kmsgen.prover.solver.terms import Terms

TERMS = Terms()
FOUR = ("0.0.0.1", "9.255.255.255", "10.0.0.0", "10.1.2.3", "10.255.255.255", "11.0.0.0", "192.0.2.1", "255.255.255.255")
SIX = ("0:0:0:0:0:0:0:0", "2001:db7:ffff:0:0:0:0:0", "2001:db8:0:0:0:0:0:0", "2001:DB8:0:0:0:0:0:1", "2001:db9:0:0:0:0:0:0")


@pytest.mark.parametrize(
    ("network", "texts"), [("10.0.0.0/8", FOUR), ("10.1.2.0/30", FOUR), ("192.0.2.1/32", FOUR), ("2001:db8::/32", SIX)]
)
def test_an_address_is_within_a_network(network: str, texts: tuple[str, ...]) -> None:
    """From its first address to its last."""
    known = ipaddress.ip_network(network)
    language = between(TERMS, known.version, int(known.network_address), int(known.broadcast_address))
    assert [text for text in texts if TERMS.inside(text, language)] == [t for t in texts if ipaddress.ip_address(t) in known]


@pytest.mark.parametrize("text", ["256.1.1.1", "1.1.1", "1.1.1.1.1", "red", "", "01.1.1.1"])
def test_what_is_no_address_is_in_no_network(text: str) -> None:
    """Nor is one with a zero too many, which readers take differently."""
    assert not TERMS.inside(text, every(TERMS, 4))


def test_a_short_address_of_ipv6_is_told_apart() -> None:
    """It may be one: it has two colons."""
    assert TERMS.inside("2001:db8::1", perhaps_other_notation(TERMS))
    assert not TERMS.inside("2001:db8::1", every(TERMS, 6))
    assert all(TERMS.inside(text, every(TERMS, 6)) for text in SIX)
