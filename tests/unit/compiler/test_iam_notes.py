"""Notes on what stands in IAM beside a key policy."""

from __future__ import annotations

import pytest

from tests.unit.compiler.compiling import ADMIN, HEAD, KEY, ROLE, compile_text

LINKED = "role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"


def told(text: str, code: str) -> list[str]:
    """Return the messages of a code."""
    return [note.message for note in compile_text(HEAD + KEY + text).notes if note.code == code]


@pytest.mark.parametrize(
    "line", ["admins: [role/Admin, role/adm-*]", f"users: [{{principal: {LINKED}, can: [manage]}}]\n{ADMIN}"]
)
def test_what_only_iam_could_give_is_told(line: str) -> None:
    """Of words and sets for a pattern, or for a role of a service, nothing is dropped without a word."""
    (message,) = told(line, "left-to-iam")
    assert message.startswith("`kms:CreateAlias`, `kms:DeleteAlias`, `kms:UpdateAlias` of `arn:")


@pytest.mark.parametrize("line", ["admins: [role/Admin]", "admins: [role/Admin]\nusers: [{principal: role/a-*, can: [decrypt]}]"])
def test_what_a_key_policy_gives_is_not_told(line: str) -> None:
    """Neither of principals that can have IAM policies, nor of actions that need none."""
    assert told(line, "left-to-iam") == []


@pytest.mark.parametrize(("way", "count"), [("write", 1), ("attach", 0)])
def test_what_is_left_to_attach_is_told(way: str, count: int) -> None:
    """That the policies are attached is taken for granted."""
    found = told(f"{ADMIN}iam: {way}\n", "iam-written")
    assert [f"{ROLE}Admin" in message for message in found] == [True] * count
