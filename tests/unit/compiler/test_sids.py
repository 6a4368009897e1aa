"""Statement ids."""

from __future__ import annotations

import pytest

from kmsgen.compiler.sids import LONGEST, Sids, describe, plain_name
from kmsgen.policy.document import EVERYONE, Condition, Principal
from tests.unit.compiler.compiling import ROLE, Compile, identity

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


@pytest.mark.parametrize(
    ("line", "sid"),
    [
        ("principal: role/*, can: [decrypt]", "Use by every role"),
        ("principal: user/team/*, can: [decrypt]", "Use by every user under team"),
        ("principal: role/app-*, can: [decrypt]", "Use by app and the like"),
        (
            "principal: role/app, can: [kms:CreateGrant], when: {grant: {for_aws: true}}",
            "Use by app with grants for AWS resources",
        ),
        (
            "principal: role/app, can: [kms:CreateGrant], when: {grant: {for_aws: false}}",
            "Use by app but not with grants for AWS resources",
        ),
        (
            "principal: role/app, can: [decrypt], when: {conditions: {StringNotLike: {kms:ViaService: 's3.*'}}}",
            "Use by app but not through services",
        ),
        (
            "principal: role/app, can: [decrypt], when: {conditions: {'Null': {kms:EncryptionContextKeys: true}}}",
            "Use by app but not with encryption context",
        ),
    ],
)
def test_a_sid_says_whom_a_statement_is_for_and_under_what(compiled: Compile, line: str, sid: str) -> None:
    """What a condition rules out is not told as what it asks for."""
    assert sid in {s.sid for s in compiled(f"users: [{{{line}}}]").bundle.keys[0].policy.statements}


def test_sids_are_unique_and_plain(compiled: Compile) -> None:
    """A Sid of an IAM policy has letters and digits only; no two statements of a document share one."""
    found = compiled(
        "delegation: both\nusers: [{principal: [role/a-b, role/p/a-b, user/a-b], can: [decrypt, view], when: {via: [s3]}}]"
    )
    sids = [s.sid for s in found.bundle.keys[0].policy.statements]
    assert len(set(sids)) == len(sids)
    for principal in found.bundle.principals:
        names = [item["Sid"] for item in identity(found, principal)]
        assert len(set(names)) == len(names)
        assert all(name.isascii() and name.isalnum() for name in names)


def test_who_else_is_allowed_changes_no_sid_of_a_principal(compiled: Compile) -> None:
    """IAM policies of one principal stay as they are, to the byte, when others come or go."""
    line = "delegation: iam\nservices: [{{service: s3, principals: {{reader: [{}]}}}}]"
    before, after = compiled(line.format("role/m, role/n")), compiled(line.format("role/m, role/n, role/b"))
    for name in ("m", "n"):
        assert identity(before, f"{ROLE}{name}") == identity(after, f"{ROLE}{name}")
