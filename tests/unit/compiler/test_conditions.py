"""Conditions of a line, and which of its actions can carry them."""

from __future__ import annotations

import pytest

from kmsgen.errors import InputError
from tests.unit.compiler.compiling import HEAD, ROLE, Compile, conditions, identity, statements


def test_encryption_context_stays_off_actions_that_have_none(compiled: Compile) -> None:
    """DescribeKey has no encryption context, so it gets a statement without the condition."""
    found = compiled(
        "users: [{principal: role/app, can: [decrypt, describe], when: {encryption_context: {app: a}, source_vpce: vpce-1}}]"
    )
    with_context, without = statements(found, "Use by app with"), statements(found, "Use by app from")
    assert [s.actions for s in with_context] == [("kms:Decrypt",)]
    assert conditions(with_context[0])["StringEquals", "kms:EncryptionContext:app"] == ("a",)
    assert [s.actions for s in without] == [("kms:DescribeKey",)]
    assert conditions(without[0]) == {("StringEquals", "aws:SourceVpce"): ("vpce-1",)}


def test_an_action_that_writes_is_not_let_go_without_the_condition(compiled: Compile) -> None:
    """PutKeyPolicy has no encryption context; allowing it without would allow what `when` forbids."""
    with pytest.raises(InputError, match=r"when-never-holds.*kms:PutKeyPolicy"):
        compiled("users: [{principal: role/app, can: [decrypt, change-policy], when: {encryption_context: {app: a}}}]")


def test_a_request_alias_is_not_dropped_for_actions_that_have_none(compiled: Compile) -> None:
    """kms:RequestAlias exists for cryptographic calls, not for ListGrants."""
    with pytest.raises(InputError, match="kms:ListGrants"):
        compiled("users: [{principal: role/app, can: [decrypt, kms:ListGrants], when: {request_alias: [alias/a]}}]")


def test_the_grants_of_a_line_are_limited(compiled: Compile) -> None:
    """`grant` holds kms:CreateGrant to grantees, operations and so on, and no other action of the line."""
    limits = "operations: [Decrypt, encrypt], grantees: role/batch, retiring: role/ci, constraint: subset, for_aws: false"
    found = compiled(f"users: [{{principal: role/app, can: [kms:CreateGrant, kms:ListGrants], when: {{grant: {{{limits}}}}}}}]")
    with_limits, without = sorted(statements(found, "Use by app"), key=lambda statement: -len(statement.conditions))
    assert with_limits.actions == ("kms:CreateGrant",)
    assert conditions(with_limits) == {
        ("ForAllValues:StringEquals", "kms:GrantOperations"): ("Decrypt", "Encrypt"),
        ("StringEquals", "kms:GranteePrincipal"): (f"{ROLE}batch",),
        ("StringEquals", "kms:RetiringPrincipal"): (f"{ROLE}ci",),
        ("StringEquals", "kms:GrantConstraintType"): ("EncryptionContextSubset",),
        ("BoolIfExists", "kms:GrantIsForAWSResource"): ("false",),
    }
    assert conditions(without) == {}
    assert not [note for note in found.notes if note.code == "grants-unlimited"]


def test_grants_for_services_have_keys_of_their_own(compiled: Compile) -> None:
    """An AWS service as grantee or retiring principal stands under the condition key of services."""
    limits = "grantees: [logs.us-west-2.amazonaws.com], retiring: [logs.us-west-2.amazonaws.com]"
    found = compiled(f"users: [{{principal: role/app, can: [kms:CreateGrant], when: {{grant: {{{limits}}}}}}}]")
    (statement,) = statements(found, "Use by app")
    assert {key for _, key in conditions(statement)} == {"kms:GranteeServicePrincipal", "kms:RetiringServicePrincipal"}


def test_conditions_of_kms_stay_off_the_alias_half(compiled: Compile) -> None:
    """An alias has no KMS condition keys: the key's half of the call carries them."""
    found = compiled("users: [{principal: role/app, can: [kms:CreateAlias], when: {via: [s3], mfa: true}}]")
    (statement,) = statements(found, "Use by app")
    assert ("StringEquals", "kms:ViaService") in conditions(statement)
    assert identity(found, f"{ROLE}app")[0]["Condition"] == {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def test_via_without_a_region_is_a_pattern(compiled: Compile) -> None:
    """For every key of an account, kms:ViaService leaves the Region open."""
    head = HEAD.replace(", regions: [us-west-2]", "")
    found = compiled("users: [{principal: role/app, can: [decrypt], when: {via: [s3]}}]", head=head, key='keys: "*"\n', admin="")
    assert identity(found, f"{ROLE}app")[0]["Condition"] == {"StringLike": {"kms:ViaService": "s3.*.amazonaws.com"}}


@pytest.mark.parametrize("grantee", ["arn:aws:iam::111122223333:role/*", "*"])
def test_a_pattern_of_grantees_stays_as_it_is_written(compiled: Compile, grantee: str) -> None:
    """Conditions of the file are what holds; nothing is added to them."""
    found = compiled(
        f"""users:
  - principal: role/app
    can: [kms:CreateGrant]
    when:
      conditions:
        ArnEquals: {{"kms:GranteePrincipal": ["{grantee}"]}}
        ForAllValues:StringEquals: {{"kms:GrantOperations": [Decrypt]}}
"""
    )
    (statement,) = statements(found, "Use by app")
    assert conditions(statement) == {
        ("ArnEquals", "kms:GranteePrincipal"): (grantee,),
        ("ForAllValues:StringEquals", "kms:GrantOperations"): ("Decrypt",),
    }


def test_what_kms_refuses_in_a_key_policy_is_refused_at_its_line(compiled: Compile) -> None:
    """ForAllValues of a pair of the encryption context lets calls without it pass, which KMS calls overly permissive."""
    line = (
        "{principal: role/a, can: [encrypt], when: {conditions: {'ForAllValues:StringEquals': {'kms:EncryptionContext:app': x}}}}"
    )
    with pytest.raises(InputError, match="condition-refused"):
        compiled(f"users: [{line}]")
    beside = line.replace("kms:EncryptionContext:app", "kms:EncryptionContextKeys")
    assert statements(compiled(f"users: [{beside}]"), "Use by")
