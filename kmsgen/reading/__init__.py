"""Hostile text to plain data, with the place of every part.

YAML as its version 1.2 means it, and stricter: a scalar stays text but for plain `true`, `false`, `null`, so account ids survive
unquoted and `no` is a word. Refused, each with its place: files over a size, deep nesting, duplicate keys, anchors, aliases,
tags, merge keys, several documents. JSON (`.json`) and JSON Lines (`.jsonl`) are read by the same rules; their numbers stay text.
A text whose name tells nothing, from a pipe, is read by its look. Nothing is read twice: what was read is a `Source`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from kmsgen.errors import Location, input_error
from kmsgen.reading.source import MAX_DEPTH, Mark, Source, Steps, Tags, Where

MAX_BYTES = 4 * 1024 * 1024
_POLICY_NAME = "}\tdefault"  # what `aws kms get-key-policy --output text` prints after a policy
YAML_ENDINGS = (".yaml", ".yml")

__all__ = ["MAX_BYTES", "MAX_DEPTH", "Mark", "Source", "Steps", "Tags", "Where", "parse", "read_file", "read_text"]


def read_file(path: str | Path, limit: int = MAX_BYTES, tags: Tags | None = None) -> Source:
    """Read and parse a file of at most `limit` bytes; `-` is standard input. Raises InputError."""
    return parse(read_text(path, limit), str(path), tags)


def read_text(path: str | Path, limit: int = MAX_BYTES) -> str:
    """Read a UTF-8 file of at most `limit` bytes; `-` is standard input. Raises InputError."""
    name = str(path)
    place = Location(name)
    try:
        if name == "-":
            raw = _read_standard_input(place, limit)
        else:
            with Path(name).open("rb") as file:
                raw = file.read(limit + 1)
    except IsADirectoryError:
        raise input_error(place, "is-a-directory", "expected a file, found a directory") from None
    except FileNotFoundError:
        raise input_error(place, "no-such-file", "the file does not exist") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a usable path"
        raise input_error(place, "unreadable", f"the file cannot be read: {reason.lower()}") from None
    if len(raw) > limit:
        raise input_error(place, "too-large", f"the file is larger than {limit // 1024} KiB")
    return _decode(raw, name)


def _read_standard_input(place: Location, limit: int) -> bytes:
    """Read standard input to its end and close it: whoever names it twice is told, and does not get nothing."""
    if sys.stdin is None or sys.stdin.closed:
        raise input_error(place, "unreadable", "standard input is closed, or was read already: it can be read once")
    raw = sys.stdin.buffer.read(limit + 1)
    sys.stdin.close()
    return raw


def _decode(raw: bytes, name: str) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8-sig", "replace")) + 1
        raise input_error(Location(name, line, column), "not-utf-8", "the file is not UTF-8 text") from None


def parse(text: str, path: str, tags: Tags | None = None) -> Source:
    """Parse a text by the ending of its path, `.json`, `.jsonl`, `.yaml` or `.yml`; without one of these by its look.

    `tags` of YAML are refused, unless they are given here and the document is one that may have them. Raises InputError.
    """
    if text.rstrip().endswith(_POLICY_NAME):
        text = text.rstrip().removesuffix(_POLICY_NAME.lstrip("}"))
    ending = Path(path).suffix.lower()
    if ending == ".json":
        return _parse_json(text, path, lines=False)
    if ending == ".jsonl":
        return _parse_json(text, path, lines=True)
    if ending in YAML_ENDINGS or not text.lstrip().startswith(("{", "[")):
        return _parse_yaml(text, path, tags)
    return _parse_by_look(text, path, tags)


def _parse_by_look(text: str, path: str, tags: Tags | None) -> Source:
    """Parse what starts with a bracket: JSON Lines if every line is an object, JSON if its first key has quotes, else YAML."""
    rows = [row.strip() for row in text.split("\n") if row.strip()]
    if len(rows) > 1 and all(row.startswith("{") and row.endswith("}") for row in rows):
        return _parse_json(text, path, lines=True)
    if text.lstrip("{[ \t\r\n").startswith(('"', "}", "]")):
        return _parse_json(text, path, lines=False)
    return _parse_yaml(text, path, tags)


def _parse_json(text: str, path: str, *, lines: bool) -> Source:
    from kmsgen.reading import json_text  # noqa: PLC0415 - YAML input does not pay for it

    return json_text.parse_json_lines(text, path) if lines else json_text.parse_json(text, path)


def _parse_yaml(text: str, path: str, tags: Tags | None) -> Source:
    from kmsgen.reading import yaml_text  # noqa: PLC0415 - JSON input does not pay for it

    return yaml_text.parse_yaml(text, path, tags)
