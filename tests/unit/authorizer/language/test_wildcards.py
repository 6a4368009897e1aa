"""Wildcards and ARNs."""

from __future__ import annotations

import time

import pytest

from kmsgen.authorizer.language.wildcards import all_of, any_of, arn_pattern, glob, pieces_of, resource_pattern


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("abc", "abc", True),
        ("abc", "abcd", False),
        ("*", "", True),
        ("a*", "a", True),
        ("a*", "ba", False),
        ("*c", "abc", True),
        ("a*c", "ac", True),
        ("a*c", "a", False),
        ("aa*aa", "aaa", False),
        ("a*b*c", "aXbYc", True),
        ("a*b*c", "acb", False),
        ("a?c", "abc", True),
        ("a?c", "ac", False),
        ("?", "", False),
        ("a*?b", "ab", False),
        ("a*?b", "axb", True),
        ("*a?b*", "xxaxbxx", True),
        ("*ab?*cd", "ababxcd", True),
        ("**", "", True),
        ("a.c", "abc", False),
        ("a\n*", "a\nb", True),
        ("*\n", "\n\n", True),
        ("é?", "éß", True),
    ],
)
def test_glob(pattern: str, text: str, matches: bool) -> None:  # noqa: FBT001 - a case
    """`*` is any run of characters, `?` exactly one, everything else itself."""
    assert glob(pieces_of(pattern))(text) is matches


def test_many_wildcards_take_no_time() -> None:
    """A hostile pattern costs time in proportion to its length, not exponential time."""
    start = time.perf_counter()
    assert not glob(pieces_of("*a" * 200 + "b"))("a" * 20_000)
    assert time.perf_counter() - start < 2


ARN = "arn:aws:kms:us-west-2:111122223333:key/abc"


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ("*", True),
        (ARN, True),
        ("arn:aws:kms:*:111122223333:key/*", True),
        ("arn:*:kms:us-*-2:*:key/ab?", True),
        ("arn:aws:kms:us-west-2:111122223333:alias/*", False),
        ("arn:aws:kms:us-west-2::key/abc", False),
        ("arn:aws:*:us-west-2:111122223333:key/abc", None),
        ("arn:aws:kms:*", True),
        ("arn:aws:kms:us-west-2:*", True),
        ("arn:aws:kms:*:key/*", True),
        ("arn:aws:kms:us-west-2:*key/abc", None),
        ("arn:aws:kms:us-*2:*", True),
        ("arn:aws:kms:us-west-2?111122223333:key/abc", None),
        ("arn:aws:*", None),
        ("arn:*:us-west-2:111122223333:key/abc", None),
        ("a*", None),
        ("b*", False),
    ],
)
def test_resource_pattern(pattern: str, matches: bool | None) -> None:  # noqa: FBT001 - a case
    """A `*` that ends a segment reaches across colons; what only another wildcard matches, or one for the service, is open."""
    assert resource_pattern(pieces_of(pattern))(ARN) is matches


def test_arn_condition_may_have_a_wildcard_in_the_service() -> None:
    """ArnLike compares six parts, each with wildcards, the service's too."""
    assert arn_pattern(pieces_of("arn:aws:*:us-west-2:111122223333:key/abc"))(ARN) is True


@pytest.mark.parametrize(
    ("pattern", "matches"), [("*", None), ("arn:*", None), ("a*:key/abc", None), ("b*", False), ("*:*:*:*:*:*", True)]
)
def test_an_arn_condition_of_fewer_than_six_parts_is_open(pattern: str, matches: bool | None) -> None:  # noqa: FBT001 - a case
    """No page says whether a pattern of fewer parts, such as `*` alone, is compared at all: the six parts are each checked."""
    assert arn_pattern(pieces_of(pattern))(ARN) is matches


def test_a_wildcard_in_a_part_reaches_across_slashes() -> None:
    """`*` may cross `/` within its part."""
    matches = arn_pattern(pieces_of("arn:aws:iam::*:role/*"))
    assert matches("arn:aws:iam::111122223333:role/a/b") is True


@pytest.mark.parametrize(
    ("values", "one", "every"),
    [
        ((), False, True),
        ((None,), None, None),
        ((True, None), True, None),
        ((False, None), None, False),
        ((True, False), True, False),
    ],
)
def test_three_values(values: tuple[bool | None, ...], one: bool | None, every: bool | None) -> None:  # noqa: FBT001 - a case
    """What is open stays open unless the others decide."""
    assert any_of(values) is one
    assert all_of(values) is every
