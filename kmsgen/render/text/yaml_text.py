"""Plain data as YAML that every reader, of version 1.1 or 1.2, turns back into exactly the same data.

PyYAML's writer, told to quote likewise, is no substitute: it escapes every letter beyond ASCII, or else leaves bidirectional
controls and invisible characters as they are. What it takes stands in docs/decisions/templates.md.
"""

from __future__ import annotations

import json
import re

# Words that no reader of any version takes for anything but text.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.:/-]*[A-Za-z0-9]\Z")
_NOT_TEXT = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


def dump(data: object) -> str:
    """Write block-style YAML of mappings, lists, texts, integers, booleans and None, without a newline at the end."""
    return "\n".join(_lines(data, ""))


def _lines(data: object, pad: str) -> list[str]:
    if isinstance(data, dict) and data:
        return [line for name, item in data.items() for line in _item(f"{pad}{scalar(name)}:", item, pad + "  ")]
    if isinstance(data, list | tuple) and data:
        return [line for item in data for line in _entry(item, pad)]
    return [pad + _inline(data)]


def _item(head: str, item: object, pad: str) -> list[str]:
    if isinstance(item, dict | list | tuple) and item:
        return [head, *_lines(item, pad)]
    return [f"{head} {_inline(item)}"]


def _entry(item: object, pad: str) -> list[str]:
    """Return a list item's lines: a dash stands in place of what the first one is indented by."""
    first, *rest = _lines(item, pad + "  ")
    return [f"{pad}- {first[len(pad) + 2 :]}", *rest]


def _inline(data: object) -> str:
    if isinstance(data, dict):
        return "{}"
    return "[]" if isinstance(data, list | tuple) else scalar(data)


def scalar(data: object) -> str:
    """Write a YAML scalar (`yaml` in templates) on one line; a text is quoted unless no reader could mistake it."""
    if isinstance(data, str):
        plain = _PLAIN.match(data) and data.lower() not in _NOT_TEXT and ": " not in data and not data.endswith(":")
        return data if plain else _quoted(data)
    if data is None or isinstance(data, bool | int):
        return json.dumps(data)
    raise TypeError(f"no YAML for a value of {type(data).__name__}")


def _quoted(text: str) -> str:
    if text.isprintable() and not ('"' in text or "\\" in text):
        return f'"{text}"'
    return '"' + "".join(_character(char) for char in text) + '"'


def _character(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
