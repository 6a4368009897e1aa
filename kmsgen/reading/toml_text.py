"""TOML to plain data, with the place of every key and value.

The data is that of Python's tomllib, which tells no places: the text, once it is known to be TOML, is gone through a second time.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from kmsgen.errors import InputError, Location, input_error
from kmsgen.reading.source import Mark, Source

_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\''  # texts
    r"|(?P<skipped>#[^\n]*|[ \t\r]+)|[\[\]{},=.\n]|[^\s\[\]{},=.\"'#]+",
    re.DOTALL,
)
_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)\Z")
_CLOSING = {"[": "]", "{": "}"}


def parse_toml(text: str, path: str) -> Source:
    """Parse a text. Raises InputError."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _not_toml(path, str(error)) from None
    except RecursionError:
        raise input_error(Location(path), "toml-syntax", "nested too deep") from None
    return Source(path, data, partial(_marks, text))


def _not_toml(path: str, message: str) -> InputError:
    place = _PLACE.search(message)
    line, column = (int(place[1]), int(place[2])) if place and place[1] else (0, 0)
    reason = _PLACE.sub("", message)
    return input_error(Location(path, line, column), "toml-syntax", f"{reason[:1].lower()}{reason[1:]}")


class _Token(NamedTuple):
    text: str
    line: int
    column: int


def _marks(text: str) -> Mark:
    """Return the places of a text that is TOML."""
    root = Mark(1, 1)
    table = root
    for line in _lines(list(_tokens(text))):
        if line[0].text == "[":
            several = line[1].text == "["
            table = _descend(root, line[1 + several : -1 - several])
            if several:
                table.children[len(table.children)] = table = Mark(line[0].line, line[0].column)
        else:
            _pair(table, line)
    return root


def _tokens(text: str) -> Iterator[_Token]:
    line, start = 1, 0
    for found in _TOKEN.finditer(text):
        if found["skipped"] is None:
            yield _Token(found[0], line, found.start() - start + 1)
        if "\n" in found[0]:
            line += found[0].count("\n")
            start = found.start() + found[0].rindex("\n") + 1


def _lines(tokens: list[_Token]) -> Iterator[list[_Token]]:
    """Yield headers and pairs, each with all of its tokens but ends of lines."""
    held: list[_Token] = []
    depth = 0
    for token in tokens:
        depth += (token.text in _CLOSING) - (token.text in _CLOSING.values())
        if token.text != "\n":
            held.append(token)
        elif held and not depth:
            yield held
            held = []
    if held:
        yield held


def _pair(table: Mark, tokens: list[_Token]) -> None:
    """Add `key = value` to a table."""
    equals = next(number for number, token in enumerate(tokens) if token.text == "=")
    holder = _descend(table, tokens[: equals - 1]) if equals > 1 else table
    key, value = tokens[equals - 1], tokens[equals + 1 :]
    name = _name(key)
    holder.keys[name] = (key.line, key.column)
    holder.children[name] = _value(value)


def _descend(mark: Mark, keys: list[_Token]) -> Mark:
    """Return the table that dotted keys lead to; of an array of tables the last one."""
    for key in keys:
        if key.text == ".":
            continue
        mark.keys.setdefault(_name(key), (key.line, key.column))
        mark = mark.children.setdefault(_name(key), Mark(key.line, key.column))
        last = len(mark.children) - 1
        mark = mark.children[last] if last in mark.children and key is not keys[-1] else mark
    return mark


def _value(tokens: list[_Token]) -> Mark:
    mark = Mark(tokens[0].line, tokens[0].column)
    if tokens[0].text not in _CLOSING:
        return mark
    for number, item in enumerate(_items(tokens[1:-1])):
        if tokens[0].text == "{":
            _pair(mark, item)
        else:
            mark.children[number] = _value(item)
    return mark


def _items(tokens: list[_Token]) -> Iterator[list[_Token]]:
    """Yield what stands between the commas of an array or of an inline table."""
    held: list[_Token] = []
    depth = 0
    for token in tokens:
        depth += (token.text in _CLOSING) - (token.text in _CLOSING.values())
        if token.text == "," and not depth:
            yield held
            held = []
        elif token.text != "\n":
            held.append(token)
    if held:
        yield held


def _name(key: _Token) -> str:
    """Return a key as it is meant: a quoted one is a TOML text itself."""
    return str(tomllib.loads(f"x = {key.text}")["x"]) if key.text[:1] in ("'", '"') else key.text
