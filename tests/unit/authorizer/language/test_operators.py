"""Condition operators."""

from __future__ import annotations

import pytest

from tests.unit.authorizer.language.checking import Values, check

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
    ("NumericEquals", ("ten", "10"), "10", None),
    ("NumericNotEquals", ("ten", "10"), "10", None),
    ("DateLessThan", ("tomorrow", "2030-01-01"), "2026-01-01T00:00:00Z", None),
    ("Bool", ("yes", "true"), "true", None),
    ("BinaryEquals", ("?", "QmluYXJ5"), "QmluYXJ5", None),
    ("IpAddress", ("203.0.113.0/99", "203.0.113.0/24"), "203.0.113.1", None),
    ("NotIpAddress", ("203.0.113.0/99", "203.0.113.0/24"), "203.0.113.1", None),
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
    ("DateLessThan", "2030", "0000", None),
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


@pytest.mark.parametrize(("operator", "wanted", "actual", "holds"), CASES)
def test_operator(operator: str, wanted: str | Values, actual: str | None, holds: bool | None) -> None:  # noqa: FBT001 - a case
    """Each operator compares as documented; a value that means nothing leaves the comparison open."""
    assert check(operator, wanted, actual) is holds


@pytest.mark.parametrize(
    ("operator", "holds"),
    [
        ("StringEquals", False),
        ("StringNotEquals", True),
        ("StringNotLike", True),
        ("NotIpAddress", True),
        ("ArnNotEquals", True),
        ("DateNotEquals", True),
        ("NumericNotEquals", True),
        ("Bool", False),
        ("StringEqualsIfExists", True),
        ("StringNotEqualsIfExists", True),
        ("BoolIfExists", True),
        ("ForAllValues:StringEquals", True),
        ("ForAllValues:StringNotEquals", True),
        ("ForAnyValue:StringEquals", False),
        ("ForAnyValue:StringNotEquals", False),
        ("ForAnyValue:StringEqualsIfExists", True),
    ],
)
@pytest.mark.parametrize("actual", [None, ()])
def test_missing_key(operator: str, actual: Values | None, holds: bool) -> None:  # noqa: FBT001 - a case
    """A missing or empty key fails a positive operator, meets a negated one, and meets every IfExists."""
    assert check(operator, "x", actual) is holds


@pytest.mark.parametrize(
    ("operator", "wanted", "actual", "holds"),
    [
        ("ForAllValues:StringEquals", ("a", "b"), ("a", "b"), True),
        ("ForAllValues:StringEquals", ("a", "b"), ("a", "c"), False),
        ("ForAllValues:StringNotEquals", ("a", "b"), ("c", "d"), True),
        ("ForAllValues:StringNotEquals", ("a", "b"), ("c", "a"), False),
        ("ForAnyValue:StringEquals", ("a", "b"), ("c", "a"), True),
        ("ForAnyValue:StringEquals", ("a", "b"), ("c", "d"), False),
        ("ForAnyValue:StringNotEquals", ("a", "b"), ("a", "b"), False),
        ("ForAnyValue:StringNotEquals", ("a", "b"), ("a", "c"), True),
        ("ForAnyValue:StringLike", "a*", ("x", "ab"), True),
        ("ForAnyValue:Bool", "true", ("false", "true"), True),
        ("ForAllValues:NumericLessThan", "5", ("1", "x"), None),
        ("StringEquals", ("a", "b"), ("a", "b"), True),
        ("StringEquals", "a", ("a", "b"), None),
        ("StringNotEquals", "a", ("a", "b"), None),
        ("StringNotEquals", "a", ("b", "c"), True),
    ],
)
def test_several_values(operator: str, wanted: str | Values, actual: Values, holds: bool | None) -> None:  # noqa: FBT001 - a case
    """ForAllValues asks of every value, ForAnyValue of one; without either both readings must agree."""
    assert check(operator, wanted, actual) is holds
