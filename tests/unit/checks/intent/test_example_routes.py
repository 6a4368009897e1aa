"""What a caller can send by one route: of the rest no example call is made."""

from __future__ import annotations

import pytest

from kmsgen.checks.example_requests import ExampleSituation
from kmsgen.checks.intent.example_routes import as_sent

ROLE, USER, SERVICE = "arn:aws:iam::111122223333:role/r", "arn:aws:iam::111122223333:user/u", "sns.amazonaws.com"
VIA = {"kms:ViaService": ("s3.us-west-2.amazonaws.com",)}
ENDPOINT, ADDRESS = {"aws:SourceVpce": ("vpce-1",)}, {"aws:SourceIp": ("203.0.113.1",)}
FOR_AWS = {"kms:GrantIsForAWSResource": ("true",)}
IMPOSSIBLE = (
    (ROLE, "kms:Decrypt", {**VIA, **ENDPOINT}),
    (ROLE, "kms:Decrypt", {**ENDPOINT, **ADDRESS}),
    (ROLE, "kms:CreateGrant", {**FOR_AWS, **ENDPOINT}),
    (SERVICE, "kms:Decrypt", ENDPOINT),
    (USER, "kms:Decrypt", {"aws:FederatedProvider": ("accounts.google.com",)}),
)
POSSIBLE = (
    (ROLE, "kms:Decrypt", VIA),
    (ROLE, "kms:Decrypt", ENDPOINT),
    (USER, "kms:Decrypt", ADDRESS),
    (ROLE, "kms:CreateGrant", {**FOR_AWS, **VIA}),
    (ROLE, "kms:DescribeKey", {"aws:PrincipalArn": (USER,)}),
)


@pytest.mark.parametrize(("caller", "action", "told"), IMPOSSIBLE)
def test_no_call_comes_by_two_ways(caller: str, action: str, told: dict[str, tuple[str, ...]]) -> None:
    """Keys of which no route of the caller brings all make no call."""
    assert as_sent(ExampleSituation({}, told), caller, action) is None


@pytest.mark.parametrize(("caller", "action", "told"), POSSIBLE)
def test_what_one_route_brings_is_sent_as_it_is(caller: str, action: str, told: dict[str, tuple[str, ...]]) -> None:
    """A call that some route brings stays as it was told; what the caller's ARN tells is no matter of routes."""
    situation = ExampleSituation({}, told)
    assert as_sent(situation, caller, action) == situation


@pytest.mark.parametrize(("caller", "told"), [(ROLE, {**VIA, **ADDRESS}), (SERVICE, ADDRESS)])
def test_what_pages_contradict_each_other_about_is_left_open(caller: str, told: dict[str, tuple[str, ...]]) -> None:
    """Whether a service's call has the address of its caller no page settles: it is told only where the line asks for it."""
    sent = as_sent(ExampleSituation({}, told), caller, "kms:Decrypt")
    assert sent is not None
    assert "aws:SourceIp" not in sent.context
    assert as_sent(ExampleSituation({}, told), caller, "kms:Decrypt", ["aws:sourceip"]) == ExampleSituation({}, told)
