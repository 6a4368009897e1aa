"""Who can do what, of those whom a statement for everyone means."""

from __future__ import annotations

from kmsgen.checks.matrix import matrix
from tests.unit.checks.intent.judging import ACCOUNT, ADMIN, case

PATTERN = f"arn:aws:iam::{ACCOUNT}:role/app-*"


def test_a_pattern_of_principals_has_rows_of_its_own() -> None:
    """A statement for everyone under a pattern of ARNs is told of those who match, with its actions."""
    found = case(f"{ADMIN}users: [{{principal: role/app-*, can: [decrypt]}}]")
    rows = [row for row in matrix(found.bundle, None, ACCOUNT) if row.principal == PATTERN]
    assert ("kms:Decrypt",) in {row.actions for row in rows}
    assert not [row for row in matrix(found.bundle, None, ACCOUNT) if row.principal == "*"]
