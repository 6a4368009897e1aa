"""Names of condition operators."""

from __future__ import annotations

import pytest

from kmsgen.policy.operators import BASES, split_operator


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
