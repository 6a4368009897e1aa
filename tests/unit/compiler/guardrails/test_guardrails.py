"""Guard rails as Deny statements, and the contradictions they can be part of. What they deny is judged in the checks."""

from __future__ import annotations

import pytest

from kmsgen.catalogue.guardrails import DENY, GUARD_RAILS
from kmsgen.compiler.guardrails.guardrails import BUILDERS
from kmsgen.errors import InputError
from kmsgen.policy.document import EVERYONE, Effect
from tests.unit.compiler.compiling import ADMIN, ROLE, Compile, conditions, identity, statements

LOGS = "logs.us-west-2.amazonaws.com"
AS_TOLD = '{deny: {actions: [kms:Re*, decrypt], when: {conditions: {BoolIfExists: {aws:MultiFactorAuthPresent: "false"}}}}}'


def test_every_guard_rail_of_the_catalogue_can_be_built() -> None:
    """The catalogue promises no guard rail that the compiler lacks."""
    assert set(BUILDERS) == set(GUARD_RAILS)


@pytest.mark.parametrize("name", sorted(GUARD_RAILS))
def test_a_guard_rail_denies_everybody_in_full_words(compiled: Compile, name: str) -> None:
    """Each is a Deny for everybody, of actions listed one by one."""
    rail = AS_TOLD if name == DENY else name
    found = compiled(f"users: [{{principal: role/app, can: [decrypt]}}]\nguardrails: [{rail}]")
    denies = [s for s in found.bundle.keys[0].policy.statements if s.effect is Effect.DENY]
    assert denies
    for statement in denies:
        assert statement.principals == (EVERYONE,)
        assert not [action for action in statement.actions if "*" in action]


def test_a_deny_as_told_lists_its_actions_and_conditions(compiled: Compile) -> None:
    """`deny` takes words and patterns of actions, spelled out; a file may have several, for services and accounts too."""
    found = compiled(
        f"""users: [{{principal: role/app, can: [decrypt, encrypt]}}]
guardrails:
  - {AS_TOLD}
  - deny: {{for: [account, {LOGS}], actions: [kms:Sign, kms:Encrypt], when: {{via: [s3]}}, except: [role/x]}}"""
    )
    other, one = [s for s in found.bundle.keys[0].policy.statements if s.effect is Effect.DENY]
    assert conditions(one) == {("BoolIfExists", "aws:MultiFactorAuthPresent"): ("false",)}
    assert {"kms:Decrypt", "kms:ReEncryptFrom", "kms:RevokeGrant"} <= set(one.actions)
    assert other.actions == ("kms:Encrypt",)
    assert [(who.kind, who.value.rpartition(":")[2]) for who in other.principals or ()] == [
        ("AWS", "root"),
        ("Service", LOGS),
    ]
    assert {operator for operator, _ in conditions(other)} == {"ArnNotEquals", "StringEquals"}


def test_a_deny_of_what_no_key_policy_decides_is_refused(compiled: Compile) -> None:
    """It would be written and have no effect."""
    with pytest.raises(InputError) as caught:
        compiled("guardrails: [{deny: {actions: [kms:Sign]}}]")
    assert caught.value.diagnostics[0].code == "guardrail-key-type"


def test_other_guard_rails_say_themselves_what_they_deny(compiled: Compile) -> None:
    """`actions` and `when` belong to `deny` alone."""
    with pytest.raises(InputError) as caught:
        compiled("guardrails: [{deny-delete: {actions: [decrypt], when: {mfa: true}}}]")
    assert [one.code for one in caught.value.diagnostics] == ["guardrail-option", "guardrail-option"]


def test_for_some_principals_only(compiled: Compile) -> None:
    """`for` narrows the Deny to these principals."""
    (statement,) = statements(compiled("guardrails: [{deny-delete: {for: [role/app]}}]"), "Deny delete")
    assert [principal.value for principal in statement.principals or ()] == [f"{ROLE}app"]


def test_without_key_policies_the_deny_is_in_iam_policies(compiled: Compile) -> None:
    """For every key of an account, `for` says into whose IAM policies the Deny is written."""
    found = compiled("guardrails: [{deny-delete: {for: [role/app]}}]", key='keys: "*"\n', admin="")
    (item,) = identity(found, f"{ROLE}app")
    assert item["Effect"] == "Deny"
    assert item["Action"] == ["kms:DeleteImportedKeyMaterial", "kms:DisableKey", "kms:ScheduleKeyDeletion"]
    assert item["Resource"] == "arn:aws:kms:us-west-2:111122223333:key/*"
    assert "Condition" not in item


def test_direct_use_is_about_cryptographic_calls(compiled: Compile) -> None:
    """Administration is not use."""
    (statement,) = statements(compiled("guardrails: [deny-direct-use]", admin=ADMIN), "Deny direct use")
    assert "kms:Decrypt" in statement.actions
    assert not {"kms:PutKeyPolicy", "kms:DescribeKey", "kms:CreateGrant"} & set(statement.actions)
    assert conditions(statement)["Null", "kms:ViaService"] == ("true",)


def test_without_key_policies_the_deny_is_for_every_kind_of_key(compiled: Compile) -> None:
    """The intent leaves the key spec open, so the actions of every kind are denied."""
    found = compiled("guardrails: [{deny-insecure-transport: {for: [role/app]}}]", key='keys: "*"\n', admin="")
    (item,) = identity(found, f"{ROLE}app")
    assert {"kms:Decrypt", "kms:Sign", "kms:GenerateMac", "kms:DeriveSharedSecret", "kms:Decapsulate"} <= set(item["Action"])


PARTNER = "arn:aws:iam::444455556666:role/partner"


def test_a_deny_in_an_iam_policy_spares_nobody_else(compiled: Compile) -> None:
    """Nobody but its principal has the policy."""
    text = "users: [{principal: role/app, can: [decrypt]}]\nguardrails: [{deny-everyone-else: {for: [role/other]}}]"
    (item,) = identity(compiled(text, key='keys: "*"\n', admin=""), f"{ROLE}other")
    assert "Condition" not in item


def test_a_deny_of_an_action_that_some_kinds_of_key_have_is_about_these(compiled: Compile) -> None:
    """For every key of an account, a `deny` of what only some kinds support is written for those."""
    text = "guardrails: [{deny: {actions: [decrypt], for: [role/app]}}]"
    (item,) = identity(compiled(text, key='keys: "*"\n', admin=""), f"{ROLE}app")
    assert (item["Effect"], item["Action"]) == ("Deny", "kms:Decrypt")
