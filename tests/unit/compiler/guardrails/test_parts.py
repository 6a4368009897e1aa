"""Conditions that fail for those whom a Deny spares, and actions that a key policy can deny."""

from __future__ import annotations

import pytest

from kmsgen.compiler.guardrails.parts import actions_for, is_whole_account, role_patterns, unless
from kmsgen.compiler.target import Target
from kmsgen.policy.bundle import Creation, Key
from kmsgen.policy.document import Condition

EVERYONE_OF = "account/444455556666/*"
ROLE, USER, ROOT = (f"arn:aws:iam::111122223333:{name}" for name in ("role/x/app", "user/ann", "root"))
KEY = Key("arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab")


@pytest.mark.parametrize(
    ("names", "conditions"),
    [
        ([], ()),
        ([ROLE, USER, ROLE], (Condition("ArnNotEquals", "aws:PrincipalArn", (ROLE, USER)),)),
        ([f"{ROLE}-*"], (Condition("ArnNotLike", "aws:PrincipalArn", (f"{ROLE}-*",)),)),
        (
            [ROOT, EVERYONE_OF],
            (Condition("StringNotEquals", "aws:PrincipalAccount", ("111122223333", "444455556666")),),
        ),
        (
            [ROLE, ROOT],
            (
                Condition("ArnNotEquals", "aws:PrincipalArn", (ROLE,)),
                Condition("StringNotEquals", "aws:PrincipalAccount", ("111122223333",)),
            ),
        ),
    ],
)
def test_an_exemption_is_a_condition_that_fails_for_the_exempted(names: list[str], conditions: tuple[Condition, ...]) -> None:
    """An account is every one of its principals; a negated operator holds for callers without an ARN."""
    assert unless(names) == conditions


def test_a_member_of_an_organization_is_spared_by_its_id() -> None:
    """Whoever has no organization is denied."""
    (condition,) = unless(["organization/o-exampleorgid"])
    assert (condition.operator, condition.values) == ("StringNotEquals", ("o-exampleorgid",))


@pytest.mark.parametrize(("name", "whole"), [(ROOT, True), (EVERYONE_OF, True), (ROLE, False), ("organization/o-a", False)])
def test_an_account_and_everyone_of_it_are_the_same_callers(name: str, whole: bool) -> None:  # noqa: FBT001
    """To a condition on the caller."""
    assert is_whole_account(name) is whole


def test_the_role_of_a_session_may_have_any_path() -> None:
    """The session's ARN does not show it."""
    head = "arn:aws:iam::111122223333:role/"
    assert role_patterns("arn:aws:sts::111122223333:assumed-role/app/one") == (f"{head}app", f"{head}*/app")
    assert role_patterns(ROLE) == ()


@pytest.mark.parametrize(
    ("key", "creation", "has", "lacks"),
    [
        (KEY, None, {"kms:ImportKeyMaterial", "kms:ReplicateKey", "kms:Encrypt"}, {"kms:Sign"}),
        (KEY, Creation(), {"kms:Encrypt"}, {"kms:ImportKeyMaterial", "kms:ReplicateKey", "kms:Sign"}),
        (KEY._replace(origin="EXTERNAL"), Creation(), {"kms:ImportKeyMaterial"}, {"kms:ReplicateKey"}),
        (KEY._replace(multi_region=True), Creation(), {"kms:ReplicateKey"}, {"kms:ImportKeyMaterial"}),
        (KEY._replace(spec="RSA_2048", usage="SIGN_VERIFY"), None, {"kms:Sign"}, {"kms:Encrypt"}),
    ],
)
def test_no_action_is_denied_that_the_key_cannot_do(key: Key, creation: Creation | None, has: set[str], lacks: set[str]) -> None:
    """Of a key that exists its origin and its Regions are not known, so what hangs on them is denied."""
    found = set(actions_for(Target(key, (), (), (), creation=creation), lambda _action: True))
    assert has <= found
    assert not lacks & found
