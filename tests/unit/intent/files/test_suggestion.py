"""Hints that offer the words that were probably meant."""

from __future__ import annotations

import pytest

from kmsgen.intent.files.suggestion import did_you_mean, nearest


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("eu-wst-1", "did you mean `eu-west-1`?"),
        ("EU-WEST-1", "did you mean `eu-west-1`?"),
        ("eu-west-9", "did you mean `eu-west-1` or `eu-west-2`?"),
        ("zzz", ""),
        ("", ""),
    ],
)
def test_words_that_are_near_are_offered(word: str, hint: str) -> None:
    """The nearest word is offered, others that are as near too, and nothing where no word is near."""
    assert did_you_mean(word, ("us-east-1", "eu-west-1", "eu-west-2")) == hint


def test_the_nearest_are_named_where_none_is_near() -> None:
    """Whoever knows no name at all gets three to look at."""
    assert nearest("xyz", ("xray", "lex", "fsx", "logs")) == "the nearest: `xray`, `fsx`, `lex`"
    assert nearest("xrai", ("xray", "lex")) == "did you mean `xray`?"
