"""A text whose name tells nothing is read by its look."""

from __future__ import annotations

from typing import Any

import pytest

from kmsgen.errors import InputError
from kmsgen.reading import parse

READ: list[tuple[str, Any, bool]] = [
    ("a: 1\n", {"a": "1"}, False),
    ('{"a": 1}', {"a": "1"}, False),
    ('\n [{"a":\t1}]', [{"a": "1"}], False),
    ("{}", {}, False),
    ("{a: 1, b: [x]}", {"a": "1", "b": ["x"]}, False),
    ("[a, b]", ["a", "b"], False),
    ('{"a": 1}\n\n{"b": 2}\n', [{"a": "1"}, {"b": "2"}], True),
    ("", None, False),
]


@pytest.mark.parametrize("path", ["-", "/dev/fd/63", "file.txt", "pipe"])
@pytest.mark.parametrize(("text", "data", "lines"), READ)
def test_the_look_tells_json_json_lines_and_yaml(text: str, data: Any, lines: bool, path: str) -> None:  # noqa: FBT001 - a case
    """Brackets and a quote begin JSON; objects on every line are JSON Lines; all else is YAML."""
    source = parse(text, path)
    assert (source.data, source.lines) == (data, lines)


@pytest.mark.parametrize(("path", "text"), [("a.yaml", '{"a": }'), ("a.yml", '{"a": 1}\n')])
def test_an_ending_tells_more_than_the_look(path: str, text: str) -> None:
    """A file that is called YAML is read as YAML."""
    assert isinstance(parse(text, path).data, dict)


@pytest.mark.parametrize("text", ['{"a": }', '{"a": 1} {"b": 2}', '{"a": 1}\n{"b": }\n'])
def test_broken_json_is_not_taken_for_yaml(text: str) -> None:
    """Which would read a null where nothing stands."""
    with pytest.raises(InputError, match="json-syntax"):
        parse(text, "-")
