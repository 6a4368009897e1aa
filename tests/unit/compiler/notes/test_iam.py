"""Notes on what stands in IAM beside a key policy."""

from __future__ import annotations

import pytest

from tests.unit.compiler.compiling import ADMIN, HEAD, KEY, ROLE, compile_text

OTHER = "arn:aws:iam::444455556666:role/partner"
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


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("users: [{principal: organization, can: [view]}]", "`kms:GetKeyLastUsage`, `kms:GetKeyPolicy`"),
        (f"users: [{{principal: '{OTHER}', can: [manage]}}]", "`kms:CreateAlias`, `kms:DeleteAlias`, `kms:DisableKey`"),
        ("users: [{principal: account/444455556666, can: [decrypt, rotate]}]", "`kms:DisableKeyRotation`"),
        (f"services: [{{service: via/s3, principals: '{OTHER}', can: [view]}}]", "`kms:GetKeyLastUsage`"),
    ],
)
def test_what_cannot_be_called_from_another_account_is_told(line: str, left: str) -> None:
    """A word means less for whoever is of another account, and every action that is left out is named."""
    (message,) = told(f"{ADMIN}{line}", "left-at-home")
    assert message.startswith(left)
    assert " cannot be called from another account, and are left out for `" in message


@pytest.mark.parametrize(
    ("condition", "key"),
    [
        ("StringEquals: {aws:ResourceTag/team: x}", "aws:ResourceTag/team"),
        ("StringEquals: {aws:PrincipalTag/team: '${aws:ResourceTag/team}'}", "aws:PrincipalTag/team"),
        ("StringEquals: {aws:PrincipalTag/team: x}", ""),
    ],
)
def test_what_another_iam_policy_could_lift_is_told(condition: str, key: str) -> None:
    """Conditions that no key policy can hold are not kept by it, as the others are."""
    text = (
        f"{ADMIN}delegation: iam\nusers: [{{principal: role/a, can: [encrypt, decrypt], when: {{conditions: {{{condition}}}}}}}]"
    )
    held = f"the IAM policies written here alone hold `{ROLE}a` to `{key}`, as no key policy can"
    assert told(text, "held-by-iam") == ([held] if key else [])


def test_words_that_another_account_has_whole_are_not_told() -> None:
    """Use of the key can be had from everywhere."""
    assert told(f"{ADMIN}users: [{{principal: '{OTHER}', can: [decrypt, generate-data-key, use-grants]}}]", "left-at-home") == []
