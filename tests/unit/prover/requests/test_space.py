"""Which literals can hold in one request: keys tied by policy variables, names of pairs, correlated keys, brute force beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from kmsgen.authorizer.language.conditions import compile_condition
from kmsgen.policy.document import Condition
from kmsgen.prover.problem import Assignment, Budget, Meter, OutsideError
from kmsgen.prover.requests.components import Component, Free
from kmsgen.prover.requests.constraints import CONTEXT, CONTEXT_KEYS, KeyTest, Reading, holds
from kmsgen.prover.requests.space import RequestSpace
from kmsgen.prover.values.domains import Domain
from kmsgen.prover.values.patterns import Pattern, PatternStep, literal

TEXT = Domain(shapes=(Pattern([PatternStep(None, loop=True)]),))
METER = Meter(Budget(seconds=600.0))
TIED = ("x:a", "x:b", "x:c", "x:d")
WORDS = ("red", "Red", "blue", "r", "red-x", "x-red", "", "*", "red:red", "rex:red")
TEMPLATES = ("${{{0}}}", "${{{0}}}-x", "x-${{{0}}}", "${{{0}}}*", "${{{0}, 'red'}}", "${{{0}}}:${{{1}}}")
OPERATORS = ("StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase")


def look(operator: str, key: str, *values: str, deny: bool = False, generous: bool = False) -> KeyTest:
    """Return a condition as a test of the search."""
    condition = Condition(operator, key, values)
    return KeyTest(compile_condition(condition, deny=deny, modern=True), Reading(generous=generous))


def space(keys: Sequence[str], known: Mapping[str, tuple[str, ...] | None] | None = None, **spellings: str) -> RequestSpace:
    """Return requests that decide these keys."""
    domains = dict.fromkeys(keys, TEXT) | {CONTEXT_KEYS: TEXT._replace(multi_valued=True, never=(literal(""),))}
    written = {f"{CONTEXT}{name.lower()}": tuple(texts.split()) for name, texts in spellings.items()}
    return RequestSpace(Free(known or {}, domains, written))


@st.composite
def conditions(draw: st.DrawFn) -> KeyTest:
    """Draw a condition on one of the tied keys: a constant, a pattern, or a text with variables."""
    key, *others = draw(st.permutations(TIED))
    value = draw(
        st.sampled_from(WORDS)
        | st.sampled_from(("r*", "*-x", "r?d", "x-*", "red-?", "?-red", "*d*", "re?:*", "*:red"))
        | st.sampled_from(TEMPLATES).map(lambda template: template.format(*others))
    )
    operator = draw(st.sampled_from(OPERATORS))
    suffix = draw(st.sampled_from(("", "", "IfExists")))
    return look(operator + suffix, key, value, deny=draw(st.booleans()), generous=draw(st.booleans()))


@given(
    st.lists(conditions(), min_size=1, max_size=4),
    st.fixed_dictionaries({key: st.none() | st.sampled_from(WORDS) for key in TIED}),
)
@settings(max_examples=600, deadline=None)
def test_whatever_a_request_answers_some_request_is_found_that_answers_so(
    looks: list[KeyTest], values: dict[str, str | None]
) -> None:
    """Keys tied by variables are cut together: no combination of answers is missed, or it is said that it may be."""
    decided = Assignment({key: None if text is None else (text,) for key, text in values.items()})
    literals = frozenset((one, holds(one, decided)) for one in looks)
    try:
        found = space(TIED).solve(literals, METER)
    except OutsideError as error:
        event(f"outside: {error}"[:70])
        return
    event("decided")
    assert found is not None
    assert all(holds(one, found) is truth for one, truth in literals)


@pytest.mark.parametrize(
    ("note", "looks"),
    [
        (
            "a chain of variables",
            [look("StringEquals", "x:a", "${x:b}"), look("StringEquals", "x:b", "${x:c}"), look("StringEquals", "x:a", "red")],
        ),
        ("a variable and a suffix", [look("StringEquals", "x:a", "${x:b}-suffix"), look("StringLike", "x:a", "r*d-suf*")]),
        (
            "a pattern that the text around a variable meets",
            [look("StringEquals", "x:a", "${x:b}-x"), look("StringLike", "x:a", "red-?")],
        ),
        ("two variables of one key", [look("StringEquals", "x:a", "${x:b}"), look("StringEquals", "x:a", "${x:c}-x")]),
        ("several variables in one text", [look("StringEquals", "x:a", "${x:b}:${x:c}"), look("StringLike", "x:a", "r?d:*-x")]),
        (
            "a circle of bare variables",
            [look("StringEquals", "x:a", "${x:b}"), look("StringEquals", "x:b", "${x:a}"), look("StringLike", "x:b", "q*")],
        ),
        ("the key itself", [look("StringEquals", "x:a", "${x:a}")]),
        (
            "case ignored",
            [
                look("StringEqualsIgnoreCase", "x:a", "${x:b}"),
                look("StringEquals", "x:a", "Red"),
                look("StringNotEquals", "x:b", "Red"),
            ],
        ),
        ("a default", [look("StringEquals", "x:a", "${x:b, 'red'}"), look("Null", "x:b", "true")]),
    ],
)
def test_kinds_of_ties_that_are_decided(note: str, looks: list[KeyTest]) -> None:  # noqa: ARG001 - the case's name
    """All literals hold in one request, and it is found."""
    found = space(TIED).solve(frozenset((one, True) for one in looks), METER)
    assert found is not None
    assert all(holds(one, found) for one in looks)


def test_unequal_to_each_other_needs_as_many_values_as_keys() -> None:
    """Three keys that are all different from each other, in one cell: three representatives of it."""
    looks = [look("StringLike", key, "team-*") for key in TIED[:3]]
    apart = [look("StringNotEquals", a, f"${{{b}}}") for a, b in (("x:a", "x:b"), ("x:a", "x:c"), ("x:b", "x:c"))]
    found = space(TIED).solve(frozenset((one, True) for one in (*looks, *apart)), METER)
    assert found is not None
    assert len({found.values[key] for key in TIED[:3]}) == 3


CIRCLES = [
    ("without its case", "StringEqualsIgnoreCase", "${x:b, 'red'}"),
    ("as it is", "StringEquals", "${x:b, 'red'}"),
    ("within a text", "StringEquals", "x-${x:b, 'red'}"),
]


@pytest.mark.parametrize(("note", "operator", "text"), CIRCLES)
@pytest.mark.parametrize("order", [1, -1])
def test_a_default_is_a_constant_to_the_key_that_is_decided_first(note: str, operator: str, text: str, order: int) -> None:  # noqa: ARG001
    """In a circle the key with the default may be decided before the variable: then the default is one of its values."""
    literals = ((look(operator, "x:a", text, deny=True), True), (look(operator, "x:b", "${x:a}", deny=True), False))
    free = Free({}, dict.fromkeys(TIED, TEXT), {})
    try:
        found = next(Component(literals[::order], free).solutions(Assignment(), 0, METER.count), None)
    except OutsideError:
        assert "x-" in text  # a circle with text
        return
    assert found is not None
    assert all(holds(one, found) is truth for one, truth in literals)


def test_what_cannot_hold_is_not_found() -> None:
    """A key equal to another that is equal to a third is not unequal to it."""
    looks = [(look("StringEquals", "x:a", "${x:b}"), True), (look("StringEquals", "x:b", "${x:c}"), True)]
    apart = (look("StringNotEquals", "x:a", "red"), True), (look("StringEquals", "x:c", "red"), True)
    assert space(TIED).solve(frozenset((*looks, *apart)), METER) is None


def test_a_circle_with_text_is_outside() -> None:
    """A = x-${b}, b = ${a}: no finite set of values is shown to be enough."""
    looks = [look("StringEquals", "x:a", "x-${x:b}"), look("StringEquals", "x:b", "${x:a}"), look("StringLike", "x:a", "*q")]
    with pytest.raises(OutsideError):
        space(TIED).solve(frozenset((one, True) for one in looks), METER)


def test_a_known_key_is_a_constant() -> None:
    """aws:ResourceTag/team = ${aws:PrincipalTag/team}: the key's tag is what the principal's has to be."""
    one = look("StringEquals", "x:known", "${x:a}")
    found = space(("x:a",), {"x:known": ("red",)}).solve(frozenset(((one, True),)), METER)
    assert found is not None
    assert found.values["x:a"] == ("red",)


NAMES = ("app", "App", "APP", "team", "Team", "zone")
PAIRS = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(("a", "b", "ab")), max_size=3)


@st.composite
def conditions_on_pairs(draw: st.DrawFn) -> KeyTest:
    """Draw a condition on the value of a name, or on the names."""
    if draw(st.booleans()):
        quantifier = draw(st.sampled_from(("ForAllValues:", "ForAnyValue:")))
        operator = draw(st.sampled_from(("StringEquals", "StringLike", "StringNotEquals")))
        return look(quantifier + operator, CONTEXT_KEYS, draw(st.sampled_from((*NAMES, "*o*"))), deny=draw(st.booleans()))
    key = CONTEXT + draw(st.sampled_from(("app", "team")))
    return look(draw(st.sampled_from(OPERATORS)), key, draw(st.sampled_from(("a", "b*", "ab"))), deny=draw(st.booleans()))


@given(st.lists(conditions_on_pairs(), min_size=1, max_size=4), PAIRS)
@settings(max_examples=500, deadline=None)
def test_names_of_pairs_in_every_case(looks: list[KeyTest], context: dict[str, str]) -> None:
    """A condition key ignores the case of a name, kms:EncryptionContextKeys does not, and a request may hold several cases."""
    values: dict[str, tuple[str, ...] | None] = {CONTEXT_KEYS: tuple(context) or None}
    for name in ("app", "team"):
        values[CONTEXT + name] = tuple(value for key, value in context.items() if key.lower() == name) or None
    decided = Assignment(values)
    literals = frozenset((one, holds(one, decided)) for one in looks)
    found = space((f"{CONTEXT}app", f"{CONTEXT}team"), app="app", team="team Team").solve(literals, METER)
    assert found is not None
    assert all(holds(one, found) is truth for one, truth in literals)


def test_the_pairs_of_a_solution_are_what_its_keys_say() -> None:
    """The encryption context that is sent gives the condition keys the values that were decided."""
    looks = [look("ForAnyValue:StringEquals", CONTEXT_KEYS, "App"), look("StringEquals", f"{CONTEXT}app", "a")]
    found = space((f"{CONTEXT}app",), app="app App").solve(frozenset((one, True) for one in looks), METER)
    assert found is not None
    assert dict(found.pairs[CONTEXT]) == {"App": "a"}


def test_pairs_that_hang_on_nothing_are_all_sent() -> None:
    """Two names decided apart from each other stand in one encryption context."""
    looks = [look("StringEquals", f"{CONTEXT}app", "a"), look("StringEquals", f"{CONTEXT}team", "b")]
    found = space((f"{CONTEXT}app", f"{CONTEXT}team"), app="app", team="team").solve(
        frozenset((one, True) for one in looks), METER
    )
    assert found is not None
    assert dict(found.pairs[CONTEXT]) == {"app": "a", "team": "b"}
