"""Hostile text to plain data, with the place of every part.

YAML as its version 1.2 means it, and stricter: a scalar stays text but for plain `true`, `false`, `null`, so account ids survive
unquoted and `no` is a word. Refused, each with its place: files over a size, deep nesting, duplicate keys, several documents;
anchors, aliases, tags and merge keys but in documents of a dialect that has them. JSON (`.json`) and JSON Lines (`.jsonl`) are
read by the same rules; their numbers stay text.
A text whose name tells nothing, from a pipe, is read by its look. Nothing is read twice: what was read is a `Source`.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from kmsgen.errors import Location
from kmsgen.reading import files
from kmsgen.reading.files import Lines, TextLine
from kmsgen.reading.source import MAX_DEPTH, Dialect, Mark, Source, Steps, Where

MAX_BYTES = 4 * 1024 * 1024
MAX_JSON_BYTES = 32 * 1024 * 1024
"""What is read of JSON that tools write, such as a state of 20,000 keys: the worst takes 950 MB, as much YAML five times that."""
_POLICY_NAME = "}\tdefault"  # what `aws kms get-key-policy --output text` prints after a policy
YAML_ENDINGS = (".yaml", ".yml")
LINES_ENDING = ".jsonl"
ENDINGS = (*YAML_ENDINGS, ".json", LINES_ENDING)

__all__ = [
    "MAX_BYTES", "MAX_DEPTH", "MAX_JSON_BYTES", "Dialect", "Lines", "Mark", "Source", "Steps", "TextLine", "Where", "parse",
    "read_file", "read_or_stream", "read_text",
]  # fmt: skip


def read_file(path: str | Path, limit: int = MAX_BYTES, dialect: Dialect | None = None) -> Source:
    """Read and parse a file of at most `limit` bytes; `-` is standard input. Raises InputError."""
    return parse(read_text(path, limit), str(path), dialect)


def read_text(path: str | Path, limit: int = MAX_BYTES) -> str:
    """Read a UTF-8 file of at most `limit` bytes; `-` is standard input. Raises InputError."""
    return files.read_text(path, limit)


def read_or_stream(path: str, limit: int = MAX_BYTES, dialect: Dialect | None = None, most: int = 0) -> Source | Lines:
    """Read and parse a file as `read_file` does, or up to `most` bytes; of JSON Lines return the lines, unread, of `limit` bytes.

    Raises InputError.
    """
    with ExitStack() as opening:
        file = opening.enter_context(files.opened(path))
        ending = Path(path).suffix.lower()
        if ending in ENDINGS and ending != LINES_ENDING:
            files.refuse_larger(file, path, max(limit, most))
        head = b"" if ending == LINES_ENDING else file.read(limit + 1)
        if ending == LINES_ENDING or (ending not in ENDINGS and _starts_with_lines(head, limit)):
            return files.lines_of(path, opening.pop_all(), file, head, limit)
        whole = max(limit, most)
        raw = head + file.read(whole + 1 - len(head)) if len(head) <= whole else head
    return parse(files.text_of(raw, path, whole), path, dialect)


def parse(text: str, path: str, dialect: Dialect | None = None) -> Source:
    """Parse a text by the ending of its path, `.json`, `.jsonl`, `.yaml` or `.yml`; without one of these by its look.

    YAML is read strictly, unless the document is one that may have the `dialect` given. Raises InputError.
    """
    if text.rstrip().endswith(_POLICY_NAME):
        text = text.rstrip().removesuffix(_POLICY_NAME.lstrip("}"))
    ending = Path(path).suffix.lower()
    if ending == ".json":
        return _parse_json(text, path, lines=False)
    if ending == LINES_ENDING:
        return _parse_json(text, path, lines=True)
    if ending in YAML_ENDINGS or not text.lstrip().startswith(("{", "[")):
        return _parse_yaml(text, path, dialect)
    return _parse_by_look(text, path, dialect)


def _parse_by_look(text: str, path: str, dialect: Dialect | None) -> Source:
    """Parse what starts with a bracket: JSON Lines if every line is an object, JSON if its first key has quotes, else YAML."""
    if _are_objects(text.split("\n")):
        return _parse_json(text, path, lines=True)
    if text.lstrip("{[ \t\r\n").startswith(('"', "}", "]")):
        return _parse_json(text, path, lines=False)
    return _parse_yaml(text, path, dialect)


def _starts_with_lines(head: bytes, limit: int) -> bool:
    """Return whether a text looks like JSON Lines, or the whole lines of its head do where it has more than `limit` bytes."""
    rows = head.decode("utf-8-sig", "replace").split("\n")
    return _are_objects(rows if len(head) <= limit else rows[:-1])


def _are_objects(rows: Iterable[str]) -> bool:
    found = [row for row in map(str.strip, rows) if row]
    return len(found) > 1 and all(row.startswith("{") and row.endswith("}") for row in found)


def _parse_json(text: str, path: str, *, lines: bool) -> Source:
    from kmsgen.reading import json_text  # noqa: PLC0415 - YAML input does not pay for it

    return json_text.parse_json_lines(text, path) if lines else json_text.parse_json(text, path)


def _parse_yaml(text: str, path: str, dialect: Dialect | None) -> Source:
    from kmsgen.reading import yaml_text  # noqa: PLC0415 - JSON input does not pay for it

    if len(text) > MAX_BYTES:
        raise files.too_large(Location(path), "YAML", MAX_BYTES)
    return yaml_text.parse_yaml(text, path, dialect)
