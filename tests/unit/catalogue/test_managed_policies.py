"""What AWS managed policies say of KMS."""

from __future__ import annotations

import re

import pytest

from kmsgen.catalogue.managed_policies import date, kms_policy
from kmsgen.policy.json_form import parse_document


@pytest.mark.parametrize(
    ("name", "actions"),
    [("AdministratorAccess", ["*"]), ("ReadOnlyAccess", ["kms:Describe*", "kms:Get*", "kms:List*"])],
)
def test_a_policy_on_kms_has_its_statements(name: str, actions: list[str]) -> None:
    """With the actions that may be of KMS, in any partition."""
    for partition in ("aws", "aws-cn"):
        policy = kms_policy(f"arn:{partition}:iam::aws:policy/{name}")
        assert policy is not None
        assert policy["Statement"][0]["Action"] == actions
        assert parse_document(policy, principals="forbidden").statements


def test_a_policy_without_kms_has_none() -> None:
    """It is known to give nothing."""
    policy = kms_policy("arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole")
    assert policy is not None
    assert policy["Statement"] == []


@pytest.mark.parametrize(
    "arn", ["arn:aws:iam::aws:policy/Nobody", "arn:aws:iam::aws:policy/", "arn:aws:iam::111122223333:policy/ReadOnlyAccess", "x"]
)
def test_another_policy_is_not_known(arn: str) -> None:
    """One of a customer, or one that is newer than the list."""
    assert kms_policy(arn) is None


def test_the_list_has_a_date() -> None:
    """AWS changes these policies."""
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", date())
