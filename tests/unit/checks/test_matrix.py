"""Who can do what, of those whom a statement for everyone means."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kmsgen.checks.matrix import matrix
from kmsgen.policy.bundle import Bundle, Key, KeyAccess
from kmsgen.policy.json_form import parse_document
from kmsgen.reading import read_file
from tests.unit.checks.intent.judging import ACCOUNT, ADMIN, case

PATTERN = f"arn:aws:iam::{ACCOUNT}:role/app-*"
KEY = Key(f"arn:aws:kms:us-west-2:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab")
CASES: dict[str, Any] = dict(read_file(Path(__file__).parents[2] / "cases" / "matrix.yaml").data)


def test_a_pattern_of_principals_has_rows_of_its_own() -> None:
    """A statement for everyone under a pattern of ARNs is told of those who match, with its actions."""
    found = case(f"{ADMIN}users: [{{principal: role/app-*, can: [decrypt]}}]")
    rows = [row for row in matrix(found.bundle, None, ACCOUNT) if row.principal == PATTERN]
    assert ("kms:Decrypt",) in {row.actions for row in rows}
    assert not [row for row in matrix(found.bundle, None, ACCOUNT) if row.principal == "*"]


@pytest.mark.parametrize("name", CASES)
def test_the_rows_of_a_key_policy(name: str) -> None:
    """Each row is of whom conditions leave, gives what has to do with the key, and names no policy that nobody wrote."""
    statements = [{"Sid": "ABC"[number], **one} for number, one in enumerate(CASES[name]["statements"])]
    policy = parse_document({"Version": "2012-10-17", "Statement": statements})
    rows = matrix(Bundle((KeyAccess(KEY, policy),), {}), None, ACCOUNT)
    found = [[row.principal, list(row.actions), sorted(row.statements)] for row in rows]
    wanted = sorted(([who, what, sorted(by)] for who, what, by in CASES[name]["rows"]), key=str)
    found = [[who, "..." if ["*", "...", by] in wanted and who == "*" else what, by] for who, what, by in found]
    assert sorted(found, key=str) == wanted
    assert not [action for row in rows for action in row.actions if action in ("kms:CreateKey", "kms:ListKeys")]


GRANTS = [
    ("Decrypt, CreateGrant", "", {"kms:CreateGrant", "kms:Decrypt"}),
    ("Decrypt, Encrypt, CreateGrant", "", {"kms:CreateGrant", "kms:Decrypt", "kms:Encrypt"}),
    ("Decrypt, CreateGrant", "encryption_context_subset: {app: pay}", {"kms:CreateGrant", "kms:Decrypt"}),
    ("Decrypt, CreateGrant", "encryption_context_equals: {app: pay}", {"kms:CreateGrant", "kms:Decrypt"}),
    ("Decrypt", "", {"kms:Decrypt"}),
]


@pytest.mark.parametrize(("operations", "constraints", "actions"), GRANTS)
def test_a_grant_that_can_be_handed_on_has_a_row_for_it(operations: str, constraints: str, actions: set[str]) -> None:
    """Whose grant lists CreateGrant may make grants of what it gives, within its constraints."""
    grant = f"name: g, grantee: role/x, operations: [{operations}]" + (f", constraints: {{{constraints}}}" if constraints else "")
    found = case(f"{ADMIN}grants: [{{{grant}}}]")
    rows = [row for row in matrix(found.bundle, None, ACCOUNT) if row.principal.endswith("role/x")]
    assert {action for row in rows for action in row.actions} == actions
