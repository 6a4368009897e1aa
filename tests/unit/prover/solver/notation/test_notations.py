"""Numbers, dates and addresses as texts: the solver compares every notation as the authorizer compares what it means."""

from __future__ import annotations

import pytest

from tests.unit.prover.solver.telling import Telling, as_text, look

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

CASES = [
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
]


@pytest.mark.parametrize(("operator", "wanted", "texts"), CASES)
def test_a_notation_compares_as_what_it_means(operator: str, wanted: tuple[str, ...], texts: tuple[str, ...]) -> None:
    """The formulas of a comparison allow of every text the authorizer's answer, and another only where told as rough."""
    test = look(operator, "x:a", *wanted)
    telling = Telling([test, as_text("x:a")])
    assert [said for text in texts if (said := telling.differs(test, a=text))] == []
