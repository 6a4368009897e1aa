"""Each condition operator as formulas: the solver says of every text what the authorizer's operator says."""

from __future__ import annotations

import pytest

from tests.unit.prover.solver.telling import Telling, as_text, look

TEXTS = ("", "red", "Red", "RED", "reds", "r*d", "\u212aelvin", "kelvin", "KELVIN", "\u0130", "i\u0307", "stra\u00dfe")
ARNS = (
    "arn:aws:iam::111122223333:role/x",
    "arn:aws:iam::111122223333:role/y/x",
    "arn:aws:iam:::role/x",
    "arn:aws:iam::1:2:role/x",
    "arn:aws:iam::111122223333:user/x",
    "arn:aws-cn:iam::111122223333:role/x",
    "arn:aws:iam::role/x",
    "xarn:aws:iam::1:role/x",
    "red",
    "",
)
NUMBERS = ("7", "07", "7.0", "6.999", "7.001", "70", "-7", "+7", "0", "-0", "0.5", "123", "1e3", "", "seven", "7.", "-70.25")
DATES = (
    "2024-02-29",
    "2023-02-29",
    "2024",
    "2024-02",
    "2024-02-29T00:00Z",
    "2024-02-29T00:00:00Z",
    "2024-02-29T00:00:00.5Z",
    "2024-02-28T23:59:59Z",
    "2024-02-29T02:00:00+02:00",
    "2024-03-01",
    "2100-02-29",
    "1709164800",
    "1709164799.5",
    "0001-01-01",
    "red",
    "",
)
ADDRESSES = (
    "10.1.2.3",
    "10.1.2.4",
    "10.2.0.0",
    "010.1.2.3",
    "256.1.1.1",
    "2001:db8:0:0:0:0:0:1",
    "2001:DB8:0:0:0:0:0:1",
    "2001:0db8:0:0:0:0:0:1",
    "2001:db9:0:0:0:0:0:1",
    "2001:db8::1",
    "red",
    "",
)
BINARIES = ("YQ==", "YR==", "YWI=", "YWJj", "YQ=", "YQ===", "YWJjYQ==", "", "re d")
FLAGS = ("true", "True", "FALSE", "yes", "")

CASES = [
    ("StringEquals", ("red",), TEXTS),
    ("StringNotEquals", ("red", "RED"), TEXTS),
    ("StringEqualsIgnoreCase", ("red",), TEXTS),
    ("StringNotEqualsIgnoreCase", ("kelvin",), TEXTS),
    ("StringEqualsIgnoreCase", ("stra\u00dfe",), TEXTS),
    ("StringLike", ("r?d*",), TEXTS),
    ("StringNotLike", ("*e*d", ""), TEXTS),
    ("ArnLike", ("arn:aws:iam::*:role/x",), ARNS),
    ("ArnEquals", ("arn:*:iam::111122223333:*",), ARNS),
    ("ArnNotLike", ("arn:aws:iam::*:role/*x",), ARNS),
    ("ArnNotEquals", ("arn:aws:iam::1?1122223333:role/x",), ARNS),
    ("ArnLike", ("*",), ARNS),
    ("ArnLike", ("arn:*",), ARNS),
    ("NumericEquals", ("7",), NUMBERS),
    ("NumericNotEquals", ("7.0", "0"), NUMBERS),
    ("NumericLessThan", ("7.001",), NUMBERS),
    ("NumericLessThanEquals", ("-7",), NUMBERS),
    ("NumericGreaterThan", ("0",), NUMBERS),
    ("NumericGreaterThanEquals", ("69.5",), NUMBERS),
    ("NumericEquals", ("seven",), NUMBERS),
    ("DateEquals", ("2024-02-29T00:00:00Z",), DATES),
    ("DateNotEquals", ("2024-02-29T00:00:00.5Z",), DATES),
    ("DateLessThan", ("2024-02-29",), DATES),
    ("DateLessThanEquals", ("1709164800",), DATES),
    ("DateGreaterThan", ("2024-02",), DATES),
    ("DateGreaterThanEquals", ("2024-02-29T00:00:00.25Z",), DATES),
    ("IpAddress", ("10.1.0.0/16",), ADDRESSES),
    ("NotIpAddress", ("10.1.2.3",), ADDRESSES),
    ("IpAddress", ("2001:db8::/32",), ADDRESSES),
    ("IpAddress", ("10.1.2.2/31", "2001:db8:0:0:0:0:0:1/128"), ADDRESSES),
    ("IpAddress", ("red",), ADDRESSES),
    ("BinaryEquals", ("YQ==",), BINARIES),
    ("BinaryEquals", ("YWJj",), BINARIES),
    ("BinaryEquals", ("red!",), BINARIES),
    ("Bool", ("true",), FLAGS),
    ("Bool", ("FALSE",), FLAGS),
    ("Bool", ("yes",), FLAGS),
    ("NoSuchOperator", ("red",), ("red", "")),
]


@pytest.mark.parametrize(("operator", "wanted", "texts"), CASES)
def test_an_operator_says_of_a_text_what_the_authorizer_says(
    operator: str, wanted: tuple[str, ...], texts: tuple[str, ...]
) -> None:
    """The formulas of an operator allow of every text the authorizer's answer, and another only where told as rough."""
    test = look(operator, "x:a", *wanted)
    telling = Telling([test, as_text("x:a")])
    assert [said for text in texts if (said := telling.differs(test, a=text))] == []
