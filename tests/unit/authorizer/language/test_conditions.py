"""Conditions: operators, quantifiers, missing keys, variables, values that cannot be evaluated."""

from __future__ import annotations

import pytest

from kmsgen.authorizer.language.conditions import compile_condition
from kmsgen.policy.document import Condition
from tests.unit.authorizer.language.checking import check

TEAM = {"aws:principaltag/team": ("red",)}


@pytest.mark.parametrize(
    ("operator", "wanted", "actual", "holds"),
    [
        ("StringEquals", "${aws:PrincipalTag/team}", "red", True),
        ("StringEquals", "team-${aws:PrincipalTag/Team}-x", "team-red-x", True),
        ("StringEquals", "${aws:PrincipalTag/none}", "red", False),
        ("StringNotEquals", "${aws:PrincipalTag/none}", "red", True),
        ("StringEquals", "${aws:PrincipalTag/none, 'blue'}", "blue", True),
        ("StringEquals", "${aws:PrincipalTag/team, 'blue'}", "blue", False),
        ("StringLike", "${aws:PrincipalTag/team}*", "redder", True),
        ("StringLike", "${*}", "*", True),
        ("StringLike", "${*}", "x", False),
        ("StringLike", "${?}x", "?x", True),
        ("StringEquals", "${$}", "$", True),
        ("StringEquals", "${aws:TagKeys}", "red", None),
        ("StringEquals", "${broken", "${broken", None),
        ("StringEquals", "${}", "x", None),
        ("NumericEquals", "${aws:PrincipalTag/team}", "1", None),
        ("ArnLike", "arn:aws:iam::*:role/${aws:PrincipalTag/team}", "arn:aws:iam::111122223333:role/red", True),
    ],
)
def test_variable(operator: str, wanted: str, actual: str, holds: bool | None) -> None:  # noqa: FBT001 - a case
    """A policy variable stands for the key's one value; a missing one matches nothing unless it has a default."""
    assert check(operator, wanted, actual, TEAM) is holds


_ARN = "arn:aws:iam::111122223333:role/{0}"


@pytest.mark.parametrize(
    "operator",
    [f"{kind}{negated}{how}" for kind, hows in (("String", ("Equals", "EqualsIgnoreCase", "Like")), ("Arn", ("Equals", "Like")))
     for how in hows for negated in ("", "Not")],
)  # fmt: skip
def test_every_operator_on_texts_and_arns_takes_variables(operator: str) -> None:
    """Those for numbers, dates and the like do not (reference_policies_elements_condition_operators)."""
    negated = "Not" in operator
    for team, holds in (("red", True), ("blue", False)):
        assert check(operator, _ARN.format("${aws:PrincipalTag/team}"), _ARN.format(team), TEAM) is (holds is not negated)


def test_variable_is_text_in_old_policies() -> None:
    """Before version 2012-10-17 a variable is literal text."""
    assert check("StringEquals", "${aws:PrincipalTag/team}", "red", TEAM, modern=False) is False
    assert check("StringEquals", "${aws:PrincipalTag/team}", "${aws:PrincipalTag/team}", TEAM, modern=False) is True


def test_wildcard_in_the_value_of_a_variable() -> None:
    """A wildcard that a variable brings in matches itself; that it matches more is open."""
    lookup = {"aws:principaltag/team": ("r*",)}
    assert check("StringLike", "${aws:PrincipalTag/team}", "r*", lookup) is True
    assert check("StringLike", "${aws:PrincipalTag/team}", "red", lookup) is None
    assert check("StringLike", "${aws:PrincipalTag/team}", "blue", lookup) is False
    assert check("StringEquals", "${aws:PrincipalTag/team}", "red", lookup) is False


def test_variable_of_several_values_is_open() -> None:
    """A key with several values cannot be a policy variable."""
    assert check("StringNotEquals", "${aws:PrincipalTag/team}", "x", {"aws:principaltag/team": ("a", "b")}) is None


TAG = {"key": "aws:ResourceTag/a", "key_policy": True}


def test_a_key_that_the_layer_cannot_rest_on_is_read_both_ways() -> None:
    """aws:ResourceTag in a key policy must give the same result present and absent (C4); in other policies it is as it is."""
    assert check("StringEquals", "a", "a", **TAG) is None
    assert check("StringEquals", "a", "b", **TAG) is False
    assert check("StringNotEquals", "a", "b", **TAG) is True
    assert check("StringNotEquals", "a", "a", **TAG) is None
    assert check("StringEquals", "a", "a", key="aws:ResourceTag/a") is True


def test_a_variable_that_the_layer_cannot_rest_on_is_read_both_ways() -> None:
    """As a policy variable of a key policy aws:ResourceTag is no better than as a condition key (C4)."""
    lookup = {"aws:resourcetag/team": ("red",)}
    assert check("StringEquals", "${aws:ResourceTag/team}", "red", lookup, key_policy=True) is None
    assert check("StringEquals", "${aws:ResourceTag/team}", "blue", lookup, key_policy=True) is False
    assert check("StringNotEquals", "${aws:ResourceTag/team}", "blue", lookup, key_policy=True) is True
    assert check("StringEquals", "${aws:ResourceTag/team, 'red'}", "red", lookup, key_policy=True) is True
    assert check("StringEquals", "${aws:ResourceTag/team}", "red", lookup) is True


@pytest.mark.parametrize("condition", [Condition("NoSuchOperator", "aws:X", ("a",)), Condition("StringEquals", "aws:X", ())])
def test_condition_without_meaning_is_open(condition: Condition) -> None:
    """An unknown operator, or no values, cannot be evaluated."""
    test = compile_condition(condition, deny=False, modern=True)
    assert test.check(("a",), lambda _key: None) is None
