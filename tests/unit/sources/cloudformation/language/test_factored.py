"""Choices among statements, and what these have in common."""

from __future__ import annotations

from typing import Any

import pytest

from kmsgen.sources.cloudformation.language.factored import factored_policy, factored_statement
from kmsgen.sources.unknown.unknown import ABSENT, OneOf


def one_of(*options: Any) -> OneOf:
    """Return a choice."""
    return OneOf(options, "c")


A = {"Effect": "Allow", "Principal": {"AWS": ["r", "a"]}}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((A, {**A, "Principal": {"AWS": "r"}}), {**A, "Principal": {"AWS": ["r", one_of(["a"], [])]}}),
        ((A, {**A, "Effect": "Deny"}), {**A, "Effect": one_of("Allow", "Deny")}),
        ((A, {**A, "Principal": "*"}), {**A, "Principal": one_of({"AWS": ["r", "a"]}, "*")}),
        ((A, {**A, "Sid": "x"}), one_of(A, {**A, "Sid": "x"})),
        ((A, ABSENT), one_of(A, ABSENT)),
    ],
)
def test_statements_with_the_same_elements_share_what_they_have_in_common(options: tuple[Any, ...], expected: Any) -> None:
    """The entries of lists that all have are sure; what is no list is one of several."""
    assert factored_statement(one_of(*options)) == expected


def test_too_many_choices_stay_one_choice_among_statements() -> None:
    """Their parts would allow each combination, and soon anything."""
    options = [{"Action": [str(number)], "Resource": [str(number)]} for number in range(8)]
    assert factored_statement(one_of(*options)) == one_of(*options)


def test_policies_share_their_statements() -> None:
    """One that all have is sure, another may be there or not; policies of several versions stay apart."""
    first, second = ({"Version": "v", "Statement": statement} for statement in ([{"a": 1}, {"b": 2}], {"a": 1}))
    assert factored_policy(one_of(first, second)) == {"Version": "v", "Statement": [{"a": 1}, one_of({"b": 2}, ABSENT)]}
    other = {**second, "Version": "w"}
    assert factored_policy(one_of(first, other)) == one_of(first, other)
