"""Texts that several patterns match at once."""

from __future__ import annotations

import random
from fnmatch import fnmatchcase
from itertools import product

import pytest

from kmsgen.checks.common_text import common_text, glob, literal


@pytest.mark.parametrize(
    ("patterns", "text"),
    [
        (("app-*", "*-x"), "app-x"),
        (("a*b", "*c*"), "acb"),
        (("a?c", "ab*"), "abc"),
        (("*", "**"), ""),
        (("app-*", "ci-*"), None),
        (("a?", "a"), None),
    ],
)
def test_the_shortest_text_of_all(patterns: tuple[str, ...], text: str | None) -> None:
    """The shortest text is found, and nothing where no text fits all of them."""
    assert common_text([glob(pattern) for pattern in patterns]) == text


def test_a_literal_is_itself_alone() -> None:
    """Wildcards of a literal are characters."""
    assert common_text([literal("a*"), glob("a?")]) == "a*"
    assert common_text([literal("a*"), glob("ab")]) is None


def test_what_is_found_fits_and_what_is_not_found_is_not_there() -> None:
    """Beside a search through all short texts: one is found if and only if there is one."""
    chance = random.Random(1)  # noqa: S311 - the same patterns in every run
    texts = ["".join(letters) for size in range(5) for letters in product("abx", repeat=size)]
    for _ in range(200):
        patterns = ["".join(chance.choices("ab*?", k=chance.randint(1, 2))) for _ in range(2)]
        found = common_text([glob(pattern) for pattern in patterns])
        fitting = [text for text in texts if all(fnmatchcase(text, pattern) for pattern in patterns)]
        assert bool(fitting) is (found is not None)
        assert found is None or all(fnmatchcase(found, pattern) for pattern in patterns)
