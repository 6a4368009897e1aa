"""Statement ids."""

from __future__ import annotations

import pytest

from kmsgen.compiler.sids import LONGEST, Sids, describe, plain_name
from kmsgen.policy.document import EVERYONE, Condition, Principal

APP, ANN = (Principal("AWS", f"arn:aws:iam::111122223333:{name}") for name in ("role/x/app", "user/ann"))


def test_no_sid_is_given_twice() -> None:
    """Whatever its case: IAM minds none."""
    sids = Sids()
    assert [sids.spaced(text) for text in ("Use by app", "use by APP", "Use-by-app")] == [
        "Use by app",
        "use by APP 2",
        "Use by app 3",
    ]
    assert [sids.joined(text) for text in ("Use it", "use it")] == ["UseIt", "UseIt2"]


def test_a_sid_has_no_sign_that_its_policy_forbids() -> None:
    """Letters and digits, in a key policy spaces too; it is cut where it is long."""
    assert Sids().spaced("a/b_ü-c") == "a b c"
    assert Sids().joined("a/b_ü-c") == "ABC"
    assert len(Sids().spaced("x" * 500)) == LONGEST


@pytest.mark.parametrize(
    ("principals", "conditions", "text"),
    [
        ([APP], [], "Use by app"),
        ([APP, ANN], [], "Use by app and ann"),
        ([APP, ANN, EVERYONE], [], "Use by 3 principals"),
        ([EVERYONE], [], "Use by everyone"),
        ([EVERYONE], [Condition("StringEquals", "kms:CallerAccount", ("1",))], "Use by everyone of account 1"),
        ([EVERYONE], [Condition("StringEquals", "aws:PrincipalOrgID", ("o-1",))], "Use by members of an organization"),
        ([EVERYONE], [Condition("ArnLike", "aws:PrincipalArn", ("arn:aws:iam::1:role/ci-*",))], "Use by ci and the like"),
        ([EVERYONE], [Condition("ArnLike", "aws:PrincipalArn", ("arn:aws:iam::1:role/ops/*",))], "Use by every role under ops"),
        ([EVERYONE], [Condition("ArnLike", "aws:PrincipalArn", ("arn:aws:iam::1:user/*",))], "Use by every user"),
        ([APP], [Condition("StringEquals", "kms:ViaService", ("s3",))], "Use by app through services"),
        ([APP], [Condition("StringNotEquals", "kms:ViaService", ("s3",))], "Use by app but not through services"),
        ([APP], [Condition("Null", "kms:RequestAlias", ("true",))], "Use by app but not by alias"),
        ([APP], [Condition("Bool", "kms:GrantIsForAWSResource", ("false",))], "Use by app but not with grants for AWS resources"),
    ],
)
def test_a_sid_tells_who_and_under_which_kind_of_condition(
    principals: list[Principal], conditions: list[Condition], text: str
) -> None:
    """Everyone is whom the conditions leave; what a condition excludes is told as that."""
    assert describe("use", principals, conditions) == text


def test_a_service_is_called_by_its_topic() -> None:
    """Elsewhere the topic stands behind the principal."""
    assert describe("serve", [Principal("Service", "logs.amazonaws.com")], [], "logs") == "Service logs"
    assert describe("use", [APP], [], "nightly") == "Use by app nightly"


@pytest.mark.parametrize(
    ("principal", "name"),
    [("arn:aws:iam::111122223333:root", "account 111122223333"), (APP.value, "app"), ("s3.amazonaws.com", "s3.amazonaws.com")],
)
def test_a_principal_has_a_plain_name(principal: str, name: str) -> None:
    """Without its path."""
    assert plain_name(principal) == name
