"""Hostile text to plain data, with the place of every part.

YAML as its version 1.2 means it, and stricter: a scalar stays text but for plain `true`, `false`, `null`, so account ids survive
unquoted and `no` is a word. Refused, each with its place: files over a size, deep nesting, duplicate keys, anchors, aliases,
tags, merge keys, several documents. JSON (`.json`) and JSON Lines (`.jsonl`) are read by the same rules; their numbers stay text.
"""

from __future__ import annotations

import sys
from pathlib import Path

from kmsgen.errors import Location, input_error
from kmsgen.reading.source import MAX_DEPTH, Mark, Source, Steps, Where

MAX_BYTES = 4 * 1024 * 1024

__all__ = ["MAX_BYTES", "MAX_DEPTH", "Mark", "Source", "Steps", "Where", "parse", "read_file", "read_text"]


def read_file(path: str | Path, limit: int = MAX_BYTES) -> Source:
    """Read and parse a file of at most `limit` bytes; `-` is standard input. Raises InputError."""
    return parse(read_text(path, limit), str(path))


def read_text(path: str | Path, limit: int = MAX_BYTES) -> str:
    """Read a UTF-8 file of at most `limit` bytes; `-` is standard input. Raises InputError."""
    name = str(path)
    place = Location(name)
    try:
        if name == "-":
            raw = sys.stdin.buffer.read(limit + 1)
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


def _decode(raw: bytes, name: str) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8-sig", "replace")) + 1
        raise input_error(Location(name, line, column), "not-utf-8", "the file is not UTF-8 text") from None


def parse(text: str, path: str) -> Source:
    """Parse a text by the ending of its path: `.json`, `.jsonl`, otherwise YAML. Raises InputError."""
    ending = Path(path).suffix.lower()
    if ending in (".json", ".jsonl"):
        from kmsgen.reading import json_text  # noqa: PLC0415 - YAML input does not pay for it

        return json_text.parse_json(text, path) if ending == ".json" else json_text.parse_json_lines(text, path)
    from kmsgen.reading import yaml_text  # noqa: PLC0415 - JSON input does not pay for it

    return yaml_text.parse_yaml(text, path)
