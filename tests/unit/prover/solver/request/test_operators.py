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
BINARIES = ("YQ==", "YR==", "YWI=", "YWJj", "YQ=", "YQ===", "YWJjYQ==", "", "re d")
FLAGS = ("true", "True", "FALSE", "yes", "")

CASES = [
    ("StringEquals", ("red",), TEXTS),
    ("StringNotEquals", ("red", "RED"), TEXTS),
    ("StringEqualsIgnoreCase", ("red",), TEXTS),
    ("StringNotEqualsIgnoreCase", ("kelvin",), TEXTS),
    ("StringEqualsIgnoreCase", ("stra\u00dfe",), TEXTS),
    ("StringEqualsIgnoreCase", ("\u00c9t\u00e9", "\u03c3", "i"), (*TEXTS, "\u00e9t\u00e9", "\u03c2", "\u03a3", "\u0131", "i")),
    ("StringLike", ("r?d*",), TEXTS),
    ("StringNotLike", ("*e*d", ""), TEXTS),
    ("ArnLike", ("arn:aws:iam::*:role/x",), ARNS),
    ("ArnEquals", ("arn:*:iam::111122223333:*",), ARNS),
    ("ArnNotLike", ("arn:aws:iam::*:role/*x",), ARNS),
    ("ArnNotEquals", ("arn:aws:iam::1?1122223333:role/x",), ARNS),
    ("ArnLike", ("*",), ARNS),
    ("ArnLike", ("arn:*",), ARNS),
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
