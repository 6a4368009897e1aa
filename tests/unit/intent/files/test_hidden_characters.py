"""Characters that cannot be seen."""

from __future__ import annotations

import pytest

from kmsgen.intent.files.hidden_characters import check_texts, unseen
from kmsgen.intent.files.problems import Problems
from kmsgen.reading import Source, parse


def told(data: object) -> list[str]:
    """Return the messages about some data."""
    source: Source = parse("{}", "f.yaml")
    problems = Problems(source)
    check_texts(data, problems)
    return [one.message for one in problems.found]


@pytest.mark.parametrize("character", ["\u202e", "\u200f", "\u2066", "\ufeff", "\x1b", "\x7f", "\x85", "\n"])
def test_a_text_that_holds_one_is_refused(character: str) -> None:
    """Control characters, separators of lines, and marks that turn the direction of writing, in texts and in names of fields."""
    assert unseen(character)
    said = f"`role/app` holds the character U+{ord(character):04X}, which cannot be seen"
    assert told({"users": [f"role/{character}app"]}) == [said]
    assert told({f"role/{character}app": "x"}) == [said]


@pytest.mark.parametrize("text", ["role/app", "größe", "名前", "a b"])
def test_letters_of_any_writing_can_be_seen(text: str) -> None:
    """What is printed is what is there."""
    assert told({text: [text]}) == []


def test_a_description_has_several_lines() -> None:
    """It alone: a line end within a name would hide what follows."""
    assert told({"key": {"description": "one\n\ttwo"}}) == []
    assert len(told({"key": {"alias": "one\ntwo"}})) == 1
