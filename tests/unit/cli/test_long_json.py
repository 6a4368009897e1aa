"""JSON of a long list is what it would be if the whole were made at once."""

from __future__ import annotations

from typing import Any

import pytest

from kmsgen.cli.console import printable_json
from kmsgen.cli.long_json import ELEMENTS, json_pieces

ELEMENT_LISTS: dict[str, list[Any]] = {
    "none": [],
    "one": [{"a": 1}],
    "several, of every kind": [{"a": [1, {"b": "x\ny"}], "c": {}}, [], "text", None, 1.5, [[], [1, 2]]],
    "what speaks to a terminal": ["\x1b[0m", "##[error]", "\u202e", {"::error": "\u2028"}],
}


@pytest.mark.parametrize("elements", ELEMENT_LISTS.values(), ids=ELEMENT_LISTS)
@pytest.mark.parametrize(
    "document", [ELEMENTS, {"list": ELEMENTS}, {"a": [1], "b": [{"c": {}, "d": ELEMENTS, "e": "\x1b"}], "f": {"g": 1}}]
)
def test_a_list_in_a_document_is_printed_as_the_whole_is(document: Any, elements: list[Any]) -> None:
    """Byte for byte, wherever in the document it stands."""
    assert "".join(json_pieces(iter(elements), document)) == f"{printable_json(filled(document, elements))}\n"


def filled(data: Any, elements: list[Any]) -> Any:
    """Return a document with the elements in it."""
    if isinstance(data, dict):
        return {name: filled(value, elements) for name, value in data.items()}
    if isinstance(data, list):
        return [filled(value, elements) for value in data]
    return elements if data == ELEMENTS else data
