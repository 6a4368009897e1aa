"""YAML as it is written, text by text: two readers of two versions give back what went in."""

from __future__ import annotations

import pytest
import yaml

from kmsgen.reading import parse
from kmsgen.render.text.yaml_text import dump, scalar
from tests.unit.render.texts import NASTY

WORDS = (
    *NASTY,
    "yes",
    "No",
    "on",
    "~",
    "null",
    "012",
    "1e3",
    "1:30",
    "0x1F",
    "2012-10-17",
    "arn:aws:kms:us-east-1:1:key/a",
    "a.",
)


@pytest.mark.parametrize("text", WORDS)
def test_a_text_stays_that_text(text: str) -> None:
    """As a name, as a value and in a list, for PyYAML (1.1) and for kmsgen's own reader (1.2)."""
    data = {"kk": {text[:1000]: [text, {"deep": text}]}, "ll": text}
    written = dump(data)
    assert yaml.safe_load(written) == data
    assert text == "<<" or parse(written, "t.yaml").data == data


CHARACTERS = [
    ("a line end", "a\nb", '"a\\x0ab"'),
    ("what is not seen", "a\u200bb", '"a\\u200bb"'),
    ("beyond the first plane, unassigned", "\U000e0001", '"\\U000e0001"'),
    ("a quote and a backslash", 'a"\\', '"a\\"\\\\"'),
    ("what is printed", "\u00fc\u20ac", '"\u00fc\u20ac"'),
]


@pytest.mark.parametrize(("note", "text", "written"), CHARACTERS)
def test_what_is_not_seen_is_spelled_out(note: str, text: str, written: str) -> None:
    """Nobody reads past a character that does not show."""
    assert scalar(text) == written, note


WHOLE = [
    ({}, "{}"),
    ([], "[]"),
    ({"aa": {}, "bb": []}, "aa: {}\nbb: []"),
    ({"aa": [1, None, True]}, "aa:\n  - 1\n  - null\n  - true"),
    ([[1], [{"aa": 2, "bb": 3}]], "- - 1\n- - aa: 2\n    bb: 3"),
]


@pytest.mark.parametrize(("data", "written"), WHOLE)
def test_data_stands_in_blocks(data: object, written: str) -> None:
    """A list item starts on the line of its dash, and what is empty stands on its line."""
    assert dump(data) == written
    assert yaml.safe_load(written) == data


@pytest.mark.parametrize("data", [object(), 1.5, {"a": b"x"}])
def test_what_is_no_plain_data_is_refused(data: object) -> None:
    """Another type is an error, never its repr."""
    with pytest.raises(TypeError, match="no YAML"):
        dump(data)
