"""Regular languages of the solver."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest

from kmsgen.authorizer.language.wildcards import Wild
from kmsgen.prover.solver.notation import languages
from kmsgen.prover.solver.terms import Terms
from kmsgen.prover.values.patterns import glob, run_of

TERMS = Terms()
TEXTS = ("", "a", "b", "ab", "aab", "a:b", "a/b", "a*", "A", "B", "\u00e9", "\U0001f600", "k", "K", "\u212a", "::", "a:b:c")


@pytest.mark.parametrize("pattern", ["", "*", "?", "a*", "*b", "a?b", "a*b", "??"])
def test_wildcards_take_what_wildcards_take(pattern: str) -> None:
    """`*` any run, `?` any one character, whatever it is."""
    pieces = [{"*": Wild.MANY, "?": Wild.ONE}.get(one, one) for one in pattern]
    taken = [text for text in TEXTS if TERMS.inside(text, languages.wildcards(TERMS, pieces))]
    assert taken == [text for text in TEXTS if fnmatchcase(text, pattern)]


def test_within_a_part_a_wildcard_takes_no_separator() -> None:
    """As within the parts of an ARN."""
    language = languages.wildcards(TERMS, [Wild.MANY], within=":")
    assert [text for text in TEXTS if not TERMS.inside(text, language)] == ["a:b", "::", "a:b:c"]


def test_characters_are_some_or_all_but_some() -> None:
    """Each is in one of the two."""
    some, others = languages.one_of(TERMS, "abz"), languages.outside(TERMS, "abz")
    for character in ("a", "b", "c", "z", "\0", "\U0001f600"):
        assert TERMS.inside(character, some) is (character in "abz")
        assert TERMS.inside(character, others) is (character not in "abz")


def test_case_counts_or_does_not() -> None:
    """What AWS does beyond ASCII is told by no page: such a text is nearly the same, and not surely."""
    assert [text for text in ("k", "K", "\u212a") if TERMS.inside(text, languages.in_any_case(TERMS, "k"))] == ["k", "K"]
    assert all(TERMS.inside(text, languages.nearly(TERMS, "k")) for text in ("k", "K", "\u212a"))


@pytest.mark.parametrize("pattern", [glob("a*"), glob("?b"), run_of(("ab",), ":", ("abc", 1))])
def test_the_shape_of_a_key_is_that_of_the_prover(pattern: languages.Pattern) -> None:
    """Both take the same texts."""
    shape = languages.shape(TERMS, pattern)
    assert [text for text in TEXTS if TERMS.inside(text, shape)] == [text for text in TEXTS if pattern.matches(text)]


def test_what_a_text_holds() -> None:
    """A wildcard, a slash, so many colons."""
    assert [text for text in TEXTS if TERMS.inside(text, languages.holds_wildcard(TERMS))] == ["a*"]
    assert [text for text in TEXTS if TERMS.inside(text, languages.with_slash(TERMS))] == ["a/b"]
    assert [text for text in TEXTS if TERMS.inside(text, languages.with_colons(TERMS, 2))] == ["::", "a:b:c"]
