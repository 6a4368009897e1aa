"""Conditions: operators, quantifiers, missing keys, variables, values that cannot be evaluated."""

from __future__ import annotations

import pytest

from kmsgen.authorizer.language.conditions import compile_condition
from kmsgen.policy.document import Condition
from tests.unit.authorizer.language.checking import check

CASES = [
    ("StringEquals", "a", "a", True),
    ("StringEquals", "a", "A", False),
    ("StringEquals", "a*", "ab", False),
    ("StringEquals", ("a", "b"), "b", True),
    ("StringNotEquals", ("a", "b"), "b", False),
    ("StringNotEquals", ("a", "b"), "c", True),
    ("StringEqualsIgnoreCase", "aB", "Ab", True),
    ("StringNotEqualsIgnoreCase", "aB", "Ab", False),
    ("StringEqualsIgnoreCase", "key", "\u212aey", None),
    ("StringEqualsIgnoreCase", ("key", "\u212aey"), "\u212aEY", True),
    ("StringNotEqualsIgnoreCase", "\u00e9t\u00e9", "\u00c9T\u00c9", None),
    ("StringEqualsIgnoreCase", "\u00e9t\u00e9", "\u00e9T\u00e9", True),
    ("StringEqualsIgnoreCase", "i", "l", False),
    ("StringLi\u212ae", "a", "a", None),
    ("StringLike", "a*", "ab", True),
    ("StringLike", "A*", "ab", False),
    ("StringNotLike", "a?", "ab", False),
    ("ArnEquals", "arn:aws:iam::*:role/*", "arn:aws:iam::111122223333:role/a/b", True),
    ("ArnLike", "arn:aws:iam::1*:role/a", "arn:aws:iam::111122223333:role/a", True),
    ("ArnNotLike", "arn:aws:iam::1*:role/a", "arn:aws:iam::111122223333:role/a", False),
    ("ArnNotEquals", "arn:aws:iam::1*:role/b", "arn:aws:iam::111122223333:role/a", True),
    ("ArnLike", "arn:aws:iam::1*:role/a", "not an arn", None),
    ("ArnLike", "arn:aws:sns:*:*:t", "arn:aws:sns:us-west-2:111122223333:x:t", False),
    ("ArnNotLike", "arn:aws:sns:*:*:t", "arn:aws:sns:us-west-2:111122223333:x:t", True),
    ("ArnLike", "arn:aws:sns:*:*:*:t", "arn:aws:sns:us-west-2:111122223333:x:t", True),
    ("ArnLike", "arn:aws:sns:*:*:x*", "arn:aws:sns:us-west-2:111122223333:x:t", True),
    ("ArnEquals", "arn:aws:s?s:us-west-2:111122223333:x:t", "arn:aws:sns:us-west-2:111122223333:x:t", True),
    ("ArnLike", "arn:*:sns:us-west-2:111122223333:t", "arn:aws:x:sns:us-west-2:111122223333:t", False),
    ("ArnLike", "arn:aws:sns:*", "arn:aws:sns:us-west-2:111122223333:t", None),
    ("ArnNotLike", "arn:aws:iam::1*:role/a", "not an arn", None),
    ("NumericEquals", "1.0", "1", True),
    ("NumericNotEquals", "1", "2", True),
    ("NumericLessThan", "10", "9", True),
    ("NumericLessThan", "10", "10", False),
    ("NumericLessThanEquals", "10", "10", True),
    ("NumericGreaterThan", "10", "11", True),
    ("NumericGreaterThanEquals", "10", "9.9", False),
    ("NumericEquals", "ten", "10", None),
    ("NumericNotEquals", "ten", "10", None),
    ("NumericEquals", "10", "ten", None),
    ("NumericEquals", ("ten", "10"), "10", True),
    ("NumericNotEquals", ("ten", "10"), "10", False),
    ("NumericLessThan", "1e3", "9", None),
    ("NumericLessThan", "9" * 400, "9", None),
    ("DateLessThan", "2030-01-01T00:00:00Z", "2029-12-31T23:59:59Z", True),
    ("DateGreaterThan", "2030-01-01T00:00:00Z", "2030-01-01T00:00:00Z", False),
    ("DateGreaterThanEquals", "2030-01-01T00:00:00Z", "2030-01-01T01:00:00+01:00", True),
    ("DateEquals", "2030-01-01", "1893456000", True),
    ("DateEquals", "1893456000", "2030-01-01T00:00:00.000Z", True),
    ("DateNotEquals", "2030-01", "2030-01-01T00:00:00Z", False),
    ("DateLessThan", "2030-13-01", "2029-12-31", None),
    ("DateLessThan", "2030-01-01T00:00:00", "2029-12-31", None),
    ("DateEquals", "2030", "2030-01-01", None),
    ("DateLessThan", "2030", "1", True),
    ("Bool", "true", "true", True),
    ("Bool", "true", "false", False),
    ("Bool", "True", "true", True),
    ("Bool", "yes", "true", None),
    ("Bool", "true", "yes", None),
    ("IpAddress", "10.0.0.0/8", "10.1.2.3", True),
    ("IpAddress", "10.0.0.1", "10.0.0.1", True),
    ("IpAddress", "10.0.0.1", "10.0.0.2", False),
    ("NotIpAddress", "10.0.0.0/8", "2001:db8::1", True),
    ("IpAddress", "2001:db8::/32", "2001:db8::1", True),
    ("IpAddress", "10.0.0.0/33", "10.1.2.3", None),
    ("IpAddress", "10.0.0.0/0.255.255.255", "10.1.2.3", None),
    ("NotIpAddress", "10.0.0.0/255.0.0.0", "192.0.2.1", None),
    ("IpAddress", "10.0.0.0/08", "10.1.2.3", None),
    ("IpAddress", "0.0.0.0/00", "10.1.2.3", None),
    ("IpAddress", "0.0.0.0/0", "10.1.2.3", True),
    ("IpAddress", "2001:db8::1/128", "2001:db8::1", True),
    ("IpAddress", "2001:db8::/129", "2001:db8::1", None),
    ("IpAddress", "fe80::%eth0/10", "fe80::1", None),
    ("IpAddress", "fe80::/10", "fe80::1%eth0", None),
    ("NotIpAddress", "10.0.0.0/8", "somewhere", None),
    ("BinaryEquals", "aGk=", "aGk=", True),
    ("BinaryEquals", "aGk=", "aGo=", False),
    ("BinaryEquals", "!", "aGk=", None),
    ("Null", "true", None, True),
    ("Null", "true", "x", False),
    ("Null", "false", "x", True),
    ("Null", "false", None, False),
    ("Null", ("true", "false"), "x", True),
    ("Null", "maybe", "x", None),
    ("Null", "false", "", None),
]


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
