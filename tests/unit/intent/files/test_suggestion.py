"""Hints that offer the words that were probably meant."""

from __future__ import annotations

import pytest

from kmsgen.intent.files.suggestion import did_you_mean, nearest, one_of


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


def test_a_part_of_a_name_offers_the_names_that_hold_it() -> None:
    """Of a few names the near one is offered, else those that hold the word, else all."""
    names = ("rds", "s3-bucket", "s3-logs", "code-signing")
    assert one_of("rdz", names) == "did you mean `rds`?"
    assert one_of("s3", names) == "it may mean: s3-bucket, s3-logs"
    assert one_of("xyz", names) == "one of: rds, s3-bucket, s3-logs, code-signing"
