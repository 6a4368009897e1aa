"""Patterns of texts, two at once."""

from __future__ import annotations

import pytest

from kmsgen.policy.wildcards import may_meet

PATTERNS = [
    ("role/app", "role/app", True),
    ("role/app", "role/apple", False),
    ("*-app", "x-*", True),
    ("*-app", "x-*-web", False),
    ("a*b", "*", True),
    ("", "*", True),
    ("*", "", True),
    ("", "a", False),
    ("a?c", "ab*", True),
    ("a?c", "abd", False),
    ("*-*-*", "one", False),
    ("*-*-*", "one-*", True),
    ("x*y*z", "xz", False),
]


@pytest.mark.parametrize(("one", "other", "meet"), PATTERNS)
def test_two_patterns_meet_where_a_text_matches_both(one: str, other: str, *, meet: bool) -> None:
    """The order of the two makes no difference."""
    assert [may_meet(one, other), may_meet(other, one)] == [meet, meet]
