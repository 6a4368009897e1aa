"""What conditions want of texts, as patterns."""

from __future__ import annotations

import pytest

from kmsgen.policy.operators import split_operator
from kmsgen.prover.requests.named.vocabulary import Want
from kmsgen.prover.requests.named.wanted_texts import patterns_of


def takes(operator: str, value: str, text: str, *, variables: bool = True) -> bool:
    """Return whether one of the patterns matches a text."""
    name = split_operator(operator)
    assert name is not None
    return any(pattern.matches(text) for pattern in patterns_of(Want(name, (value,), variables)))


@pytest.mark.parametrize(
    ("operator", "value", "text", "taken"),
    [
        ("StringEquals", "a*", "a*", True),
        ("StringEquals", "a*", "ab", False),
        ("StringLike", "a*", "ab", True),
        ("StringLike", "a?", "abc", False),
        ("StringNotLike", "a*", "ab", True),
        ("StringEqualsIgnoreCase", "Ab", "aB", True),
        ("StringEquals", "Ab", "aB", False),
        ("ArnLike", "arn:aws:iam::*:role/a*", "arn:aws:iam::111122223333:role/ab", True),
        ("ForAnyValue:StringLikeIfExists", "a*", "ab", True),
        ("StringEquals", "x-${aws:username}", "x-anything", True),
        ("StringEquals", "x-${*}", "x-*", True),
        ("StringEquals", "x-${*}", "x-y", False),
    ],
)
def test_a_pattern_takes_what_the_condition_compares_with(operator: str, value: str, text: str, taken: bool) -> None:  # noqa: FBT001
    """Wildcards count where the operator has them, a policy variable stands for anything, a negated operator names the same."""
    assert takes(operator, value, text) is taken


def test_in_the_old_version_a_variable_is_a_text() -> None:
    """2008-10-17 knows none."""
    assert takes("StringEquals", "${aws:username}", "${aws:username}", variables=False)
    assert not takes("StringEquals", "${aws:username}", "ann", variables=False)


@pytest.mark.parametrize("operator", ["Bool", "NumericEquals", "IpAddress", "Null", "BinaryEquals"])
def test_what_is_compared_otherwise_has_no_pattern(operator: str) -> None:
    """It is no text that is wanted."""
    assert not takes(operator, "1", "1")
