"""Rules on a key policy as a whole: whose key it is for, and which accounts it gives everything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.checks.lint.linting import HOME, KEY, OTHER, ROOT, allow, deny, findings, of_key

PARTNER = f"arn:aws:iam::{OTHER}:root"


@pytest.mark.parametrize("principal", [PARTNER, OTHER, [ROOT, PARTNER]])
@pytest.mark.parametrize("action", ["kms:*", "*"])
def test_another_account_with_every_permission(tmp_path: Path, principal: Any, action: str) -> None:
    """The whole of it, by its root ARN or its id; the key's own account is not told."""
    (found,) = of_key("foreign-account", tmp_path, allow(action, Principal={"AWS": principal}))
    assert (found.severity, OTHER in found.message, found.statements) == ("warning", True, ("key-policy/Use",))


@pytest.mark.parametrize(
    "statement",
    [
        allow("kms:*", Principal={"AWS": ROOT}),
        allow("kms:*", Principal={"AWS": f"arn:aws:iam::{OTHER}:role/app"}),
        allow("kms:Decrypt", "kms:DescribeKey", Principal={"AWS": PARTNER}),
        allow("kms:*", Principal={"AWS": PARTNER}, Condition={"StringEquals": {"kms:ViaService": "s3.us-west-2.amazonaws.com"}}),
        deny("kms:*", Principal={"AWS": PARTNER}),
    ],
)
def test_less_than_a_whole_account_with_everything(tmp_path: Path, statement: dict[str, Any]) -> None:
    """The own account, one role, some actions, a condition, a Deny."""
    assert of_key("foreign-account", tmp_path, statement) == []


def test_of_two_accounts_with_everything_one_is_foreign(tmp_path: Path) -> None:
    """Where nothing tells which owns the key, both are named, and that nothing is proved; `--key-arn` tells."""
    statements = (allow("kms:*", Sid="Own", Principal={"AWS": ROOT}), allow("kms:*", Sid="Partner", Principal={"AWS": PARTNER}))
    unknown = {one.code: one for one in findings(tmp_path, *statements, key_arn=None)}
    assert HOME in unknown["foreign-account"].message
    assert OTHER in unknown["foreign-account"].message
    assert unknown["key-not-told"].severity == "note"
    known = findings(tmp_path, *statements, key_arn=KEY)
    assert [one.statements for one in known if one.code == "foreign-account"] == [("key-policy/Partner",)]
    assert "key-not-told" not in {one.code for one in known}


def test_an_iam_policy_needs_no_key(tmp_path: Path) -> None:
    """It is about whatever its Resource says."""
    assert findings(tmp_path, allow(Principal=None), key_arn=None) == []
