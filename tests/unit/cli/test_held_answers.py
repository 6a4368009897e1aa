"""Answers that wait until all input is sound: however many there are, they come out as they went in."""

from __future__ import annotations

import pytest

from kmsgen.cli.held_answers import MAX_HELD, HeldAnswers


@pytest.mark.parametrize(
    ("note", "texts"),
    [
        ("none", []),
        ("a few, in memory", ["a\r\n", "b\n", ""]),
        ("more than memory holds", ["x" * (MAX_HELD - 1), "\u2028\r\n", "y" * 9, "last"]),
        ("more than that again", ["x" * (MAX_HELD + 1), "between", "y" * (MAX_HELD + 1)]),
    ],
)
def test_what_is_held_comes_out_as_it_went_in(note: str, texts: list[str]) -> None:
    """Nothing is lost or changed between memory and a file, line ends neither."""
    with HeldAnswers() as held:
        for text in texts:
            held.hold(text)
        assert "".join(held.texts()) == "".join(texts), note
