"""JSON and JSON Lines to data; the marks are made when a message asks for them."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import Any

from kmsgen.errors import NOWHERE, Diagnostic, InputError, Location, input_error
from kmsgen.reading.source import MAX_DEPTH, Mark, Source


class _GivenTwiceError(ValueError):
    """An object has a key twice."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) != len(pairs):
        raise _GivenTwiceError
    return data


def _refuse_constant(name: str) -> Any:  # noqa: ANN401 - json's hook
    raise ValueError(f"`{name}` is not JSON")


DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_int=str, parse_float=str, parse_constant=_refuse_constant)
"""Numbers stay text. It raises ValueError, RecursionError."""


def parse_json(text: str, path: str, line: int = 0) -> Source:
    """Parse a JSON text: a file's, or that of a `line` of JSON Lines. Raises InputError."""
    first_line, whole = line or 1, Location(path, line, min(line, 1))

    def marks() -> Mark:
        return _json_marks(text, path, first_line, [])

    try:
        data = _decoded(text)
    except json.JSONDecodeError as error:
        place = Location(path, first_line + error.lineno - 1, error.colno)
        raise input_error(place, "json-syntax", error.msg.lower()) from None
    except RecursionError:
        raise _too_deep(whole) from None
    except _GivenTwiceError:
        problems: list[Diagnostic] = []
        _json_marks(text, path, first_line, problems)
        raise InputError(problems) from None
    except ValueError as error:
        raise input_error(whole, "json-syntax", str(error)) from None
    _check(data, text, text.count("{") + text.count("["), whole)
    return Source(path, data, marks, text=None if line else text)


def _decoded(text: str) -> Any:  # noqa: ANN401 - any plain data
    """Decode a JSON text. That a key is given twice is told of a text that is JSON to its end only."""
    try:
        return DECODER.decode(text)
    except _GivenTwiceError:
        json.loads(text, parse_int=str, parse_float=str, parse_constant=_refuse_constant)
        raise


def parse_json_lines(text: str, path: str) -> Source:
    """Parse JSON Lines into a list, one item a line that is not blank. Raises InputError with every bad line."""
    items: dict[int, Source] = {}
    problems: list[Diagnostic] = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                items[number] = parse_json(line, path, number)
            except InputError as error:
                problems.extend(error.diagnostics)
    if problems:
        raise InputError(problems)
    return Source(path, [item.data for item in items.values()], lambda: _joined(items.values()), items=items)


def _joined(items: Iterable[Source]) -> Mark:
    return Mark(1, 1, {index: item.root for index, item in enumerate(items)})


def _too_deep(place: Location) -> InputError:
    return input_error(place, "too-deep", f"nested deeper than {MAX_DEPTH} levels")


def is_sound(data: Any, text: str, brackets: int) -> bool:  # noqa: ANN401 - any plain data
    """Return whether data of a JSON text, with at most so many brackets around a value, is none that `parse_json` refuses."""
    try:
        _check(data, text, brackets, NOWHERE)
    except InputError:
        return False
    return True


def _check(data: Any, text: str, brackets: int, place: Location) -> None:  # noqa: ANN401 - any plain data
    """Refuse nesting over the limit, and half surrogates, which no UTF-8 file can hold. Raises InputError.

    A text of ASCII with few brackets and no escape by number can have neither.
    """
    if brackets > MAX_DEPTH or not text.isascii() or ("\\" in text and "\\u" in text):
        _walk(data, place)


def _walk(data: Any, place: Location) -> None:  # noqa: ANN401 - any plain data
    level: list[Any] = [data]
    for _ in range(MAX_DEPTH + 1):
        for item in level:
            for text in _texts(item):
                if not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text):
                    raise input_error(place, "bad-text", "a text holds half of a surrogate pair")
        level = [child for item in level if isinstance(item, dict | list) for child in _children(item)]
        if not level:
            return
    raise _too_deep(place)


def _children(item: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return item.values() if isinstance(item, dict) else item


def _texts(item: Any) -> Iterator[str]:  # noqa: ANN401 - any plain data
    if isinstance(item, str):
        yield item
    elif isinstance(item, dict):
        yield from item


_TOKEN = re.compile(r'(?P<string>"(?:[^"\\]|\\.)*")|(?P<punctuation>[\[\]{},:])|(?P<other>[^\s\[\]{},:"]+)', re.DOTALL)


def _json_marks(text: str, path: str, first_line: int, problems: list[Diagnostic]) -> Mark:
    """Walk the tokens of a text that json.loads accepted; report every duplicate key."""
    newlines = [match.start() for match in re.finditer("\n", text)]
    stack: list[tuple[Mark, str | int | None]] = []
    root: Mark | None = None
    for match in _TOKEN.finditer(text):
        token = match[match.lastgroup or 0]
        if token in "]}":
            stack.pop()
        elif token == ",":
            mark, step = stack[-1]
            stack[-1] = (mark, step + 1 if isinstance(step, int) else None)
        elif token != ":":
            line, column = _place_of(match.start(match.lastgroup or 0), newlines)
            place = (line + first_line, column)
            if stack and stack[-1][1] is None:
                stack[-1] = (stack[-1][0], _take_json_key(stack[-1][0], token, Location(path, *place), problems))
                continue
            mark = Mark(*place)
            root = root or mark
            if stack:
                stack[-1][0].children[stack[-1][1] or 0] = mark
            if token in "[{":
                stack.append((mark, 0 if token == "[" else None))
    return root or Mark(first_line, 1)


def _place_of(offset: int, newlines: list[int]) -> tuple[int, int]:
    line = bisect_left(newlines, offset)
    return line, offset - (newlines[line - 1] if line else -1)


def _take_json_key(mark: Mark, token: str, place: Location, problems: list[Diagnostic]) -> str:
    key = str(json.loads(token))
    if key in mark.keys:
        hint = f"it is first given in line {mark.keys[key][0]}"
        problems.append(Diagnostic(place, "duplicate-key", f"the key `{key}` is given twice", hint))
    mark.keys.setdefault(key, (place.line, place.column))
    return key
