"""Names of condition operators."""

from __future__ import annotations

import pytest

from kmsgen.policy.operators import BASES, exact_values, split_operator


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("quantifier", ["", "ForAllValues:", "ForAnyValue:"])
@pytest.mark.parametrize("suffix", ["", "IfExists"])
def test_every_operator_takes_every_prefix_and_suffix_but_null(base: str, quantifier: str, suffix: str) -> None:
    """Null stands alone; every other operator may be quantified and may allow a missing key."""
    name = split_operator(f"{quantifier}{base}{suffix}")
    if base == "Null" and (quantifier or suffix):
        assert name is None
    else:
        assert str(name) == f"{quantifier}{base}{suffix}"


@pytest.mark.parametrize("text", ["", "String", "ForSomeValues:Bool", "StringEquals:ForAnyValue", "IfExists", "a:b:Bool"])
def test_other_names_are_no_operators(text: str) -> None:
    """A misspelled operator has no meaning that could be guessed."""
    assert split_operator(text) is None


def test_case_does_not_matter() -> None:
    """The documented spelling comes out."""
    assert str(split_operator("foranyvalue:stringlikeifexists")) == "ForAnyValue:StringLikeIfExists"


@pytest.mark.parametrize(
    ("operator", "values", "expected"),
    [
        ("StringEquals", ("a", "B"), {"a", "B"}),
        ("Bool", ("True",), {"true"}),
        ("ForAnyValue:StringEquals", ("a",), {"a"}),
        ("StringEquals", ("${aws:username}",), set()),
        ("StringEqualsIfExists", ("a",), set()),
        ("ForAllValues:StringEquals", ("a",), set()),
        ("StringLike", ("a*",), set()),
        ("StringNotEquals", ("a",), set()),
        ("String", ("a",), set()),
    ],
)
def test_values_are_asked_for_as_they_stand(operator: str, values: tuple[str, ...], expected: set[str]) -> None:
    """Only where a request must hold one of them, and no variable stands for others."""
    assert exact_values(operator, values) == expected
