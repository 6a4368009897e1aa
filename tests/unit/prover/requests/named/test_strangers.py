"""What a stranger can have, whom nobody had to name."""

from __future__ import annotations

import pytest

from kmsgen.policy.operators import split_operator
from kmsgen.prover.requests.named.strangers import apart_from_the_key, of_stranger
from kmsgen.prover.requests.named.vocabulary import Want
from kmsgen.prover.values.domains import DOMAINS, Domain

ORGANIZATION, ENDPOINT, ADDRESS = "aws:principalorgid", "aws:sourcevpce", "aws:sourceip"


def want(*values: str, operator: str = "StringLike") -> Want:
    """Return what a condition wants."""
    name = split_operator(operator)
    assert name is not None
    return Want(name, values, variables=True)


def of(key: str, *wants: Want) -> Domain:
    """Return what a stranger can have of a key."""
    return of_stranger(key, DOMAINS[key], wants)


@pytest.mark.parametrize(
    ("key", "wanted", "value", "his"),
    [
        (ORGANIZATION, "o-aaaaaaaaaa", "o-aaaaaaaaaa", False),
        (ORGANIZATION, "o-aaaaaaaaaa", "o-bbbbbbbbbb", True),
        (ORGANIZATION, "o-*", "o-bbbbbbbbbb", True),
        (ENDPOINT, "vpce-12345678*", "vpce-123456789", True),
        (ENDPOINT, "vpce-12345678", "vpce-12345678", False),
        (ENDPOINT, "*", "vpce-12345678", True),
    ],
)
def test_what_a_policy_names_is_somebodys(key: str, wanted: str, value: str, his: bool) -> None:  # noqa: FBT001
    """A pattern that names nobody lets anybody in."""
    assert of(key, want(wanted)).admits(value) is his


@pytest.mark.parametrize(
    ("networks", "address", "his"),
    [
        (("192.0.2.0/24",), "192.0.2.1", False),
        (("192.0.2.0/24",), "198.51.100.1", True),
        (("0.0.0.0/0",), "192.0.2.1", True),
        (("0.0.0.0/1", "128.0.0.0/1"), "192.0.2.1", True),
    ],
)
def test_a_network_is_somebodys_unless_it_is_everything(networks: tuple[str, ...], address: str, his: bool) -> None:  # noqa: FBT001
    """By itself, or together with others."""
    found = of(ADDRESS, want(*networks, operator="IpAddress"))
    assert any(one.version == 4 for one in found.far) is not his or address.startswith("198")


def test_keys_that_belong_to_nobody_stay_as_they_are() -> None:
    """Anybody can come through a service."""
    domain = DOMAINS["kms:viaservice"]
    assert of_stranger("kms:viaservice", domain, [want("s3.us-west-2.amazonaws.com")]) is domain


@pytest.mark.parametrize(("wanted", "apart"), [("o-aaaaaaaaaa", True), ("o-*", False)])
def test_a_stranger_is_in_another_organization_than_the_key(wanted: str, apart: bool) -> None:  # noqa: FBT001
    """Unless a pattern may mean every one."""
    domain = DOMAINS[ORGANIZATION]
    found = apart_from_the_key(ORGANIZATION, domain, [want(wanted)])
    assert (found is not domain) is apart
    assert found.admits("o-aaaaaaaaaa") is not apart
