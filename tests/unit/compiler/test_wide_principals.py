"""Patterns of principals and organizations, in the ways that AWS documents for them."""

from __future__ import annotations

import pytest

from tests.unit.compiler.compiling import Compile, conditions, statements

OWN = "arn:aws:iam::111122223333:role/app-*"
FOREIGN = "arn:aws:iam::444455556666:role/ci-*"
UNIT = "o-otherorgid1/r-ab12/ou-ab12-11111111"


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ("role/app-*", {("StringEquals", "aws:PrincipalAccount"): ("111122223333",), ("ArnLike", "aws:PrincipalArn"): (OWN,)}),
        (FOREIGN, {("StringEquals", "aws:PrincipalAccount"): ("444455556666",), ("ArnLike", "aws:PrincipalArn"): (FOREIGN,)}),
        ("organization", {("StringEquals", "aws:PrincipalOrgID"): ("o-exampleorgid",)}),
        ("account/*", {("StringEquals", "kms:CallerAccount"): ("111122223333",)}),
        ("account/444455556666/*", {("StringEquals", "kms:CallerAccount"): ("444455556666",)}),
        (f"organization/{UNIT}", {("ForAnyValue:StringLike", "aws:PrincipalOrgPaths"): (f"{UNIT}/*",)}),
    ],
)
def test_many_are_everyone_under_a_condition(compiled: Compile, principal: str, expected: dict[object, object]) -> None:
    """The Principal element matches no part of a name, so the statement is for everyone whom the condition leaves."""
    found = compiled(f"users: [{{principal: '{principal}', can: [decrypt]}}]")
    (statement,) = statements(found, "Use by")
    assert [one.value for one in statement.principals or ()] == ["*"]
    assert conditions(statement) == expected


def test_by_iam_a_pattern_is_the_accounts_statement(compiled: Compile) -> None:
    """With `delegation: iam` the account's IAM policies decide for whom the pattern matches, and a note says whose they are."""
    found = compiled("delegation: iam\nusers: [{principal: role/app-*, can: [decrypt]}]")
    (statement,) = [s for s in statements(found, "Let IAM") if "kms:Decrypt" in s.actions]
    assert [one.value for one in statement.principals or ()] == ["arn:aws:iam::111122223333:root"]
    assert conditions(statement) == {("ArnLike", "aws:PrincipalArn"): (OWN,)}
    assert "pattern-by-iam" in {note.code for note in found.notes}


def test_conditions_of_the_line_stand_beside(compiled: Compile) -> None:
    """What the line asks and what leaves the pattern's principals hold together."""
    line = "{principal: role/app-*, can: [decrypt], when: {conditions: {ArnLike: {aws:PrincipalArn: 'arn:aws:iam::*:role/*-x'}}}}"
    (statement,) = statements(compiled(f"users: [{line}]"), "Use by")
    held = conditions(statement)
    assert {held["ArnLike", "aws:PrincipalArn"], held["ArnEquals", "aws:PrincipalArn"]} == {(OWN,), ("arn:aws:iam::*:role/*-x",)}


def test_everyone_of_an_account_is_noted(compiled: Compile) -> None:
    """A note says that no IAM policy decides, and another one where no condition limits what everyone has."""
    found = compiled("users: [{principal: account/*, can: [decrypt], when: {via: [s3]}}, {principal: account/*, can: [view]}]")
    codes = [note.code for note in found.notes if note.code.startswith("everyone-")]
    assert codes == ["everyone-in-account", "everyone-unlimited"]
    found = compiled("users: [{principal: account/444455556666/*, can: [decrypt]}]")
    assert "other-half" in {note.code for note in found.notes}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("organization", ""),
        ("organization/o-exampleorgid", ""),
        ("organization/o-exampleorgid/r-ab12/ou-ab12-11111111", "if account 111122223333 is in it, "),
        ("organization/o-otherorgid11", None),
    ],
)
def test_an_organization_lets_in_everyone_of_the_keys_account(name: str, told: str | None, compiled: Compile) -> None:
    """A key policy that allows everyone of it asks no IAM policy of the key's own account, which a note says of a member."""
    found = compiled(f"users: [{{principal: {name}, can: [decrypt]}}]")
    messages = [note.message for note in found.notes if note.code == "everyone-in-account"]
    assert [message.partition("no IAM policy")[0] for message in messages] == ([] if told is None else [told])


@pytest.mark.parametrize(
    "held", ['StringNotEquals: {aws:PrincipalAccount: "111122223333"}', 'StringEquals: {kms:CallerAccount: "444455556666"}']
)
def test_nothing_is_told_of_an_account_that_a_line_leaves_out(held: str, compiled: Compile) -> None:
    """The conditions of the line leave other members of the organization only."""
    found = compiled(f"users: [{{principal: organization, can: [decrypt], when: {{conditions: {{{held}}}}}}}]")
    assert "everyone-in-account" not in {note.code for note in found.notes}


def test_guard_rails_spare_everyone_of_an_account(compiled: Compile) -> None:
    """Whoever is of the account is spared, by name or by a line of it."""
    text = (
        "users: [{principal: account/*, can: [decrypt]}]\nguardrails: [{deny-delete: {except: [account/444455556666/*]}}, RAIL]"
    )
    found = compiled(text.replace("RAIL", "deny-everyone-else"))
    (delete,) = statements(found, "Deny delete")
    assert conditions(delete) == {("StringNotEquals", "aws:PrincipalAccount"): ("444455556666",)}
    (others,) = (s for s in statements(found, "Deny everyone") if "kms:Decrypt" in s.actions)
    assert conditions(others)["StringNotEquals", "aws:PrincipalAccount"] == ("111122223333",)


def test_guard_rails_spare_and_deny_patterns(compiled: Compile) -> None:
    """`except` takes patterns and organizations, `for` patterns."""
    found = compiled(
        """users: [{principal: role/app-*, can: [decrypt]}, {principal: organization, can: [encrypt]}]
guardrails:
  - {deny-delete: {except: [role/Admin, role/keepers-*, organization]}}
  - {deny-insecure-transport: {for: [role/app-*, role/x]}}
  - deny-everyone-else
"""
    )
    (delete,) = statements(found, "Deny delete")
    assert conditions(delete)["ArnNotLike", "aws:PrincipalArn"][1:] == ("arn:aws:iam::111122223333:role/keepers-*",)
    assert conditions(delete)["StringNotEquals", "aws:PrincipalOrgID"] == ("o-exampleorgid",)
    by_principal = {s.principals[0].value: conditions(s) for s in statements(found, "Deny insecure") if s.principals}
    assert set(by_principal) == {"arn:aws:iam::111122223333:role/x", "*"}
    assert by_principal["*"]["ArnLike", "aws:PrincipalArn"] == (OWN,)
    (others,) = (s for s in statements(found, "Deny everyone") if "kms:Encrypt" in s.actions)
    assert others.sid == "Deny everyone else but members of an organization"
    assert OWN in conditions(others)["ArnNotLike", "aws:PrincipalArn"]
    assert conditions(others)["StringNotEquals", "aws:PrincipalOrgID"] == ("o-exampleorgid",)


@pytest.mark.parametrize("principal", ["role/app-*", FOREIGN, "organization", f"organization/{UNIT}"])
def test_a_service_is_used_by_many(compiled: Compile, principal: str) -> None:
    """Whom `principals` of a service stands for is held to its page's conditions, as one who is named, and to the caller's."""
    line = "{{service: s3, resources: ['arn:aws:s3:::b/*'], principals: {{reader: '{}'}}}}"
    (named,), (many,) = (statements(compiled(f"services: [{line.format(who)}]"), "Service s3") for who in ("role/app", principal))
    (asked,) = statements(compiled(f"users: [{{principal: '{principal}', can: [decrypt]}}]"), "Use by")
    assert many.principals == asked.principals
    assert conditions(many) == conditions(named) | conditions(asked)
    assert many.actions == named.actions


def test_an_organization_is_of_no_one_account(compiled: Compile) -> None:
    """kms:CallerAccount of a page is the account of each whom the line names; members of an organization are of many."""
    line = "services: [{{service: codeartifact-domain, principals: '{}'}}]"
    for principal, account in (("role/app-*", ("111122223333",)), (FOREIGN, ("444455556666",)), ("organization", None)):
        (statement,) = statements(compiled(line.format(principal)), "Service codeartifact")
        assert conditions(statement).get(("StringEquals", "kms:CallerAccount")) == account


def test_what_only_iam_can_give_is_not_lost_without_a_word(compiled: Compile) -> None:
    """RetireGrant of who creates a repository of ECR needs an IAM policy, which a pattern has not."""
    found = compiled("services: [{service: ecr, principals: role/app-*}]")
    assert [note.message for note in found.notes if note.code == "pattern-by-iam"] == [
        f"only an IAM policy can give RetireGrant of `ecr`, and whom `{OWN}` matches is not known here"
    ]
