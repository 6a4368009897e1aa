"""Classes of texts: complete, non-empty, with witnesses in the domain."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmsgen.authorizer.language.wildcards import glob as authorizer_glob
from kmsgen.authorizer.language.wildcards import pieces_of
from kmsgen.prover.problem import OutsideError
from kmsgen.prover.values.partition import Cut
from kmsgen.prover.values.patterns import DIGITS, Pattern, arn_glob, glob, in_any_case, literal, run_of

GLOBS = st.lists(st.sampled_from(["a", "b", "*", "?"]), max_size=5).map("".join)
SMALL = ["".join(letters) for size in range(6) for letters in itertools.product("abc", repeat=size)]


@given(st.lists(GLOBS, min_size=1, max_size=3))
@settings(max_examples=150, deadline=None)
def test_no_combination_of_answers_is_missed(texts: list[str]) -> None:
    """Whatever a short text answers to the patterns, one of the classes answers the same."""
    patterns = [glob(text) for text in texts]
    found = {one.matched for one in Cut(patterns).classes()}
    for text in SMALL:
        assert frozenset(i for i, pattern in enumerate(patterns) if pattern.matches(text)) in found


@given(st.lists(GLOBS, min_size=1, max_size=3))
@settings(max_examples=150, deadline=None)
def test_each_witness_answers_as_its_class_says(texts: list[str]) -> None:
    """The authorizer's matcher agrees with the class of each witness."""
    for one in Cut([glob(text) for text in texts]).classes():
        matched = {i for i, text in enumerate(texts) if authorizer_glob(pieces_of(text))(one.text)}
        assert matched == one.matched


@given(GLOBS, st.sampled_from(SMALL))
@settings(max_examples=300, deadline=None)
def test_patterns_match_as_the_authorizer_does(text: str, value: str) -> None:
    """A pattern of the prover takes the texts that the authorizer's takes."""
    assert glob(text).matches(value) == authorizer_glob(pieces_of(text))(value)


def test_case_is_told_apart_where_a_pattern_minds_it() -> None:
    """A literal that ignores case and one that does not give three classes."""
    found = Cut([literal("Ab"), in_any_case("ab")]).classes()
    assert {one.matched for one in found} == {frozenset(), frozenset({1}), frozenset({0, 1})}


def test_a_star_in_a_part_of_an_arn_does_not_cross_a_colon() -> None:
    """`arn:aws:iam::*:role/x` does not match an ARN in which the star would have to take a colon."""
    assert arn_glob("arn:aws:iam::*:role/x").matches("arn:aws:iam::1:role/x")
    assert not arn_glob("arn:aws:iam::*:role/x").matches("arn:aws:iam::1:2:role/x")
    assert arn_glob("arn:aws:iam::1:role/*").matches("arn:aws:iam::1:role/a:b")


def test_witnesses_stay_in_the_domain_and_out_of_what_is_taken() -> None:
    """A domain bounds the witnesses; a taken text is nobody's witness, and a class of taken texts alone is left out."""
    domain = run_of("o-", (DIGITS, 1))
    every = frozenset(f"o-{digit}" for digit in DIGITS)
    assert Cut([], domain, taken=every).classes() == []
    (only,) = Cut([], domain, taken=every - {"o-7"}).classes()
    assert only.text == "o-7"


def test_a_nicer_text_of_the_same_class_is_preferred() -> None:
    """A witness that reads well replaces the shortest one, but never one of another class."""
    found = Cut([glob("alias/*")], nicer=["alias/payments", "elsewhere"]).classes()
    assert {one.text for one in found} == {"alias/payments", "elsewhere"}


def test_a_limit_ends_what_grows_without_bound() -> None:
    """Many wildcards within patterns make a product that is given up, not walked."""
    hard = [glob(f"*{chr(97 + i)}{chr(98 + i)}*{chr(99 + i)}*") for i in range(12)]
    with pytest.raises(OutsideError):
        Cut(hard, limit=2000).classes()


def test_the_text_of_a_pattern_without_wildcards() -> None:
    """A literal knows its text, a pattern of several texts has none."""
    assert literal("x").text == "x"
    assert glob("x*").text is None
    assert Pattern([]).text == ""
