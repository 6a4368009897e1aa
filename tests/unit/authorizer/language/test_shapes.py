"""Shapes of texts that are not told, against patterns."""

from __future__ import annotations

import time

import pytest

from kmsgen.authorizer.language.shapes import ANY_TEXT, Shape, Some, covered, covered_by_parts
from kmsgen.authorizer.language.wildcards import pieces_of

WORD, TEXT = Some.WORD, Some.TEXT
SESSION: Shape = (WORD, ":one")


@pytest.mark.parametrize(
    ("shape", "patterns", "expected"),
    [
        (SESSION, ["*:one"], True),
        (SESSION, ["*:two"], False),
        (SESSION, ["*"], True),
        (SESSION, ["AROA*:one"], None),
        (SESSION, ["AROA*:two"], False),
        (SESSION, ["AROAEXAMPLE:*"], None),
        (SESSION, ["*one"], True),
        (SESSION, ["*:*:one"], False),
        (SESSION, ["one"], False),
        (SESSION, ["?*:one", ":one"], True),
        (SESSION, ["?*:one"], None),
        (SESSION, ["*:two", "*:three"], False),
        ((WORD,), ["*:*"], False),
        ((WORD,), ["AIDA*"], None),
        (ANY_TEXT, ["*"], True),
        (ANY_TEXT, ["x"], None),
        (ANY_TEXT, [], False),
        (("o-one/", TEXT), ["o-one/*"], True),
        (("o-one/", TEXT), ["o-two/*", "o-*"], True),
        (("o-one/", TEXT), ["o-two/*"], False),
        (("o-one/", TEXT), ["o-one/r-ab12/*"], None),
        (("told",), ["told"], True),
        (("told",), ["t?l*"], True),
        (("told",), ["cold"], False),
        ((), [""], True),
        ((), ["?"], False),
    ],
)
def test_covered(shape: Shape, patterns: list[str], expected: bool | None) -> None:  # noqa: FBT001 - a case
    """A shape is covered where every text of it matches one of the patterns, is missed where none matches any, open else."""
    assert covered(shape, tuple(map(pieces_of, patterns))) is expected


KEYS: Shape = ("arn:aws:kms:us-west-2:111122223333:key/", TEXT)
ALL_REGIONS: Shape = ("arn:aws:kms:", WORD, ":111122223333:key/", TEXT)


@pytest.mark.parametrize(
    ("shape", "pattern", "expected"),
    [
        (KEYS, "*", True),
        (KEYS, "arn:aws:kms:*:111122223333:key/*", True),
        (KEYS, "arn:aws:kms:us-west-2:111122223333:key/*", True),
        (KEYS, "arn:aws:kms:us-west-2:111122223333:*", True),
        (KEYS, "arn:aws:kms:*", True),
        (KEYS, "arn:aws:kms:us-west-2:111122223333:key/1234*", False),
        (KEYS, "arn:aws:kms:us-west-2:111122223333:alias/*", False),
        (KEYS, "arn:aws:*:us-west-2:111122223333:key/*", False),
        (ALL_REGIONS, "arn:aws:kms:us-west-2:111122223333:key/*", False),
        (ALL_REGIONS, "arn:aws:kms:*:111122223333:key/*", True),
    ],
)
def test_covered_by_parts(shape: Shape, pattern: str, expected: bool) -> None:  # noqa: FBT001 - a case
    """A Resource element surely covers the resources of a shape where each part of it covers theirs."""
    assert covered_by_parts(shape, pieces_of(pattern)) is expected


@pytest.mark.parametrize("patterns", [["a*b" + "?" * 40, "*c" + "?" * 41], ["*" + "ab?*" * 400], ["*" * 2000 + "x"]])
def test_hostile_patterns_take_no_time(patterns: list[str]) -> None:
    """Patterns that tell very many texts apart are left open after so many steps."""
    start = time.perf_counter()
    covered(("a", WORD), tuple(map(pieces_of, patterns)))
    assert time.perf_counter() - start < 5
