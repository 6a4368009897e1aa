"""One value of a key of which several tests come out as wanted: brute force over what the policies do not name."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmsgen.authorizer.language.conditions import ConditionTest, compile_condition
from kmsgen.policy.document import Condition
from kmsgen.prover.problem import OutsideError
from kmsgen.prover.values.cells import every, find
from kmsgen.prover.values.domains import Domain, Kind
from kmsgen.prover.values.patterns import literal
from kmsgen.prover.values.ranges import networks
from kmsgen.prover.values.sets import SetTest, find_set
from kmsgen.prover.values.value_tests import ValueTest, value_test
from kmsgen.prover.values.wanted import Wanted

ANYTHING = Domain(optional=False)
TEXTS = [
    "",
    "a",
    "b",
    "A",
    "ab",
    "a:b",
    "*",
    "x",
    "arn:aws:s3:::a",
    "arn:aws:s3:::b",
    "a:b:c:d:e:f",
    "a:b:c:d:e:f:g",
    "true",
    "False",
]
NUMBERS = ["0", "1", "1.0", "1.5", "01", "2", "2.50", "-1", "7e1", "one", "99999999999999999999"]
MOMENTS = ["2026-01-01", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.5Z", "2027", "1767225600", "1767225600.25", "never"]
ADDRESSES = ["10.0.0.0", "10.0.0.1", "10.0.1.1", "192.0.2.1", "2001:db8::1", "::", "10.0.0", "any"]
FAMILIES = {
    "text": (
        [
            *("StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase"),
            *("StringNotEqualsIgnoreCase", "ArnLike", "ArnNotEquals", "Bool", "Null"),
        ],
        ["a", "b", "ab", "a*", "*b", "?", "arn:aws:s3:::*", "arn:*:a", "*:a:*:b:*:*", "*", "true"],
        TEXTS,
    ),
    "number": (
        ["NumericEquals", "NumericLessThan", "NumericGreaterThanEquals", "NumericNotEquals"],
        ["1", "1.5", "2", "x"],
        NUMBERS,
    ),
    "instant": (["DateEquals", "DateLessThan", "DateGreaterThanEquals"], ["2026-01-01T00:00:00Z", "1767225601", "2027"], MOMENTS),
    "address": (["IpAddress", "NotIpAddress"], ["10.0.0.0/24", "10.0.0.0", "0.0.0.0/0", "2001:db8::/32", "x"], ADDRESSES),
    "binary": (["BinaryEquals"], ["QQ==", "QUE=", "?"], ["QQ==", "QR==", "QUE=", "QUF=", "", "any", "QUFB"]),
}


def test_of(operator: str, *values: str) -> ValueTest:
    """Return a condition as it meets one value."""
    condition = Condition(operator, "kms:EncryptionContext:app", values)
    return value_test(compile_condition(condition, deny=False, modern=True), lambda _key: None)


test_of.__test__ = False  # type: ignore[attr-defined]


def wanted(pairs: Sequence[tuple[ValueTest, object]]) -> list[Wanted]:
    """Return each test with the one answer that is wanted of it."""
    return [Wanted(test, frozenset((answer,))) for test, answer in pairs]  # type: ignore[arg-type]


@st.composite
def conditions(draw: st.DrawFn, family: str) -> ValueTest:
    """Draw a condition of a family, or one of texts as they are."""
    operators, values, _ = FAMILIES[family]
    if family != "text" and draw(st.booleans()):
        return test_of(
            draw(st.sampled_from(["StringEquals", "StringNotEquals"])),
            *draw(st.lists(st.sampled_from(FAMILIES[family][2]), min_size=1, max_size=2)),
        )
    operator = draw(st.sampled_from(operators))
    size = 1 if operator == "Null" else 2
    given_values = ["true"] if operator == "Null" else draw(st.lists(st.sampled_from(values), min_size=1, max_size=size))
    return test_of(operator, *given_values)


@pytest.mark.parametrize("family", FAMILIES)
@given(st.data())
@settings(max_examples=120, deadline=None)
def test_whatever_a_value_answers_some_value_is_found_that_answers_so(family: str, data: st.DataObject) -> None:
    """No combination of answers is missed, be the value one that no test names; the value found gives these answers."""
    tests = data.draw(st.lists(conditions(family), min_size=1, max_size=4))
    text = data.draw(st.sampled_from(FAMILIES[family][2]) | st.text("ab:*1.-", max_size=6))
    asked = wanted([(test, test.answer(text)) for test in tests])
    found = find(ANYTHING, asked, lambda: None)
    assert found is not None
    assert all(one.met(found) for one in asked)


@given(st.lists(conditions("text"), min_size=1, max_size=3), st.data())
@settings(max_examples=120, deadline=None)
def test_what_is_not_found_no_short_text_is(tests: list[ValueTest], data: st.DataObject) -> None:
    """Where nothing is found, no text gives these answers."""
    asked = wanted([(test, data.draw(st.sampled_from([True, False, None]))) for test in tests])
    if find(ANYTHING, asked, lambda: None) is None:
        for text in (*TEXTS, *map("".join, itertools.product("ab:", repeat=3))):
            assert not all(one.met(text) for one in asked)


@given(st.lists(conditions("text"), min_size=1, max_size=3), st.sampled_from(TEXTS))
@settings(max_examples=100, deadline=None)
def test_every_cell_has_a_value(tests: list[ValueTest], text: str) -> None:
    """Of a key that is tied to others one value of each cell is tried: one of them answers as any text does."""
    found = list(every(ANYTHING, tests, (), (), lambda: None))
    answers = tuple(test.answer(text) for test in tests)
    assert answers in {tuple(test.answer(one) for test in tests) for one in found}


def test_a_cell_offers_another_value_beside_those_named() -> None:
    """Of each cell there are as many values as keys are tied: what is named is tried, and one that is not."""
    found = list(every(ANYTHING, [test_of("StringLike", "a*")], (), ("abc", "other"), lambda: None))
    assert {"abc", "other"} < set(found)
    assert sum(text.startswith("a") for text in found) == 2
    assert sum(not text.startswith("a") for text in found) == 2


@pytest.mark.parametrize(
    ("domain", "tests", "expected"),
    [
        (Domain(Kind.NUMBER, low=7, high=30), [("NumericGreaterThan", "30", True)], None),
        (Domain(Kind.NUMBER, low=7, high=30), [("NumericGreaterThan", "29.5", True)], "30"),
        (Domain(Kind.NUMBER, low=7, high=30), [("StringLike", "1*", True), ("NumericGreaterThan", "18", True)], "19"),
        (Domain(values=("false", "true")), [("Bool", "true", True)], "true"),
        (Domain(values=("false", "true")), [("StringEquals", "maybe", True)], None),
    ],
)
def test_a_domain_bounds_what_is_found(domain: Domain, tests: list[tuple[str, str, bool]], expected: str | None) -> None:
    """KMS takes 7 to 30 days: a policy about more is about nothing."""
    asked = wanted([(test_of(operator, value), answer) for operator, value, answer in tests])
    assert find(domain, asked, lambda: None) == expected


def test_order_and_patterns_on_one_key_are_outside() -> None:
    """Whether some number between 1 and 2 ends in 77 is not decided: that is said, and nothing is proved."""
    asked = wanted([(test_of("NumericLessThan", "2"), True), (test_of("StringLike", "*7x*"), True)])
    with pytest.raises(OutsideError):
        find(ANYTHING, asked, lambda: None)


OWNED = Domain(Kind.ADDRESS, far=tuple(networks(["8.0.0.0/8", "2001:db8::/33"])))
SPELLED = [f"1{'.' * bool(zeros)}{'0' * zeros}" for zeros in range(20)] + [f"{'0' * zeros}1" for zeros in range(1, 20)]


@pytest.mark.parametrize(
    ("network", "expected"),
    [("8.0.0.0/7", "9.0.0.0"), ("2001:db8::/32", "2001:db8:8000::"), ("8.0.0.0/8", None), ("8.1.0.0/16", None)],
)
def test_an_address_is_found_behind_a_large_network_that_no_request_is_from(network: str, expected: str | None) -> None:
    """However many addresses the network that is left out has."""
    asked = wanted([(test_of("IpAddress", network), True)])
    assert find(OWNED, asked, lambda: None) == expected
    found = list(every(OWNED, [test_of("IpAddress", network)], (), (), lambda: None))
    assert [text for text in found if asked[0].met(text)] == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("domain", "tests"),
    [
        (ANYTHING, [("NumericEquals", ["1"], True), ("StringEquals", SPELLED, False)]),
        (Domain(Kind.INSTANT), [("DateEquals", ["1767225600"], True), ("DateLessThan", ["1"], True)]),
        (Domain(Kind.ADDRESS), [("IpAddress", ["10.0.0.0/31"], True), ("StringEquals", ["10.0.0.0", "10.0.0.1"], False)]),
    ],
)
def test_a_cell_without_a_known_member_proves_nothing_unless_it_is_all_its_texts(
    domain: Domain, tests: list[tuple[str, list[str], bool]]
) -> None:
    """A number has more spellings than are tried; an address has one."""
    asked = wanted([(test_of(operator, *values), answer) for operator, values, answer in tests])
    if domain.kind is Kind.TEXT:
        with pytest.raises(OutsideError):
            find(domain, asked, lambda: None)
    else:
        assert find(domain, asked, lambda: None) is None


def test_many_patterns_within_texts_are_walked_in_no_time() -> None:
    """Sixteen infix patterns that must not match, and one that must: states that cannot do are not entered."""
    asked = wanted(
        [
            *((test_of("StringLike", f"*{letter}{letter}z*"), False) for letter in "bcdefghijklmnopq"),
            (test_of("StringLike", "*az*"), True),
        ]
    )
    steps = itertools.count()
    assert find(ANYTHING, asked, lambda: next(steps) and None) == "az"
    assert next(steps) < 100


SETS = ["ForAllValues", "ForAnyValue", ""]


def on_sets(quantifier: str, operator: str, value: str) -> ConditionTest:
    """Return a condition on a key with several values."""
    name = f"{quantifier}:{operator}" if quantifier else operator
    return compile_condition(Condition(name, "kms:GrantOperations", (value,)), deny=False, modern=True)


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_whatever_a_set_answers_some_set_is_found_that_answers_so(data: st.DataObject) -> None:
    """The fold of a set comes from the answers of its values: no combination of folds is missed."""
    operators = st.sampled_from(["StringEquals", "StringNotLike", "StringLike"])
    drawn = data.draw(
        st.lists(st.tuples(st.sampled_from(SETS), operators, st.sampled_from(["a", "b", "a*", "*b"])), min_size=1, max_size=3)
    )
    values = tuple(data.draw(st.lists(st.sampled_from(TEXTS[1:]), min_size=1, max_size=3, unique=True)))
    tests = []
    for quantifier, operator, value in drawn:
        test = on_sets(quantifier, operator, value)
        result = test.check(values, lambda _key: None)
        accept = frozenset((True, None)) if result is None else frozenset((result,))
        tests.append((test, SetTest(value_test(test, lambda _key: None), quantifier), accept))
    none_empty = ANYTHING._replace(never=(literal(""),))
    found = find_set([(one, accept) for _, one, accept in tests], lambda asked: find(none_empty, asked, lambda: None))
    assert found
    for test, _, accept in tests:
        assert test.check(found, lambda _key: None) in accept
