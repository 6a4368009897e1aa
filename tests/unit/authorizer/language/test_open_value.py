"""Conditions on keys that nothing tells: what holds for every value holds, what holds for none does not, else it is open."""

from __future__ import annotations

import pytest

from kmsgen.authorizer.language.conditions import compile_condition
from kmsgen.authorizer.language.open_value import OpenValue, Seen, agreed, either_way, worlds
from kmsgen.authorizer.language.shapes import ANY_TEXT, Some
from kmsgen.policy.document import Condition

ALWAYS = OpenValue((), ANY_TEXT)
MAYBE = OpenValue((None,), ANY_TEXT)
SESSION = OpenValue((), (Some.WORD, ":one"))
FLAG = OpenValue((("true",), ("false",)))
NEVER_TRUE = OpenValue((None, ("false",)))
NAMES = OpenValue((), ANY_TEXT, ("s3.amazonaws.com",), multi_valued=True)
SOME_NAMES = OpenValue((), ANY_TEXT, multi_valued=True)
PATHS = OpenValue((), ("o-one/", Some.TEXT), multi_valued=True)


def check(operator: str, wanted: tuple[str, ...], seen: Seen, **variables: Seen) -> bool | None:
    """Evaluate one condition on the key aws:x; the variables are of the family aws:PrincipalTag/."""
    test = compile_condition(Condition(operator, "aws:X", wanted), deny=False, modern=True)
    return test.check(seen, lambda key: variables.get(key.rpartition("/")[2]))


@pytest.mark.parametrize(
    ("operator", "wanted", "seen", "expected"),
    [
        ("Null", ("true",), ALWAYS, False),
        ("Null", ("false",), ALWAYS, True),
        ("Null", ("true",), MAYBE, None),
        ("Null", ("true",), FLAG, False),
        ("Null", ("true",), OpenValue((None,)), True),
        ("StringEquals", ("a",), ALWAYS, None),
        ("StringNotEquals", ("a",), ALWAYS, None),
        ("StringLike", ("*",), ALWAYS, True),
        ("StringLike", ("*",), MAYBE, None),
        ("StringLikeIfExists", ("*",), MAYBE, True),
        ("StringNotLike", ("*",), ALWAYS, False),
        ("StringLike", ("*:one",), SESSION, True),
        ("StringLike", ("*:two",), SESSION, False),
        ("StringNotLike", ("*:two",), SESSION, True),
        ("StringLike", ("AROA1:*", "AROA2:*"), SESSION, None),
        ("StringEquals", ("AROA1:two",), SESSION, False),
        ("StringEquals", ("AROA1:one",), SESSION, None),
        ("StringEqualsIgnoreCase", ("arOA1:ONE",), SESSION, None),
        ("StringEqualsIgnoreCase", ("AROA1:TWO",), SESSION, False),
        ("ArnLike", ("arn:aws:iam::111122223333:role/*",), ALWAYS, None),
        ("ArnLike", ("arn:aws:iam::111122223333:role/*",), SESSION, False),
        ("NumericLessThan", ("5",), ALWAYS, None),
        ("DateGreaterThan", ("2000-01-01T00:00:00Z",), ALWAYS, None),
        ("IpAddress", ("0.0.0.0/0", "::/0"), ALWAYS, None),
        ("NumericLessThanIfExists", ("5",), OpenValue((None,)), True),
        ("Bool", ("true", "false"), FLAG, True),
        ("Bool", ("true",), FLAG, None),
        ("Bool", ("true",), NEVER_TRUE, False),
        ("Bool", ("false",), NEVER_TRUE, None),
        ("BoolIfExists", ("false",), NEVER_TRUE, True),
        ("BoolIfExists", ("true",), NEVER_TRUE, None),
        ("StringEquals", ("x",), OpenValue((("a",), ("b",))), False),
        ("StringEquals", ("a", "b"), OpenValue((("a",), ("b",))), True),
    ],
)
def test_one_value(operator: str, wanted: tuple[str, ...], seen: Seen, expected: bool | None) -> None:  # noqa: FBT001 - a case
    """Of a key of one value that is open the test says what it says of all that it may be."""
    assert check(operator, wanted, seen) is expected


@pytest.mark.parametrize(
    ("operator", "wanted", "seen", "expected"),
    [
        ("ForAnyValue:StringEquals", ("s3.amazonaws.com",), NAMES, True),
        ("ForAnyValue:StringEquals", ("sns.amazonaws.com",), NAMES, None),
        ("ForAllValues:StringEquals", ("s3.amazonaws.com",), NAMES, None),
        ("ForAllValues:StringEquals", ("sns.amazonaws.com",), NAMES, False),
        ("ForAllValues:StringLike", ("*",), NAMES, True),
        ("ForAnyValue:StringNotEquals", ("s3.amazonaws.com",), NAMES, None),
        ("StringEquals", ("s3.amazonaws.com",), NAMES, None),
        ("ForAnyValue:StringLike", ("*",), SOME_NAMES, True),
        ("ForAnyValue:StringLike", ("o-one/*",), PATHS, True),
        ("ForAnyValue:StringLike", ("o-two/*",), PATHS, False),
        ("ForAllValues:StringLike", ("o-two/*",), PATHS, False),
        ("ForAnyValue:StringLike", ("o-one/r-ab12/*",), PATHS, None),
        ("Null", ("false",), PATHS, True),
    ],
)
def test_several_values(operator: str, wanted: tuple[str, ...], seen: Seen, expected: bool | None) -> None:  # noqa: FBT001 - a case
    """Of a set with members that are known and others that are not, the known ones settle what they can."""
    assert check(operator, wanted, seen) is expected


@pytest.mark.parametrize(
    ("wanted", "seen", "variables", "expected"),
    [
        ("${aws:PrincipalTag/a}", ("x",), {"a": ALWAYS}, None),
        ("team-${aws:PrincipalTag/a}", ("x",), {"a": ALWAYS}, False),
        ("team-${aws:PrincipalTag/a}", ("team-x",), {"a": ALWAYS}, None),
        ("${aws:PrincipalTag/a}", ("x",), {"a": OpenValue((None, ("y",)))}, False),
        ("${aws:PrincipalTag/a, 'x'}", ("x",), {"a": OpenValue((None, ("x",)))}, True),
        ("${aws:PrincipalTag/a}", SESSION, {"a": ("AROA1:two",)}, False),
        ("${aws:PrincipalTag/a}", SESSION, {"a": ("AROA1:one",)}, None),
        ("${aws:PrincipalTag/a}${aws:PrincipalTag/a}", ("xx",), {"a": OpenValue((("x",), ("y",)))}, None),
        ("${aws:PrincipalTag/a}${aws:PrincipalTag/a}", ("xy",), {"a": OpenValue((("x",), ("y",)))}, False),
    ],
)
def test_open_variable(wanted: str, seen: Seen, variables: dict[str, Seen], expected: bool | None) -> None:  # noqa: FBT001 - a case
    """A policy variable whose value is open stands for each that it may have, the same wherever it occurs."""
    assert check("StringEquals", (wanted,), seen, **variables) is expected


def test_a_key_may_be_there_or_not() -> None:
    """What is read either way is its values or absence; of an open one absence comes on top."""
    assert either_way(("a",), "C4").readings == (None, ("a",))
    assert either_way(None, "C4").readings == (None,)
    assert either_way(FLAG, "C4").readings == (None, ("true",), ("false",))


def test_worlds_are_counted() -> None:
    """Every combination of readings is a world; beyond a limit none is listed."""
    two = {"a": FLAG, "b": OpenValue((None,), ANY_TEXT), "c": ("x",)}
    found = worlds(two)
    assert found is not None
    assert len(list(found)) == 4
    assert worlds({str(number): FLAG for number in range(7)}) is None


def test_what_all_say() -> None:
    """Results that agree are one; others are open."""
    assert agreed([True, True]) is True
    assert agreed([True, False]) is None
    assert agreed([None]) is None


@pytest.mark.parametrize(("own", "why"), [("P1", "P1"), ("", "P2")])
def test_what_may_be_absent_keeps_its_own_note(own: str, why: str) -> None:
    """A key that is open already says why; one that is not says why it may be absent."""
    assert either_way(OpenValue((("a",),), why=own), "P2").why == why
