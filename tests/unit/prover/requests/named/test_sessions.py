"""Patterns of sessions in a question."""

from __future__ import annotations

import pytest

from kmsgen.prover.requests.named.sessions import Sessions, ids_of, sessions_of

ROLE = "arn:aws:iam::111122223333:role"
SESSION = "arn:aws:sts::111122223333:assumed-role"


@pytest.mark.parametrize("pattern", ["*", f"{ROLE}/*", f"{SESSION}/app/one", "arn:aws:iam::*:user/x", f"{SESSION}/app"])
def test_no_other_pattern_is_one_of_sessions(pattern: str) -> None:
    """Nor is the ARN of one session."""
    assert sessions_of(pattern) is None


@pytest.mark.parametrize(
    ("pattern", "role", "matches"),
    [
        (f"{SESSION}/app/*", f"{ROLE}/app", True),
        (f"{SESSION}/app/*", f"{ROLE}/path/app", True),
        (f"{SESSION}/app/*", f"{ROLE}/other", False),
        (f"{SESSION}/a*/*", f"{ROLE}/app", True),
        (f"{SESSION}/a*/*", f"{ROLE}/a/b", False),
        (f"{SESSION}/a*/*", f"{ROLE}/b/app", True),
        (f"{SESSION}/?pp/x-*", f"{ROLE}/app", True),
    ],
)
def test_the_roles_of_sessions_have_the_name_and_any_path(pattern: str, role: str, matches: bool) -> None:  # noqa: FBT001
    """A session's ARN tells no path; a wildcard in the name of a role takes no slash."""
    found = sessions_of(pattern)
    assert found is not None
    assert any(one.matches(role) for one in found.roles) is matches


@pytest.mark.parametrize(("names", "every"), [("*", True), ("**", True), ("a*", False), ("?", False)])
def test_a_pattern_of_every_session_is_known(names: str, every: bool) -> None:  # noqa: FBT001
    """It narrows nothing but the role."""
    found = sessions_of(f"{SESSION}/app/{names}")
    assert found is not None
    assert found.every is every


def test_the_user_id_of_a_session_ends_in_its_name() -> None:
    """It is the id of the role, a colon, and a name that fits."""
    found = ids_of(f"{SESSION}/app/ci-*")
    assert found.matches("AROAEXAMPLEEXAMPLE123:ci-7")
    assert not found.matches("AROAEXAMPLEEXAMPLE123:other")


def test_a_role_is_asked_about_without_the_sessions_that_are_named() -> None:
    """They are principals of their own; of a pattern each role has those that its name fits."""
    sessions = Sessions(((f"{SESSION}/a*/ci-*", True), (f"{SESSION}/web/*", False)), [f"{SESSION}/app/one", f"{ROLE}/app"])
    assert sessions.of(f"{ROLE}/team/app") == ((f"{SESSION}/a*/ci-*", True), (f"{SESSION}/app/one", False))
    assert sessions.of(f"{ROLE}/web") == ((f"{SESSION}/web/*", False),)
    assert sessions.of("arn:aws:iam::444455556666:role/app") == ()
