"""Permits to the statements of a key policy."""

from __future__ import annotations

import pytest

from kmsgen.compiler.key_policy import check_size
from kmsgen.errors import Location, RefusedError
from kmsgen.policy.document import Document, Effect, Statement
from tests.unit.compiler.compiling import ADMIN, HEAD, KEY, ROLE, Compile, conditions, statements


def test_two_lines_are_not_crossed(compiled: Compile) -> None:
    """What two lines give under two conditions is never given under a mix of them."""
    found = compiled(
        """users:
  - {principal: role/app, can: [decrypt], when: {encryption_context: {app: a}, source_vpce: vpce-1}}
  - {principal: role/app, can: [decrypt], when: {encryption_context: {app: b}, source_vpce: vpce-2}}
"""
    )
    pairs = {
        tuple(sorted(value for values in conditions(s).values() for value in values)) for s in statements(found, "Use by app")
    }
    assert pairs == {("a", "vpce-1"), ("b", "vpce-2")}


def test_principals_that_may_do_the_same_share_a_statement(compiled: Compile) -> None:
    """Equal actions under equal conditions are written once."""
    found = compiled("users: [{principal: [role/a, role/b], can: [decrypt]}]")
    (statement,) = statements(found, "Use by")
    assert [principal.value for principal in statement.principals or ()] == [f"{ROLE}a", f"{ROLE}b"]


@pytest.mark.parametrize("delegation", ["key-policy", "iam", "both"])
def test_where_permissions_live(compiled: Compile, delegation: str) -> None:
    """key-policy: in the key policy; iam: in IAM, through a statement for the account narrowed to the principals; both: both."""
    found = compiled(f"delegation: {delegation}\nusers: [{{principal: role/app, can: [decrypt]}}]")
    direct = statements(found, "Use by app")
    through_account = statements(found, "Let IAM policies decide for app")
    assert bool(direct) == (delegation != "iam")
    assert bool(through_account) == (delegation != "key-policy")
    for statement in through_account:
        assert [principal.value for principal in statement.principals or ()] == ["arn:aws:iam::111122223333:root"]
        assert statement.actions == ("kms:Decrypt",)
        assert conditions(statement) == {("ArnEquals", "aws:PrincipalArn"): (f"{ROLE}app",)}
    assert any(p == f"{ROLE}app" and v.identity_policies for p, v in found.bundle.principals.items()) == (
        delegation != "key-policy"
    )


def test_delegation_keeps_conditions_in_the_key_policy_too(compiled: Compile) -> None:
    """Another IAM policy of the same role must not lift a condition."""
    found = compiled("delegation: iam\nusers: [{principal: role/app, can: [decrypt], when: {via: [s3]}}]")
    (statement,) = statements(found, "Let IAM policies decide for app")
    assert ("StringEquals", "kms:ViaService") in conditions(statement)


@pytest.mark.parametrize(
    "name", ["arn:aws:sts::111122223333:assumed-role/app/s1", "arn:aws:sts::111122223333:federated-user/bob"]
)
def test_sessions_stay_in_the_key_policy(compiled: Compile, name: str) -> None:
    """No IAM policy can be attached to a session, whatever `delegation` says."""
    found = compiled(f"delegation: iam\nusers: [{{principal: '{name}', can: [decrypt]}}]")
    direct = [s for s in found.bundle.keys[0].policy.statements if any(p.value == name for p in s.principals or ())]
    assert [s.actions for s in direct] == [("kms:Decrypt",)]


def test_an_account_line_lets_its_iam_policies_decide(compiled: Compile) -> None:
    """`principal: account` gives the account statement for these actions, without narrowing."""
    found = compiled("", admin="admins: [role/Admin, {principal: account, can: [change-policy]}]\n")
    (statement,) = statements(found, "Let IAM policies decide for account")
    assert statement.actions == ("kms:GetKeyPolicy", "kms:PutKeyPolicy")
    assert statement.conditions == ()


def test_origins_name_the_lines_that_a_statement_serves(compiled: Compile) -> None:
    """Messages about a statement can point into the file."""
    found = compiled("users:\n  - {principal: role/app, can: [decrypt]}\n")
    (location,) = found.origins["key-policy/Use by app"]
    assert (location.path, location.line) == ("intent.yaml", (HEAD + KEY + ADMIN).count("\n") + 2)


def test_a_key_policy_over_the_limit_is_refused_with_a_way_out(compiled: Compile) -> None:
    """KMS takes 32 KiB; the message says what to do."""
    users = "\n".join(f"  - {{principal: role/{'r' * 50}{number}, can: [decrypt], when: {{via: [s3]}}}}" for number in range(400))
    with pytest.raises(RefusedError, match=r"key-policy-too-long.*32768") as caught:
        compiled(f"users:\n{users}\n")
    assert caught.value.diagnostics[0].hint


def test_a_key_policy_is_counted_as_it_is_written() -> None:
    """A character above U+00FF is written as its escape of six bytes, and counts so; one below has two in UTF-8."""

    def policy(letter: str) -> Document:
        return Document((Statement(Effect.ALLOW, ("kms:Decrypt",), ("*",), sid=letter * 9000),))

    check_size(policy("\u00e9"), Location("intent.yaml"))
    with pytest.raises(RefusedError, match="key-policy-too-long"):
        check_size(policy("\u4e2d"), Location("intent.yaml"))
