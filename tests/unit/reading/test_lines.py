"""JSON Lines of any length, a line at a time."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kmsgen.errors import InputError
from kmsgen.reading import Lines, Source, read_or_stream

LIMIT = 100


def lines(path: Path, raw: bytes) -> list[str]:
    """Return the lines of a file: of each the text, or the code and place of what is wrong with it."""
    path.write_bytes(raw)
    found = read_or_stream(str(path), LIMIT)
    assert isinstance(found, Lines)
    return [text_or_problem(path, line) for line in found.found]


def text_or_problem(path: Path, line: object) -> str:
    """Return the text of a line, or what is wrong with it."""
    try:
        return str(line.text)  # type: ignore[attr-defined]
    except InputError as error:
        (problem,) = error.diagnostics
        return f"{problem.code} {str(problem.location).removeprefix(str(path))}"


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b"", []),
        (b'{"a": 1}\n{"b": 2}', ['{"a": 1}', '{"b": 2}']),
        (b'{"a": 1}\r\n\n{}\n', ['{"a": 1}\r', "", "{}"]),
        (b"\xef\xbb\xbf{}\n\xef\xbb\xbf{}\n", ["{}", "\ufeff{}"]),
        (b"{}\n\xc3\xa4\xff\n{}\n", ["{}", "not-utf-8 :2:2", "{}"]),
        (b"x" * LIMIT + b"\n{}\n", ["x" * LIMIT, "{}"]),
        (b"x" * LIMIT, ["x" * LIMIT]),
        (b"x" * (LIMIT + 1) + b"\n{}\n", ["too-large :1:1", "{}"]),
        (b"{}\n" + b"x" * 5 * LIMIT + b"\n{}", ["{}", "too-large :2:1", "{}"]),
        (b"x" * 5 * LIMIT, ["too-large :1:1"]),
        (b"{}\n" * 1000, ["{}"] * 1000),
    ],
)
def test_each_line_is_bounded_and_not_their_number(tmp_path: Path, raw: bytes, found: list[str]) -> None:
    """A line that cannot be used is told in its place, and the next one is read."""
    assert lines(tmp_path / "a.jsonl", raw) == found


@pytest.mark.parametrize("count", [2, 7, 12, 13, 1000])
def test_lines_without_a_name_that_tells_are_known_by_their_look(tmp_path: Path, count: int) -> None:
    """A file or pipe without an ending is read by the look of what stands in its first bytes, wherever these end."""
    assert lines(tmp_path / "pipe", b'{"a": 1}\n' * count) == ['{"a": 1}'] * count


@pytest.mark.parametrize(
    ("name", "raw"), [("a.json", b"{}\n" * 100), ("pipe", b"{" * 200), ("pipe", b'{"a":\n' + b" " * 200), ("a.yaml", b"a" * 101)]
)
def test_what_is_no_json_lines_keeps_its_limit(tmp_path: Path, name: str, raw: bytes) -> None:
    """Only lines can be read one at a time."""
    path = tmp_path / name
    path.write_bytes(raw)
    with pytest.raises(InputError, match="too-large: the file is larger"):
        read_or_stream(str(path), LIMIT)


def test_what_is_no_json_lines_may_be_longer_than_a_line(tmp_path: Path) -> None:
    """A state has one line, or many that mean nothing alone: it has a limit of its own."""
    path = tmp_path / "state"
    path.write_bytes(b'{"a":\n' + b" " * 200 + b"1}")
    found = read_or_stream(str(path), LIMIT, most=300)
    assert isinstance(found, Source)
    assert found.data == {"a": "1"}
    with pytest.raises(InputError, match="too-large: the file is larger"):
        read_or_stream(str(path), LIMIT, most=200)


def test_another_file_is_read_whole(tmp_path: Path) -> None:
    """A file that is no JSON Lines is what `read_file` makes of it."""
    path = tmp_path / "a.yaml"
    path.write_text("a: 1\n")
    found = read_or_stream(str(path), LIMIT)
    assert isinstance(found, Source)
    assert found.data == {"a": "1"}


def test_a_pipe_is_read_once() -> None:
    """What was read to know the look is not lost."""
    reading, writing = os.pipe()
    os.write(writing, b"{}\n" * 100)
    os.close(writing)
    found = read_or_stream(f"/dev/fd/{reading}", LIMIT)
    assert isinstance(found, Lines)
    assert len(list(found.found)) == 100


def test_lines_of_nothing(tmp_path: Path) -> None:
    """A file that cannot be opened is bad input before the first line is asked for."""
    with pytest.raises(InputError, match="no-such-file"):
        read_or_stream(str(tmp_path / "none.jsonl"))
