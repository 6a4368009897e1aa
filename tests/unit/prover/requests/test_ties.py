"""Condition keys that policy variables tie together: what the search finds of them, and where its argument ends."""

from __future__ import annotations

import pytest

from kmsgen.prover.problem import Budget, Meter, OutsideError
from kmsgen.prover.requests.constraints import Look, holds
from kmsgen.prover.requests.space import RequestSpace
from tests.unit.prover.solver.telling import TEXT, free, look

FREE = free(e=TEXT._replace(multi_valued=True))


def where(tests: tuple[str, ...]) -> frozenset[tuple[Look, bool]]:
    """Return conditions that are to hold, of which each is written as operator, key and values with a bar between."""
    parts = (text.split(" ", 2) for text in tests)
    return frozenset((look(operator, key, *values.split("|")), True) for operator, key, values in parts)


FOUND = [
    ("one key is another", ("StringEquals x:a ${x:b}", "StringEquals x:b red"), True),
    ("and cannot be what that is not", ("StringEquals x:a ${x:b}", "StringEquals x:b red", "StringEquals x:a blue"), False),
    ("a chain of three", ("StringEquals x:a ${x:b}", "StringEquals x:b ${x:c}", "StringLike x:c r*", "StringLike x:a *d"), True),
    (
        "a chain with a break",
        ("StringEquals x:a ${x:b}", "StringEquals x:b ${x:c}", "StringLike x:c r*", "StringLike x:a b*"),
        False,
    ),
    (
        "three keys that are all others",
        ("StringNotEquals x:a ${x:b}", "StringNotEquals x:b ${x:c}", "StringNotEquals x:c ${x:a}"),
        True,
    ),
    ("two keys of one word", ("StringEquals x:a red", "StringEquals x:b red", "StringNotEquals x:a ${x:b}"), False),
    ("text before a variable", ("StringEquals x:a red-${x:b}", "StringLike x:a *blue"), True),
    ("text that the variable cannot make", ("StringEquals x:a red-${x:b}", "StringLike x:a blue*"), False),
    ("text around a variable that is limited", ("StringEquals x:a r${x:b}d", "StringLike x:b ?", "StringEquals x:a red"), True),
    ("text around one that is too long", ("StringEquals x:a r${x:b}d", "StringLike x:b ??*", "StringEquals x:a red"), False),
    ("the case that is ignored", ("StringEqualsIgnoreCase x:a ${x:b}", "StringEquals x:b RED", "StringEquals x:a red"), True),
    ("the case that is not", ("StringEquals x:a ${x:b}", "StringEquals x:b RED", "StringEquals x:a red"), False),
    ("two variables in one text", ("StringEquals x:a ${x:b}-${x:c}", "StringEquals x:b 1", "StringEquals x:c 2"), True),
    ("an absent variable", ("StringEquals x:a ${x:b}", "Null x:b true"), False),
    ("an absent variable with a default", ("StringEquals x:a ${x:b, 'red'}", "Null x:b true"), True),
    ("a variable of several values is open", ("StringEquals x:a ${aws:PrincipalOrgPaths}",), False),
    ("a member of a set", ("ForAnyValue:StringEquals x:e ${x:a}", "StringEquals x:a red"), True),
    ("a number that another key is", ("StringEquals x:a ${x:b}", "NumericLessThan x:a 7", "NumericGreaterThan x:b 6"), True),
    (
        "an ARN of another name",
        ("ArnEquals x:a arn:aws:iam::7:role/${x:b}", "StringEquals x:b red", "ArnLike x:a *:*:*:*:*:*/b*"),
        False,
    ),
]


@pytest.mark.parametrize(("note", "tests", "possible"), FOUND)
def test_what_is_tied_is_decided_together(note: str, tests: tuple[str, ...], *, possible: bool) -> None:
    """A request is found exactly where one meets conditions whose policy variables name each other's keys."""
    wanted = where(tests)
    found = RequestSpace(FREE).solve(wanted, Meter(Budget(seconds=600.0)))
    assert (found is not None) is possible, (note, found)
    assert found is None or all(holds(one, found) for one, _ in wanted), note


OUTSIDE = [
    ("text around a variable in a circle", ("StringLike x:a x${x:b}", "StringEquals x:b y${x:a}"), "in a circle with text"),
    ("the same without patterns", ("StringEquals x:a x${x:b}", "StringEquals x:b y${x:a}"), "tied to others"),
    ("patterns and an ignored case", ("StringEqualsIgnoreCase x:a ${x:b}", "StringLike x:a r*"), "with patterns too"),
    ("order and text around", ("StringEquals x:a 1${x:b}", "NumericLessThan x:a 17"), "by order too"),
    ("a wildcard before a variable", ("StringLike x:a *${x:b}", "StringEquals x:a red"), "more is open"),
    ("an ARN of which a part is open", ("ArnLike x:a arn:aws:iam::*:role/${x:b}",), "more is open"),
    ("a variable twice", ("StringEquals x:a ${x:b}${x:b}", "StringLike x:a r*"), "more is open"),
    (
        "a variable within a text that another names",
        ("StringEquals x:a 1${x:b}", "StringEquals x:c ${x:b}${x:a}"),
        "more is open",
    ),
]


@pytest.mark.parametrize(("note", "tests", "why"), OUTSIDE)
def test_where_the_argument_of_ties_ends_nothing_is_said(note: str, tests: tuple[str, ...], why: str) -> None:
    """What the search cannot tell of tied keys it leaves open, and says why."""
    with pytest.raises(OutsideError, match=why) as raised:
        RequestSpace(FREE).solve(where(tests), Meter(Budget(seconds=600.0)))
    assert raised, note
