"""Grants as the solver is told of them: it and the search agree about who can use one, and what one lets be created."""

from __future__ import annotations

from typing import Any

import pytest

from kmsgen.policy.bundle import Bundle, Key, KeyAccess
from kmsgen.policy.grant import Grant, GrantConstraints
from kmsgen.policy.json_form import parse_document
from kmsgen.prover import Budget, Never, Result, prove

HOME = "111122223333"
KEY = f"arn:aws:kms:us-west-2:{HOME}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
APP = f"arn:aws:iam::{HOME}:role/app"
TRAIL = f"arn:aws:cloudtrail:us-west-2:{HOME}:trail/t"
CONTEXT, OPERATIONS = "kms:EncryptionContext:app", "kms:GrantOperations"
EQUALS = GrantConstraints(encryption_context_equals=(("app", "x"),))
SUBSET = GrantConstraints(encryption_context_subset=(("app", "x"),))
SOURCE = GrantConstraints(source_arn=TRAIL)


def asked(operations: tuple[str, ...], constraints: GrantConstraints, action: str, deny: dict[str, Any] | None) -> Result:
    """Ask whether a role with a grant is never allowed an action, by search and solver."""
    condition = {"Condition": deny} if deny else {"Principal": {"AWS": f"arn:aws:iam::{HOME}:role/other"}}
    statement = {"Effect": "Deny", "Principal": "*", "Action": action, "Resource": "*", **condition}
    document = parse_document({"Version": "2012-10-17", "Statement": [statement]})
    bundle = Bundle((KeyAccess(Key(KEY), document, (Grant("g", APP, operations, constraints),)),))
    return prove(bundle, Never(APP, (action,)), Budget(seconds=600.0, second_opinion=True)).result


USE = "kms:Decrypt"
CREATE, BOTH = "kms:CreateGrant", ("Decrypt", "CreateGrant")
NAMES = "kms:EncryptionContextKeys"
CASES = [
    ("a grant", ("Decrypt",), GrantConstraints(), USE, None, Result.REFUTED),
    ("an operation that it does not hold", ("Encrypt",), GrantConstraints(), USE, None, Result.PROVED),
    ("pairs that are refused", ("Decrypt",), EQUALS, USE, {"StringEquals": {CONTEXT: "x"}}, Result.PROVED),
    ("other pairs that are refused", ("Decrypt",), EQUALS, USE, {"StringEquals": {CONTEXT: "y"}}, Result.REFUTED),
    ("a pair beside a subset", ("Decrypt",), SUBSET, USE, {"Null": {"kms:EncryptionContext:b": "true"}}, Result.REFUTED),
    ("the source that it wants (P8)", ("Decrypt",), SOURCE, USE, {"ArnLike": {"aws:SourceArn": TRAIL}}, Result.UNKNOWN),
    ("names in another case (C2)", ("Decrypt",), EQUALS, USE, {"ForAnyValue:StringEquals": {NAMES: "app"}}, Result.UNKNOWN),
    ("names in any case", ("Decrypt",), EQUALS, USE, {"ForAnyValue:StringEquals": {NAMES: ["app", "APP"]}}, Result.UNKNOWN),
    ("the name however spelled", ("Decrypt",), EQUALS, USE, {"ForAnyValue:StringLike": {NAMES: "???"}}, Result.PROVED),
    (
        "a name in another case for a child (C2)",
        BOTH,
        SUBSET,
        CREATE,
        {"ForAnyValue:StringEquals": {NAMES: "app"}},
        Result.UNKNOWN,
    ),
    ("a child of another source (S5)", BOTH, SOURCE, CREATE, {"Null": {"kms:GrantConstraintSourceArn": "false"}}, Result.UNKNOWN),
    ("a grant to create within it", BOTH, GrantConstraints(), CREATE, None, Result.REFUTED),
    (
        "no other operations in a grant to create",
        BOTH,
        GrantConstraints(),
        CREATE,
        {"ForAnyValue:StringEquals": {OPERATIONS: ["Decrypt", "CreateGrant"]}},
        Result.PROVED,
    ),
    (
        "a grant to create whose constraint is looser",
        BOTH,
        EQUALS,
        CREATE,
        {"StringEquals": {"kms:GrantConstraintType": "EncryptionContextEquals"}},
        Result.PROVED,
    ),
    (
        "a grant to create within a subset",
        BOTH,
        SUBSET,
        CREATE,
        {"StringEquals": {"kms:GrantConstraintType": "EncryptionContextEquals"}},
        Result.REFUTED,
    ),
]


@pytest.mark.parametrize(("note", "operations", "constraints", "action", "deny", "result"), CASES)
def test_search_and_solver_agree_about_a_grant(
    note: str,
    operations: tuple[str, ...],
    constraints: GrantConstraints,
    *,
    action: str,
    deny: dict[str, Any] | None,
    result: Result,
) -> None:
    """A grant lets what its operations and constraints say, and a grant that is created by it no more than that."""
    assert asked(operations, constraints, action, deny) is result, note
