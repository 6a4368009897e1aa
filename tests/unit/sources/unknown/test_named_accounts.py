"""Principals of accounts that are not known: for strangers it does not matter which these are."""

from __future__ import annotations

from typing import Any

import pytest

from kmsgen.sources.unknown.named_accounts import with_named_accounts
from kmsgen.sources.unknown.unknown import ABSENT, OneOf, Text, Unknown

U = Unknown("parameter Account")
HEAD = "arn:aws-us-gov:iam::"
STAND_IN = f"{HEAD}000000000001"


def policy(**statement: Any) -> dict[str, Any]:
    """Return a policy of one statement."""
    return {"Statement": [{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*", **statement}]}


@pytest.mark.parametrize(
    ("written", "named"),
    [
        (Text((HEAD, U, ":root")), f"{STAND_IN}:root"),
        (Text((HEAD, U, ":role/", Unknown("parameter Role"))), f"{STAND_IN}:role/unknown"),
        ([Text((HEAD, U, ":root")), "111122223333"], [f"{STAND_IN}:root", "111122223333"]),
        (OneOf((Text((HEAD, U, ":root")), ABSENT), "condition"), OneOf((f"{STAND_IN}:root", ABSENT), "condition")),
    ],
)
def test_a_principal_of_some_account_is_one_that_the_policy_names(written: Any, named: Any) -> None:
    """Alone, in a list, under a condition, and whatever else of its ARN is not known."""
    assert with_named_accounts(policy(Principal={"AWS": written})) == policy(Principal={"AWS": named})


@pytest.mark.parametrize(
    "statement",
    [
        {"Principal": {"AWS": U}},
        {"Principal": {"AWS": Text((HEAD, U))}},
        {"Principal": {"AWS": Text((U, ":root"))}},
        {"Principal": {"AWS": Text(("arn:", U, ":iam::111122223333:root"))}},
        {"Principal": {"AWS": Text((HEAD, U, "22223333:root"))}},
        {"Principal": {"AWS": Text((HEAD, U, U, ":root"))}},
        {"NotPrincipal": {"AWS": Text((HEAD, U, ":root"))}},
        {"Principal": "*", "Condition": {"StringLike": {"aws:PrincipalArn": Text((HEAD, U, ":root"))}}},
    ],
)
def test_what_may_be_anybody_stays_unknown(statement: dict[str, Any]) -> None:
    """A principal of which more may be a star, those whom a statement leaves out, and what conditions compare."""
    assert with_named_accounts(policy(**statement)) == policy(**statement)
