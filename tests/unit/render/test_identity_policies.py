"""IAM managed policies of an account: which there are, and what they are called."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kmsgen.render.identity_policies import of_account, unattached
from kmsgen.render.names import resource_camel, resource_words
from tests.unit.render.bundles import ACCOUNT, OTHER, allow, deployment, document, role

ONE, TWO = document(allow("kms:ListKeys")), document(allow("kms:ListAliases"))


def test_each_policy_of_a_principal_has_a_name_of_its_own() -> None:
    """The parts of a principal's access are numbered, in IAM and in the target's language."""
    found = of_account(deployment((role("app"), ONE), (role("app"), TWO)), ACCOUNT, str.upper, "_")
    assert [(policy.label, policy.name, policy.document) for policy in found] == [
        ("ROLE-APP", "app-role-app", ONE),
        ("ROLE-APP-2-94CBC2DD", "app-role-app-2-94cbc2dd", TWO),
    ]


def test_parts_of_one_policy_are_not_named_as_another_role() -> None:
    """The second part of role/app and the policy of role/app-2 have names of their own, in every format."""
    bundle = deployment((role("app"), ONE), (role("app"), TWO), (role("app-2"), ONE))
    for label in (resource_words, resource_camel):
        found = of_account(bundle, ACCOUNT, label, "_")
        assert len({policy.label for policy in found}) == len({policy.name for policy in found}) == 3


@pytest.mark.parametrize("label", [resource_words, resource_camel])
def test_a_principal_more_renames_nobody(label: Callable[[str], str]) -> None:
    """A label depends on its principal alone: what comes or goes beside it makes no resource anew."""
    names = ["app.x", "app/x", "app+x", "App-x", "app_x", "appX", "app-x", "p/q/app-x"]
    every = of_account(deployment(*((role(name), ONE) for name in names)), ACCOUNT, label, "_")
    by_role = {policy.holder.principal: (policy.label, policy.name) for policy in every}
    assert len(set(by_role.values())) == len(names)
    for name in names:
        (alone,) = of_account(deployment((role(name), ONE)), ACCOUNT, label, "_")
        if name != "app-x":  # no account has both App-x and app-x: IAM does not tell names apart by case
            assert by_role[role(name)] == (alone.label, alone.name)


@pytest.mark.parametrize("path", ["aws-reserved/sso.amazonaws.com/eu-west-1/", ""])
def test_roles_that_aws_keeps_get_nothing_attached(path: str) -> None:
    """The policy of a role of IAM Identity Center is for its permission set, and a note says so; its name alone tells it."""
    sso = role(f"{path}AWSReservedSSO_Analyst_0123456789abcdef")
    (policy,) = of_account(deployment((sso, ONE)), ACCOUNT, str, "_")
    assert policy.holder.kind == ""
    (note,) = unattached([policy])
    assert "permission set" in note


def test_what_is_written_only_is_attached_to_nobody() -> None:
    """With `iam: write` no policy has a holder, and one note says what is to be attached to whom."""
    policies = of_account(deployment((role("app"), ONE), (role("b"), TWO))._replace(attaches=False), ACCOUNT, str, "_")
    assert {policy.holder.kind for policy in policies} == {""}
    (note,) = unattached(policies)
    assert f"`app-role-app` to {role('app')}, `app-role-b` to {role('b')}" in note


def test_labels_that_come_out_alike_are_told_apart() -> None:
    """Two names that the target's language writes alike are two resources."""
    found = of_account(deployment((role("a.b"), ONE), (role("a-b"), ONE)), ACCOUNT, lambda _: "same", "x")
    assert [policy.label for policy in found] == ["same", "samex2"]


def test_only_the_policies_of_the_account_are_there() -> None:
    """Another account's half is rendered for that account."""
    both = deployment((role("app"), ONE), (role("partner", OTHER), TWO))
    assert [policy.document for policy in of_account(both, ACCOUNT, str, "_")] == [ONE]
    assert [policy.document for policy in of_account(both, OTHER, str, "_")] == [TWO]
