"""Kinds of requests: what all requests have in common that such credentials sign, by such a route, of one action."""

from __future__ import annotations

import pytest

from kmsgen.authorizer.context.request_kind import kind_of_requests
from kmsgen.catalogue.availability import Presence, PrincipalKind, Route

DIRECT, FORWARD, ENDPOINT = Route.DIRECT, Route.FORWARD_ACCESS_SESSION, Route.VPC_ENDPOINT


@pytest.mark.parametrize(
    ("key", "signer", "route", "expected"),
    [
        ("kms:viaservice", PrincipalKind.USER, FORWARD, True),
        ("kms:viaservice", PrincipalKind.USER, DIRECT, False),
        ("aws:sourcevpce", PrincipalKind.USER, DIRECT, False),
        ("aws:sourcevpce", PrincipalKind.USER, FORWARD, True),
        ("aws:sourcevpce", PrincipalKind.SERVICE_PRINCIPAL, Route.SERVICE_PRINCIPAL, False),
        ("aws:sourcevpce", None, DIRECT, True),
        ("aws:nobodyknows", PrincipalKind.USER, DIRECT, True),
    ],
)
def test_what_a_request_may_tell(key: str, signer: PrincipalKind | None, route: Route, *, expected: bool) -> None:
    """A request tells what its kind has; a forward access session also what the request that it started with may have had."""
    assert kind_of_requests(signer, route, "Decrypt").tellable[key] is expected


def test_how_a_key_occurs() -> None:
    """A key occurs in a kind of requests as the catalogue says; a key that nobody knows in none."""
    kind = kind_of_requests(PrincipalKind.USER, DIRECT, "Decrypt")
    found = kind.occurrence["aws:currenttime"]
    assert found is not None
    assert found.presence is Presence.ALWAYS
    assert kind.occurrence["aws:nobodyknows"] is None


def test_what_follows_from_told_keys() -> None:
    """Keys that are told bring others with them and rule others out, but for those that such a request cannot tell."""
    through = kind_of_requests(PrincipalKind.USER, ENDPOINT, "Decrypt").consequences["aws:sourcevpce",]
    assert "aws:sourcevpc" in through.implied
    assert "aws:sourceip" in through.excluded
    direct = kind_of_requests(PrincipalKind.USER, DIRECT, "Decrypt").consequences["aws:sourcevpce",]
    assert (direct.implied, direct.excluded) == ({}, frozenset())
