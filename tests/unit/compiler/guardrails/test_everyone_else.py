"""The guard rail that denies everyone whom an intent does not name."""

from __future__ import annotations

import pytest

from kmsgen.errors import RefusedError
from tests.unit.compiler.compiling import ROLE, Compile, conditions, statements


def test_everyone_else_leaves_out_whom_the_intent_names(compiled: Compile) -> None:
    """Users, administrators and grantees are named; so are the services, by aws:PrincipalServiceName.

    Who may only retire a grant is not: no key policy decides RetireGrant.
    """
    found = compiled(
        """users: [{principal: role/app, can: [decrypt]}]
services: [{service: logs, resources: ["arn:aws:logs:us-west-2:111122223333:log-group:/a"]}]
grants: [{name: g, grantee: role/grantee, operations: [Decrypt], retiring_principal: role/retiree}]
guardrails: [deny-everyone-else]
"""
    )
    (statement,) = statements(found, "Deny everyone else")
    held = conditions(statement)
    assert set(held["ArnNotEquals", "aws:PrincipalArn"]) == {f"{ROLE}{name}" for name in ("app", "Admin", "grantee")}
    assert set(held["StringNotEquals", "aws:PrincipalServiceName"]) == {"logs.us-west-2.amazonaws.com", "logs.amazonaws.com"}


def test_everyone_else_spares_aws_where_services_create_grants(compiled: Compile) -> None:
    """A service acts by its grant as a principal that no file can name, EBS as role/aws:ec2-infrastructure."""
    found = compiled("services: [{service: ebs, principals: [role/app]}]\nguardrails: [deny-everyone-else]")
    (statement,) = statements(found, "Deny everyone else")
    held = conditions(statement)
    assert held["BoolIfExists", "aws:PrincipalIsAWSService"] == ("false",)
    assert f"{ROLE}aws:ec2-infrastructure" in held["ArnNotEquals", "aws:PrincipalArn"]


def test_a_named_account_is_left_out_of_what_its_line_gives(compiled: Compile) -> None:
    """Each of its principals is, where aws:PrincipalArn with a root ARN would mean its root user only."""
    found = compiled(
        "guardrails: [deny-everyone-else]", admin="admins: [role/Admin, {principal: account, can: [change-policy]}]\n"
    )
    whole, narrow = sorted(statements(found, "Deny everyone else"), key=lambda statement: -len(statement.actions))
    assert conditions(whole) == {("ArnNotEquals", "aws:PrincipalArn"): (f"{ROLE}Admin",)}
    assert narrow.actions == ("kms:GetKeyPolicy", "kms:PutKeyPolicy")
    assert conditions(narrow) == {("StringNotEquals", "aws:PrincipalAccount"): ("111122223333",)}
    assert [s.sid for s in (whole, narrow)] == ["Deny everyone else", "Deny everyone else but account 111122223333"]


def test_a_named_session_does_not_open_its_role(compiled: Compile) -> None:
    """The role is left out of the first Deny, and a second one denies its other sessions."""
    session = "arn:aws:sts::111122223333:assumed-role/app/s1"
    found = compiled(f"users: [{{principal: '{session}', can: [decrypt]}}]\nguardrails: [deny-everyone-else]")
    first, second = statements(found, "Deny everyone else")
    patterns = {f"{ROLE}app", f"{ROLE}*/app"}
    assert patterns < set(conditions(first)["ArnNotLike", "aws:PrincipalArn"])
    assert set(conditions(second)["ArnLike", "aws:PrincipalArn"]) == patterns
    assert conditions(second)["StringNotLike", "aws:userid"] == ("*:s1",)


def test_two_named_sessions_of_a_role_share_a_deny(compiled: Compile) -> None:
    """A Deny each would deny the other one's session."""
    line = "{{principal: 'arn:aws:sts::111122223333:assumed-role/app/{}', can: [decrypt]}}"
    found = compiled(f"users: [{line.format('s1')}, {line.format('s2')}]\nguardrails: [deny-everyone-else]")
    _, second = statements(found, "Deny everyone else")
    assert conditions(second)["StringNotLike", "aws:userid"] == ("*:s1", "*:s2")


def test_a_session_of_a_named_account_needs_no_deny_of_its_role(compiled: Compile) -> None:
    """Everybody of the account is left out of the Deny of these actions, so a second one would deny nothing."""
    user = "{principal: 'arn:aws:sts::111122223333:assumed-role/app/s1', can: [decrypt]}"
    admins = "admins: [role/Admin, {principal: account, can: [change-policy]}]\n"
    found = compiled(f"users: [{user}]\nguardrails: [deny-everyone-else]", admin=admins)
    denies = [s for s in statements(found, "Deny everyone else") if "kms:PutKeyPolicy" in s.actions]
    assert [conditions(s)["StringNotEquals", "aws:PrincipalAccount"] for s in denies] == [("111122223333",)]


def test_the_deny_of_other_sessions_spares_only_who_has_that_role(compiled: Compile) -> None:
    """Other named principals cannot have the role's ARN: to leave them out would say nothing."""
    user = "{principal: 'arn:aws:sts::111122223333:assumed-role/app/s1', can: [decrypt]}"
    path = "{principal: 'role/team/app', can: [decrypt]}"
    found = compiled(f"users: [{user}, {path}, {{principal: role/other, can: [decrypt]}}]\nguardrails: [deny-everyone-else]")
    _, second = statements(found, "Deny everyone else")
    assert conditions(second)["ArnNotEquals", "aws:PrincipalArn"] == (f"{ROLE}team/app",)


def test_everyone_else_is_nobody_whom_the_intent_names(compiled: Compile) -> None:
    """Denied to them alone, the guard rail would deny nothing."""
    with pytest.raises(RefusedError, match="so it denies it nothing"):
        compiled("users: [{principal: role/app, can: [decrypt]}]\nguardrails: [{deny-everyone-else: {for: [role/app]}}]")


def test_everyone_else_leaves_out_whom_a_line_names_as_grantee(compiled: Compile) -> None:
    """Who gets the grants that a line lets somebody create acts by them."""
    limits = "{grant: {grantees: [role/batch], operations: [Decrypt]}}"
    found = compiled(
        f"users: [{{principal: role/maker, can: [kms:CreateGrant], when: {limits}}}]\nguardrails: [deny-everyone-else]\n"
    )
    (statement,) = statements(found, "Deny everyone else")
    assert f"{ROLE}batch" in conditions(statement)["ArnNotEquals", "aws:PrincipalArn"]
    assert ("BoolIfExists", "aws:PrincipalIsAWSService") not in conditions(statement)


def test_names_stand_once_where_accounts_are_given_different_actions(compiled: Compile) -> None:
    """Accounts that lines give something are spared, and denied in Denies of their own what they are not given."""
    roles = [f"role/application-{number:02d}" for number in range(20)]
    partners = "".join(
        f"- {{principal: account/{number:012d}, can: [{can}]}}\n" for number, can in enumerate(("encrypt", "decrypt"), 1)
    )
    found = compiled(f"users:\n- {{principal: [{', '.join(roles)}], can: [decrypt]}}\n{partners}guardrails: [deny-everyone-else]")
    denied = statements(found, "Deny everyone else")
    assert sum(("ArnNotEquals", "aws:PrincipalArn") in conditions(statement) for statement in denied) == 1
    places = {conditions(each).get(("StringEquals", "aws:PrincipalAccount")): each.actions for each in denied}
    both, first, second = ("000000000001", "000000000002"), ("000000000001",), ("000000000002",)
    assert places[first] == ("kms:Decrypt",)
    assert places[second] == ("kms:Encrypt",)
    assert "kms:PutKeyPolicy" in places[both]
