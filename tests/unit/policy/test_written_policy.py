"""Descriptions of IAM managed policies."""

from __future__ import annotations

import pytest

from kmsgen.policy.written_policy import described_principal, description

ROLE = "arn:aws:iam::111122223333:role/app"


@pytest.mark.parametrize("intent", ["payments", ""])
def test_a_description_tells_whom_the_policy_is_for(intent: str) -> None:
    """Of one intent, or of all intents of a run."""
    assert described_principal(description(intent, ROLE)) == ROLE


@pytest.mark.parametrize("text", [None, 3, "", f"kmsgen, intent a b: access of {ROLE}", f"{description('a', ROLE)} x"])
def test_another_description_tells_of_nobody(text: object) -> None:
    """A policy that somebody else wrote is taken for no one's."""
    assert described_principal(text) == ""
