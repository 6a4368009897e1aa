"""Frames of JSON objects: what is read by comparing texts is what reading the whole gives."""

from __future__ import annotations

import json

import pytest

from kmsgen.errors import InputError
from kmsgen.reading.json_frame import frame_of
from kmsgen.reading.json_text import parse_json

NAMES = {"note", "asked"}
FIRST = '{"note": "a", "key": {"note": "asked", "x": [1, "}"]}, "asked": [1, {"b": null}], "z": 1.5}'
ALIKE = [
    FIRST,
    FIRST.replace('"a"', "null"),
    FIRST.replace('"a"', '"\\"b\\", \\"key\\": 7"'),
    FIRST.replace('"a"', '"\u00e4\\u00e4"'),
    FIRST.replace('"a"', '{"note": {}}'),
    FIRST.replace("[1, {", '[1, true, [], "]", {"c": [2e5]}, {'),
    FIRST.replace("[1, {", "[ 1 ,\t{"),
    FIRST.replace('[1, {"b": null}]', "-12"),
]
OTHER = [
    FIRST.replace('"x"', '"y"'),
    FIRST.replace("1.5", "1.50"),
    FIRST.replace('"note": "a", ', ""),
    FIRST + " ",
    FIRST + "}",
    FIRST[:-1],
    FIRST.replace('"a"', ' "a"'),
    FIRST.replace('"a"', "a"),
    FIRST.replace('"a"', '"a" "a"'),
    FIRST.replace('"a"', "NaN"),
    FIRST.replace('"a"', '{"a": 1, "a": 2}'),
    FIRST.replace('"a"', '"\\ud800"'),
    FIRST.replace('"a"', "[" * 51 + "]" * 51),
    FIRST.replace('"a"', "[" * 100_000),
    FIRST.replace('[1, {"b": null}]', "1}"),
    "",
    "[]",
]


@pytest.mark.parametrize("text", ALIKE)
def test_the_members_left_out_are_as_in_the_whole(text: str) -> None:
    """Whatever stands in the gaps, the values are those of the whole text."""
    data = parse_json(text, "-").data
    assert frame_of(FIRST, NAMES).values(text) == {name: data[name] for name in ("note", "asked")}
    assert {name: data[name] for name in ("key", "z")} == {"key": {"note": "asked", "x": ["1", "}"]}, "z": "1.5"}


@pytest.mark.parametrize("text", OTHER)
def test_every_other_text_has_another_frame(text: str) -> None:
    """What differs elsewhere, and what is no JSON or is to be refused, has no values: the whole of it must be read."""
    assert frame_of(FIRST, NAMES).values(text) is None


@pytest.mark.parametrize("levels", [48, 49, 50, 51])
@pytest.mark.parametrize("inner", ["", "1"])
def test_the_limit_of_nesting_is_that_of_the_whole(levels: int, inner: str) -> None:
    """The levels around a gap count: a text is refused in parts where it is refused as a whole."""
    text = FIRST.replace('"a"', "[" * levels + inner + "]" * levels)
    assert (frame_of(FIRST, NAMES).values(text) is not None) == _is_read(text)


def _is_read(text: str) -> bool:
    try:
        parse_json(text, "-")
    except InputError:
        return False
    return True


@pytest.mark.parametrize("text", ["{}", '{"a": 1}', ' {\t"a" : [ ] ,\n "b":"note" } '])
def test_without_such_members_the_frame_is_the_text(text: str) -> None:
    """Then only the very same text has it."""
    frame = frame_of(text, NAMES)
    assert (frame.names, frame.pieces, frame.size) == ((), (text,), len(text))
    assert (frame.values(text), frame.values(text + " ")) == ({}, None)


def test_the_order_of_members_is_theirs() -> None:
    """A text with the same members in another order has another frame, and is read for itself."""
    one, two = ({"note": 1, "asked": 2}, {"asked": 2, "note": 1})
    assert frame_of(json.dumps(one), NAMES).values(json.dumps(two)) is None
    assert frame_of(json.dumps(two), NAMES).names == ("asked", "note")
