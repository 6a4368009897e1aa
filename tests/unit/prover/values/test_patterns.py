"""Patterns of texts as automata."""

from __future__ import annotations

from fnmatch import fnmatchcase
from itertools import product
from sys import getsizeof

import pytest

from kmsgen.prover.values.patterns import Automaton, after, arn_glob, glob, in_any_case, literal, nearly, run_of


def words(alphabet: str, longest: int) -> list[str]:
    """Return all texts of an alphabet that are no longer."""
    return ["".join(one) for length in range(longest + 1) for one in product(alphabet, repeat=length)]


@pytest.mark.parametrize("pattern", words("ab*?", 3))
def test_a_pattern_matches_as_wildcards_do(pattern: str) -> None:
    """`*` any run, `?` one character."""
    texts = words("ab", 4)
    assert [text for text in texts if glob(pattern).matches(text)] == [text for text in texts if fnmatchcase(text, pattern)]


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("arn:aws:iam::*:role/a*", "arn:aws:iam::1:role/a/b:c", True),
        ("arn:aws:iam::*:role/a", "arn:aws:iam::1:2:role/a", False),
        ("arn:*:role/a", "arn:aws:iam::1:role/a", False),
        ("arn:aws:iam::?:x", "arn:aws:iam:::x", False),
        ("arn:aws:iam::1:*", "arn:aws:iam::1:a:b", True),
    ],
)
def test_a_wildcard_of_an_arn_stays_in_its_part(pattern: str, text: str, matches: bool) -> None:  # noqa: FBT001
    """But for the last part, which may hold colons."""
    assert arn_glob(pattern).matches(text) is matches


def test_a_literal_matches_itself() -> None:
    """Wildcards are characters in it."""
    assert literal("a*").matches("a*")
    assert not literal("a*").matches("ab")
    assert literal("a*").text == "a*"
    assert glob("a*").text is None


def test_case_is_minded_or_not() -> None:
    """What AWS does beyond ASCII no page tells, so such a text is only nearly the same."""
    assert in_any_case("aB").matches("Ab")
    assert nearly("k").matches("\u212a")  # KELVIN SIGN, which folds to k
    assert not in_any_case("a").matches("b")


def test_a_run_is_made_of_texts_and_of_characters() -> None:
    """So many of them, any number, or one and more."""
    region = run_of(("ab",), "-", ("01", 2))
    assert [text for text in ("a-01", "abba-10", "-01", "a-0", "a-012") if region.matches(text)] == ["a-01", "abba-10"]


@pytest.mark.parametrize("pattern", words("a*?", 3))
def test_what_follows_a_prefix_is_taken_as_both_together(pattern: str) -> None:
    """By the automaton of the rest."""
    for prefix, rest in product(words("ab", 2), repeat=2):
        left = after(glob(pattern), prefix)
        assert bool(left.matched(left.run(rest))) is glob(pattern).matches(prefix + rest)


def test_an_automaton_answers_for_each_of_its_patterns() -> None:
    """By its number in the order in which they were given."""
    both = Automaton((glob("a*"), glob("*b")))
    assert [both.matched(both.run(text)) for text in ("a", "b", "ab", "c")] == [{0}, {1}, {0, 1}, set()]


def test_what_is_kept_of_many_patterns_grows_with_their_length_alone() -> None:
    """No state of all patterns is kept for each of them."""

    def size(count: int) -> int:
        together = Automaton(glob(f"team{number}-*") for number in range(count))
        numbers = (*together.ends, *together.first, *together.first.values())
        states = (*together.literal.values(), together.wide, together.loops, together.accepting, together.forever)
        return sum(map(getsizeof, (*numbers, *states)))

    assert size(800) < 2.2 * size(400)
