"""JSON as it may be printed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kmsgen.cli.console import printable_json, printable_json_line

DATA: list[Any] = [
    {},
    [],
    (),
    "",
    None,
    True,
    False,
    0,
    1,
    -12,
    1.5,
    [[], {}, ""],
    {"a": {"b": [1, True, None, {"c": ()}], "d": {}}, "e": '\u00e4\n\t"\\\x00\x1f'},
    [1, [2, [3, ["x", {"y": [False]}]]]],
]


@pytest.mark.parametrize("data", DATA)
def test_it_is_written_as_json_writes_it(data: Any) -> None:
    """Two spaces deep, character by character."""
    assert printable_json(data) == json.dumps(data, indent=2, ensure_ascii=False)
    assert printable_json_line(data) == json.dumps(data, ensure_ascii=False)


@pytest.mark.parametrize("char", ["\x7f", "\x1b", "\x85", "\u202e", "\u2028", "\u3164", "\ud800", "##[x]"])
def test_what_does_not_show_is_spelled_out(char: str) -> None:
    """It is the same data, and nothing in it speaks to a terminal or a CI server."""
    for text in (printable_json({char: [char]}), printable_json_line({char: [char]})):
        assert char not in text
        assert json.loads(text) == {char: [char]}
