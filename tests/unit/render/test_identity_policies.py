"""IAM managed policies of an account: which there are, and what they are called."""

from __future__ import annotations

from kmsgen.render.identity_policies import of_account
from tests.unit.render.bundles import ACCOUNT, OTHER, allow, deployment, document, role

ONE, TWO = document(allow("kms:ListKeys")), document(allow("kms:ListAliases"))


def test_each_policy_of_a_principal_has_a_name_of_its_own() -> None:
    """The parts of a principal's access are numbered, in IAM and in the target's language."""
    found = of_account(deployment((role("app"), ONE), (role("app"), TWO)), ACCOUNT, str.upper, "_")
    assert [(policy.label, policy.name, policy.document) for policy in found] == [
        ("ROLE-APP", "app-role-app", ONE),
        ("ROLE-APP-2", "app-role-app-2", TWO),
    ]


def test_labels_that_come_out_alike_are_told_apart() -> None:
    """Two names that the target's language writes alike are two resources."""
    found = of_account(deployment((role("a.b"), ONE), (role("a-b"), ONE)), ACCOUNT, lambda _: "same", "x")
    assert [policy.label for policy in found] == ["same", "samex2"]


def test_only_the_policies_of_the_account_are_there() -> None:
    """Another account's half is rendered for that account."""
    both = deployment((role("app"), ONE), (role("partner", OTHER), TWO))
    assert [policy.document for policy in of_account(both, ACCOUNT, str, "_")] == [ONE]
    assert [policy.document for policy in of_account(both, OTHER, str, "_")] == [TWO]
