"""AWS services that a statement lets in for anyone, and those that a Deny hits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.checks.lint.linting import APP, HOME, allow, deny, of_code

LOGS = {"Service": "logs.us-west-2.amazonaws.com"}
BY_SERVICE = {"Bool": {"aws:PrincipalIsAWSService": "true"}}
TIED = {"StringEquals": {"aws:SourceAccount": HOME}}


@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}])
def test_any_service_under_a_star(tmp_path: Path, principal: Any) -> None:
    """A star that is narrowed to services only lets every service in, for every customer."""
    (found,) = of_code("any-service", tmp_path, allow(Principal=principal, Condition=BY_SERVICE))
    assert found.severity == "error"


@pytest.mark.parametrize(
    "statement",
    [
        allow(Principal="*", Condition={**BY_SERVICE, **TIED}),
        allow(Principal="*", Condition={**BY_SERVICE, "ArnLike": {"aws:SourceArn": f"arn:aws:logs:us-west-2:{HOME}:*"}}),
        allow(Principal="*", Condition={**BY_SERVICE, "StringEquals": {"aws:PrincipalServiceName": LOGS["Service"]}}),
        allow(Principal="*", Condition={"Bool": {"aws:PrincipalIsAWSService": "false"}}),
        allow(Principal={"AWS": APP}, Condition=BY_SERVICE),
        deny(Condition=BY_SERVICE),
    ],
)
def test_services_that_are_tied_or_not_meant(tmp_path: Path, statement: dict[str, Any]) -> None:
    """A source, a name, a caller that is no service, a principal that is none, a Deny."""
    assert of_code("any-service", tmp_path, statement) == []


def test_a_service_named_by_a_condition_is_a_deputy_too(tmp_path: Path) -> None:
    """As if it stood in the Principal element."""
    by_name = {"StringEquals": {"aws:PrincipalServiceName": "sns.amazonaws.com"}}
    (found,) = of_code("confused-deputy", tmp_path, allow(Principal="*", Condition=by_name))
    assert "`sns.amazonaws.com`" in found.message
    assert (
        of_code(
            "confused-deputy",
            tmp_path,
            allow(Principal="*", Condition={"StringEquals": {**by_name["StringEquals"], **TIED["StringEquals"]}}),
        )
        == []
    )


def test_a_service_that_may_only_look_opens_nothing(tmp_path: Path) -> None:
    """A note then, and a warning as soon as it may use the key."""
    (looks,) = of_code("confused-deputy", tmp_path, allow("kms:DescribeKey", "kms:ListGrants", Principal=LOGS))
    (uses,) = of_code("confused-deputy", tmp_path, allow("kms:DescribeKey", "kms:Decrypt", Principal=LOGS))
    assert (looks.severity, uses.severity) == ("note", "warning")


BY_NETWORK = [
    {"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}},
    {"NotIpAddressIfExists": {"aws:VpcSourceIp": "10.0.0.0/8"}},
    {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}},
    {"StringNotLike": {"aws:SourceVpc": "vpc-*"}},
    {"StringNotEqualsIfExists": {"aws:sourcevpc": "vpc-1"}},
    {"Null": {"aws:SourceVpce": "true"}},
]


@pytest.mark.parametrize("condition", BY_NETWORK)
def test_a_deny_by_network_hits_services(tmp_path: Path, condition: dict[str, Any]) -> None:
    """Address and endpoint of the caller are not in a call that a service makes."""
    (found,) = of_code("deny-hits-services", tmp_path, deny(Condition=condition))
    assert found.severity == "warning"
    assert "aws:ViaAWSService" in found.hint


@pytest.mark.parametrize(
    "condition",
    [
        *({**one, "BoolIfExists": {"aws:ViaAWSService": "false"}} for one in BY_NETWORK),
        {**BY_NETWORK[0], "Null": {"kms:ViaService": "true"}},
        {**BY_NETWORK[0], "StringNotLike": {"kms:ViaService": "*.us-west-2.amazonaws.com"}},
        {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}},
        {"StringEquals": {"aws:SourceVpce": "vpce-1"}},
        {"Null": {"aws:SourceVpce": "false"}},
        {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}},
    ],
)
def test_a_deny_that_spares_services_or_names_a_place(tmp_path: Path, condition: dict[str, Any]) -> None:
    """Nothing to say of those, nor of an Allow."""
    assert of_code("deny-hits-services", tmp_path, deny(Condition=condition)) == []
    assert of_code("deny-hits-services", tmp_path, allow(Condition=BY_NETWORK[0])) == []
