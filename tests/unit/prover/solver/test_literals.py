"""The solver's telling of tests: it never says that there is no request where there is one, and what it finds is one.

With KMSGEN_LONG=1 thousands are tried.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from kmsgen.authorizer.language.conditions import compile_condition
from kmsgen.policy.document import Condition
from kmsgen.prover.problem import Assignment, Budget, BudgetError, Meter, OutsideError
from kmsgen.prover.requests.components import Free
from kmsgen.prover.requests.constraints import CONTEXT, CONTEXT_KEYS, KeyTest, Reading, holds
from kmsgen.prover.requests.space import OtherJudges, RequestSpace
from kmsgen.prover.solver.literals import solve
from kmsgen.prover.values.domains import Domain
from kmsgen.prover.values.patterns import Pattern, PatternStep

EXAMPLES = 2_000 if os.environ.get("KMSGEN_LONG") == "1" else 60
TEXT = Domain(shapes=(Pattern([PatternStep(None, loop=True)]),))
SINGLE, SET = ("x:a", "x:b", "x:c"), "aws:CalledVia"
NAMES = ("app", "App", "team")
KEYS = (*SINGLE, SET, *(f"kms:EncryptionContext:{name}" for name in ("app", "TEAM")), "kms:EncryptionContextKeys")
TEXTS = (
    "red",
    "Red",
    "blue",
    "r",
    "red-x",
    "x-red",
    "",
    "*",
    "red:red",
    "r*d",
    "\u212aelvin",
    "kelvin",
    "KELVIN",
    "i\u0307",
    "\u0130",
)
NUMBERS = ("7", "07", "7.0", "-7", "+7.50", "2020", "1577836800")
DATES = ("2020-01-01T00:00:00Z", "2020-01-01", "2020-06-01T12:00:00.5Z", "2020-01-01T02:00:00+02:00")
ADDRESSES = ("10.0.0.1", "10.1.2.3", "192.168.0.1", "2001:db8::1", "2001:db8:0:0:0:0:0:1", "::ffff:10.0.0.1")
ARNS = ("arn:aws:s3:::bucket", "arn:aws:iam::111122223333:role/app", "arn:aws:iam::111122223333:role/a:b")
OTHERS = ("true", "False", "TRUE", "YQ==", "YR==", "YWI=", "o-1/r-1/ou-1/", "team", "app", "App")
WORDS = (*TEXTS, *NUMBERS, *DATES, *ADDRESSES, *ARNS, *OTHERS)
WITH_VARIABLES = ("${x:a}", "${x:b}", "${x:a}-x", "x-${x:b}", "${x:c}${x:a}", "${x:a, 'red'}", "${x:b}:${x:c}", "${oops")
PATTERNS = ("r*", "*-x", "r?d", "?*", "*d*", "re?:*", "*", "1?.*", "${*}", "o-1/*", "2020-*", "0*")
VARIABLE_PATTERNS = ("${x:a}*", "*${x:b}", "r${x:c}*${x:a}", "*${x:b}*", "*-${x:b}-*", "${aws:CalledVia}")
VALUES = {
    "String": (*WORDS, *WITH_VARIABLES),
    "StringLike": (*PATTERNS, *VARIABLE_PATTERNS),
    "Arn": ("arn:aws:*:::*", "arn:*:iam::*:role/${x:a}", "arn:aws:iam::${x:b}:role/*", "*", "${x:c}", ARNS[0], "arn:*"),
    "Numeric": ("7", "7.5", "-7", "2020", "0", "red", "1577836800", "10000"),
    "Date": ("2020-01-01T00:00:00Z", "2020-03-01", "1577836800", "2020", "red", "7"),
    "IpAddress": ("10.0.0.0/8", "10.0.0.1", "0.0.0.0/0", "2001:db8::/32", "::/0", "red", "10.1.0.0/16"),
    "Bool": ("true", "false", "red"),
    "BinaryEquals": ("YQ==", "YWI=", "YR==", "red", ""),
    "Null": ("true", "false"),
}
OPERATORS = {
    "String": ("StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike"),
    "StringLike": ("StringLike", "StringNotLike"),
    "Arn": ("ArnLike", "ArnNotEquals"),
    "Numeric": ("NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan"),
    "Date": ("DateEquals", "DateNotEquals", "DateLessThan", "DateGreaterThanEquals"),
    "IpAddress": ("IpAddress", "NotIpAddress"),
    "Bool": ("Bool",),
    "BinaryEquals": ("BinaryEquals",),
    "Null": ("Null",),
}
NOT_EMPTY = TEXT._replace(multi_valued=True, shapes=(Pattern([PatternStep(None), PatternStep(None, loop=True)]),), strict=True)
DOMAINS = {**{key.lower(): NOT_EMPTY if key == SET else TEXT for key in KEYS}, CONTEXT_KEYS: NOT_EMPTY}
FREE = Free({}, DOMAINS, {f"{CONTEXT}app": ("app",), f"{CONTEXT}team": ("TEAM",)})


def look(operator: str, key: str, *values: str, deny: bool = False, generous: bool = False, either: bool = False) -> KeyTest:
    """Return a condition as a test of the search."""
    test = compile_condition(Condition(operator, key, values), deny=deny, modern=True)
    unsettled = frozenset((key.lower(),)) if either else frozenset[str]()
    return KeyTest(test, Reading(generous=generous), unsettled=unsettled)


APART = [look("StringNotEquals", "x:a", "k", "K")]
STARRED = [look("StringEquals", "x:b", "*"), look("StringEquals", "x:a", "red")]


@st.composite
def looks(draw: st.DrawFn) -> KeyTest:
    """Draw a condition of any kind."""
    family = draw(st.sampled_from(list(VALUES)))
    operator = draw(st.sampled_from(OPERATORS[family]))
    values = draw(st.lists(st.sampled_from(VALUES[family]), min_size=1, max_size=2))
    key = draw(st.sampled_from(KEYS))
    if family != "Null":
        operator = draw(st.sampled_from(("", "", "ForAllValues:", "ForAnyValue:"))) + operator
        operator += draw(st.sampled_from(("", "", "IfExists")))
    flags = st.booleans()
    return look(
        operator, key, *values, deny=draw(flags), generous=draw(flags), either=draw(st.sampled_from((False, False, True)))
    )


@st.composite
def requests(draw: st.DrawFn) -> Assignment:
    """Draw what a request holds of every key."""
    words = st.sampled_from(WORDS)
    values: dict[str, tuple[str, ...] | None] = {key: draw(st.none() | st.tuples(words)) for key in SINGLE}
    values[SET.lower()] = tuple(draw(st.lists(words, max_size=3, unique=True))) or None
    pairs = draw(st.dictionaries(st.sampled_from((*NAMES, "other", "Team", "TEAM")), words, max_size=4))
    for name in ("app", "team"):
        values[f"{CONTEXT}{name}"] = tuple(value for one, value in pairs.items() if one.lower() == name) or None
    values[CONTEXT_KEYS] = tuple(pairs) or None
    return Assignment(values, {CONTEXT: tuple(pairs.items())})


def answered(tests: list[KeyTest], request: Mapping[KeyTest, bool]) -> str:
    """Ask the solver for a request that answers as another does, and return how that ended."""
    literals = frozenset((one, request[one]) for one in tests)
    try:
        found = solve(FREE, literals, Meter(Budget(seconds=4.0)))
    except (OutsideError, BudgetError) as error:
        return str(error)
    assert found is not None, [(one.test.condition, one.unsettled, truth) for one, truth in literals]
    assert all(holds(one, found) is truth for one, truth in literals)
    return "found"


@given(st.lists(looks(), min_size=1, max_size=4), requests())
@settings(max_examples=EXAMPLES, deadline=None)
def test_whatever_a_request_answers_the_solver_does_not_deny_it(tests: list[KeyTest], request: Assignment) -> None:
    """The solver is told no less than a request can hold: it never says that nothing answers as a request does."""
    event(answered(tests, {one: holds(one, request) for one in tests})[:60])


@given(st.lists(st.tuples(looks(), st.booleans()), min_size=1, max_size=4))
@settings(max_examples=EXAMPLES, deadline=None)
def test_search_and_solver_agree(literals: list[tuple[KeyTest, bool]]) -> None:
    """Whether some request meets literals, search and solver answer alike, or one of them says that it cannot tell."""
    space = RequestSpace(FREE, OtherJudges(solve))
    try:
        found = space.solve(frozenset(literals), Meter(Budget(seconds=4.0, second_opinion=True)))
    except (OutsideError, BudgetError) as error:
        event(f"cannot tell: {error}"[:60])
        return
    event("no request" if found is None else "a request")


@pytest.mark.parametrize(
    ("note", "tests", "possible"),
    [
        ("a key that may be absent where it is there", [look("StringEquals", "x:a", "red", either=True)], False),
        ("the same, for a Deny", [look("StringEquals", "x:a", "red", deny=True, either=True)], True),
        ("a missing key with IfExists", [look("StringEqualsIfExists", "x:a", "red"), look("Null", "x:a", "true")], True),
        ("a missing key without", [look("StringEquals", "x:a", "red"), look("Null", "x:a", "true")], False),
        ("a sign that may be a letter in another case", [look("StringEqualsIgnoreCase", "x:a", "k"), *APART], False),
        ("the same, for a Deny", [look("StringEqualsIgnoreCase", "x:a", "k", deny=True), *APART], True),
        ("two values of one name", [look("ForAnyValue:StringEquals", f"{CONTEXT}app", value) for value in "ab"], False),
        ("the same, for a Deny", [look("ForAnyValue:StringEquals", f"{CONTEXT}app", value, deny=True) for value in "ab"], True),
        ("the wildcard in a variable's value", [look("StringLike", "x:a", "${x:b}", deny=True), *STARRED], True),
    ],
)
def test_rules_that_random_literals_seldom_meet(note: str, tests: list[KeyTest], *, possible: bool) -> None:
    """Each rule by which a request meets tests that it would not meet without, or the reverse."""
    found = solve(FREE, frozenset((one, True) for one in tests), Meter(Budget(seconds=60.0)))
    assert (found is not None) is possible, note


@pytest.mark.parametrize("text", [DATES[0], "::red", "1::2::3", "red"])
@pytest.mark.parametrize("network", ["10.0.0.0/8", "::/0"])
def test_a_named_text_that_is_no_address_is_in_no_network(text: str, network: str) -> None:
    """A text means nothing too where it is written nearly as an address is."""
    literals = frozenset([(look("StringEquals", "x:a", text), True), (look("IpAddress", "x:a", network), False)])
    found = solve(FREE, literals, Meter(Budget(seconds=60.0)))
    assert found is not None
    assert found.values["x:a"] == (text,)


def test_a_key_that_is_compared_with_itself_as_an_arn_may_be_one() -> None:
    """Whether the two compare hangs on what they are, and not only on their being the same."""
    space = RequestSpace(FREE, OtherJudges(solve))
    found = space.solve(frozenset([(look("ArnNotEquals", "x:c", "${x:c}"), False)]), Meter(Budget(seconds=60.0)))
    assert found is not None
