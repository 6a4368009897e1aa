"""Principals whose IAM policies could not be read."""

from __future__ import annotations

import pytest

from kmsgen.policy.bundle import Bundle, PrincipalPolicies
from kmsgen.policy.document import Effect
from kmsgen.sources.unknown.unread import as_they_may_be, why_unread

ROLE, OTHER = (f"arn:aws:iam::111122223333:role/{name}" for name in ("app", "other"))
SESSION = "arn:aws:sts::111122223333:assumed-role/app/one"
BUNDLE = Bundle((), {OTHER: PrincipalPolicies()})


@pytest.mark.parametrize(
    ("unread", "principal", "told"),
    [
        ({ROLE: "refused"}, ROLE, f"the IAM policies of {ROLE}: refused"),
        ({ROLE: "refused"}, SESSION, f"the IAM policies of {ROLE}: refused"),
        ({"*": "not asked for"}, ROLE, f"the IAM policies of {ROLE}: not asked for"),
        ({"*": "not asked for"}, OTHER, ""),
        ({"*": "not asked for"}, "s3.amazonaws.com", ""),
        ({"*": "not asked for"}, "arn:aws:iam::111122223333:root", ""),
        ({}, ROLE, ""),
    ],
)
def test_why_policies_are_unknown_is_told_of_whoever_can_have_some(unread: dict[str, str], principal: str, told: str) -> None:
    """A session's are its role's; whoever is described has what is described."""
    assert why_unread(unread, principal, BUNDLE) == told


def test_whoever_is_unread_may_be_allowed_or_denied_everything() -> None:
    """The role of a session is what has the policies."""
    for found, effect in zip(as_they_may_be(BUNDLE, SESSION), Effect, strict=True):
        (statement,) = found.principals[ROLE].identity_policies[0].statements
        assert (statement.effect, statement.actions, statement.resources) == (effect, ("*",), ("*",))
        assert found.principals[OTHER] == BUNDLE.principals[OTHER]
