"""Plain data as YAML that every reader, of version 1.1 or 1.2, turns back into exactly the same data."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

# Words that no reader of any version takes for anything but text.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.:/-]*[A-Za-z0-9]\Z")
_NOT_TEXT = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


def dump(data: object, indent: int = 0, *, apart: bool = False) -> str:
    """Return plain data (mappings, lists, texts, integers, booleans, None) as block-style YAML, without a newline at the end.

    `apart` puts an empty line between the items of a mapping.
    """
    if apart and isinstance(data, Mapping):
        return "\n\n".join(dump({name: item}, indent) for name, item in data.items())
    return "\n".join(_lines(data, "  " * indent))


def _lines(data: object, pad: str) -> Iterator[str]:
    if isinstance(data, Mapping) and data:
        for name, item in data.items():
            yield from _item(f"{pad}{scalar(name)}:", item, pad + "  ")
    elif isinstance(data, list | tuple) and data:
        for item in data:
            inner = list(_lines(item, pad + "  "))
            yield f"{pad}- {inner[0].removeprefix(pad + '  ')}"
            yield from inner[1:]
    else:
        yield pad + scalar(data)


def _item(head: str, item: object, pad: str) -> Iterator[str]:
    if isinstance(item, Mapping | list | tuple) and item:
        yield head
        yield from _lines(item, pad)
    else:
        yield f"{head} {scalar(item)}"


def scalar(data: object) -> str:
    """Return one value on one line: quoted unless no reader could take it for something else."""
    if isinstance(data, str):
        plain = _PLAIN.match(data) and data.lower() not in _NOT_TEXT and ": " not in data and not data.endswith(":")
        return data if plain else _quoted(data)
    if data is None or isinstance(data, bool | int):
        return json.dumps(data)
    if isinstance(data, Mapping):
        return "{}"
    if isinstance(data, list | tuple):
        return "[]"
    raise TypeError(f"no YAML for a value of {type(data).__name__}")


def _quoted(text: str) -> str:
    return '"' + "".join(_character(char) for char in text) + '"'


def _character(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
