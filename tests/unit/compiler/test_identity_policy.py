"""Permits to IAM policies."""

from __future__ import annotations

import pytest

from kmsgen.compiler.identity_policy import MANAGED_POLICY_CHARACTERS, characters
from kmsgen.compiler.key_policy import Traced
from kmsgen.policy.document import Effect, Statement
from tests.unit.compiler.compiling import HEAD, ROLE, Compile, compile_text, conditions, identity, statements

KEYS = [f"arn:aws:kms:us-west-2:111122223333:key/{number:08d}-12ab-34cd-56ef-1234567890ab" for number in range(150)]


EXISTING = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def test_a_list_of_values_is_cut_where_an_iam_policy_has_no_room(compiled: Compile) -> None:
    """What is put together for a key policy is cut for IAM policies, and every value stays."""
    lines = [
        f"  - {{principal: role/app, can: [decrypt], when: {{encryption_context: {{tenant: 'tenant-{n:060}'}}}}}}"
        for n in range(150)
    ]
    found = compiled("delegation: iam\nusers:\n" + "\n".join(lines))
    items = identity(found, f"{ROLE}app")
    values = [value for item in items for value in item["Condition"]["StringEquals"]["kms:EncryptionContext:tenant"]]
    assert len(items) > 1
    assert len(values) == len(set(values)) == 150


def test_actions_without_effect_in_a_key_policy_go_to_an_iam_policy(compiled: Compile) -> None:
    """ListAliases has no key: only an IAM policy with Resource `*` can allow it."""
    found = compiled("users: [{principal: role/app, can: [decrypt, kms:ListAliases]}]")
    assert [s.actions for s in statements(found, "Use by app")] == [("kms:Decrypt",)]
    assert [(item["Action"], item["Resource"]) for item in identity(found, f"{ROLE}app")] == [("kms:ListAliases", "*")]


def test_both_halves_of_an_alias_operation(compiled: Compile) -> None:
    """CreateAlias needs the key, in the key policy, and the alias, which only an IAM policy can name."""
    found = compiled("users: [{principal: role/app, can: [kms:CreateAlias]}]")
    assert [s.actions for s in statements(found, "Use by app")] == [("kms:CreateAlias",)]
    resources = [item["Resource"] for item in identity(found, f"{ROLE}app")]
    assert resources == ["arn:aws:kms:us-west-2:111122223333:alias/app/data"]


def test_both_halves_across_accounts(compiled: Compile) -> None:
    """A role of another account needs the key policy here and an IAM policy there, under the same conditions."""
    partner = "arn:aws:iam::444455556666:role/partner"
    found = compiled(f"users: [{{principal: '{partner}', can: [decrypt], when: {{via: [s3]}}}}]")
    (statement,) = statements(found, "Use by partner")
    (half,) = identity(found, partner)
    assert half["Resource"] == found.bundle.keys[0].key.arn
    assert half["Condition"] == {"StringEquals": {"kms:ViaService": "s3.us-west-2.amazonaws.com"}}
    assert conditions(statement) == {("StringEquals", "kms:ViaService"): ("s3.us-west-2.amazonaws.com",)}


@pytest.mark.parametrize(
    ("key", "admin", "written"),
    [
        ("key: {}\n", "admins: [role/Admin]\n", False),
        ("key: {alias: a}\n", "admins: [role/Admin]\n", True),
        ("key: {}\n", "admins: [{principal: role/Admin, can: [manage, change-policy]}]\n", True),
        (f"keys: [{EXISTING}]\n", "admins: [role/Admin]\n", True),
    ],
)
def test_the_half_of_an_alias_is_for_who_manages_aliases(key: str, admin: str, *, written: bool) -> None:
    """Who administers a key that is created without an alias needs no IAM policy for that, but where the line asks for it."""
    found = compile_text(HEAD + key + admin)
    assert bool(found.bundle.principals[f"{ROLE}Admin"].identity_policies) is written


def test_white_space_does_not_count() -> None:
    """IAM counts characters without white space."""
    one = Traced(Statement(Effect.ALLOW, ("kms:Decrypt",), ("*",), sid="A"), ())
    spaced = Traced(Statement(Effect.ALLOW, ("kms:Decrypt",), ("*",), sid="A \n\t"), ())
    assert characters((spaced,)) == characters((one,)) + 4  # JSON writes \n and \t as two characters each


def test_a_long_iam_policy_is_split(compiled: Compile) -> None:
    """Each policy fits a managed policy, no key is lost, and each statement keeps a Sid of its own."""
    keys = f"keys: {KEYS}\n".replace("'", '"')
    found = compiled("delegation: iam\nusers: [{principal: role/app, can: [decrypt]}]", key=keys)
    policies = found.bundle.principals[f"{ROLE}app"].identity_policies
    assert len(policies) > 1
    for policy in policies:
        assert characters(Traced(statement, ()) for statement in policy.statements) <= MANAGED_POLICY_CHARACTERS
    items = identity(found, f"{ROLE}app")
    assert sorted(arn for item in items for arn in item["Resource"]) == KEYS
    assert len({item["Sid"] for item in items}) == len(items)
    assert all(f"identity-policy/{item['Sid']}" in found.origins for item in items)
