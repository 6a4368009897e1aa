"""JSON from hostile hands."""

from __future__ import annotations

import time

import pytest

from kmsgen.errors import InputError
from kmsgen.reading import parse

REFUSED = {
    "a key twice": ('{"a": 1,\n "b": {"c": 1, "c": 2}}', "duplicate-key", (2, 16)),
    "no number": ('{"a": NaN}', "json-syntax", (0, 0)),
    "too many levels": ("[" * 100_000, "too-deep", (0, 0)),
    "levels that Python can hold": ("[" * 60 + "]" * 60, "too-deep", (0, 0)),
    "half a surrogate pair": ('{"a": "\\ud800"}', "bad-text", (0, 0)),
    "a missing colon": ('{"a"\n 1}', "json-syntax", (2, 2)),
    "nothing": ("", "json-syntax", (1, 1)),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused_is_refused_with_its_code(what: str) -> None:
    """Each refusal names its code, and its place where the parser knows it."""
    text, code, place = REFUSED[what]
    with pytest.raises(InputError) as raised:
        parse(text, "policy.json")
    first = raised.value.diagnostics[0]
    assert (first.code, (first.location.line, first.location.column)) == (code, place)


def test_numbers_stay_text() -> None:
    """A condition value 3600 is compared as AWS compares it: as its text."""
    assert parse('{"a": [3600, 1.50, true, null]}', "policy.json").data == {"a": ["3600", "1.50", True, None]}


def test_places_lead_to_values_and_keys() -> None:
    """Braces, quotes and escapes inside texts do not confuse the places."""
    source = parse('{"a{\\"": [1, {"b": "]"}],\n "c": {}}', "policy.json")
    assert str(source.where(('a{"', 1, "b"))) == "policy.json:1:20"
    assert str(source.where_key(("c",))) == "policy.json:2:2"


def test_json_lines_are_items_with_their_lines() -> None:
    """Each line that is not blank is an item, and its place is its line in the file."""
    source = parse('{"a": 1}\n\n{"b": [1, 2]}\n', "scenarios.jsonl")
    assert source.data == [{"a": "1"}, {"b": ["1", "2"]}]
    assert str(source.where((1, "b", 1))) == "scenarios.jsonl:3:11"


def test_every_bad_line_is_told() -> None:
    """Two bad lines give two diagnostics."""
    with pytest.raises(InputError) as raised:
        parse('{"a"}\n{}\n[\n', "scenarios.jsonl")
    assert [d.location.line for d in raised.value.diagnostics] == [1, 3]


def test_blanks_after_a_text_cost_no_more_than_their_length() -> None:
    """Finding places takes a pass over the text: each blank at its end is looked at once."""
    began = time.process_time()
    assert parse('{"a": 1}' + " " * 1_000_000, "x.json").where(("a",)).column == 7
    assert time.process_time() - began < 5
