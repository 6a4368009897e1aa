"""Hostile text to plain data, with the place of every part.

YAML as its version 1.2 means it, and stricter: a scalar stays text but for plain `true`, `false`, `null`, so account ids survive
unquoted and `no` is a word. Refused, each with its place: files over a size, nesting over a depth, duplicate keys, anchors, aliases,
tags, merge keys, several documents. JSON (`.json`) and JSON Lines (`.jsonl`) are read by the same rules; their numbers stay text.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from kmsgen.errors import Diagnostic, InputError, Location, input_error

MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 50

Steps = tuple[str | int, ...]
Where = Callable[[Steps], Location]


@dataclass(slots=True)
class Mark:
    """Where a node starts and where its children and their keys are; line and column from 1."""

    line: int
    column: int
    children: dict[str | int, Mark] = field(default_factory=dict)
    keys: dict[str, tuple[int, int]] = field(default_factory=dict)


class Source:
    """A text that was read: `.data` (dicts, lists, texts, booleans, None) and the place of each part."""

    def __init__(self, path: str, data: Any, marks: Callable[[], Mark]) -> None:  # noqa: ANN401 - any plain data
        self.path = path
        self.data = data
        self._make_marks = marks

    @cached_property
    def _root(self) -> Mark:
        return self._make_marks()

    def _mark(self, steps: Steps) -> Mark:
        mark = self._root
        for step in steps:
            mark = mark.children.get(step, mark)
        return mark

    def where(self, steps: Steps = ()) -> Location:
        """Return where the value at `steps` starts; a step that names no child is skipped."""
        mark = self._mark(steps)
        return Location(self.path, mark.line, mark.column)

    def where_key(self, steps: Steps) -> Location:
        """Return where the last key of `steps` stands, or its value where it has none (an item of a list)."""
        place = self._mark(steps[:-1]).keys.get(str(steps[-1])) if steps else None
        return Location(self.path, *place) if place else self.where(steps)


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
    if ending == ".json":
        return parse_json(text, path)
    return parse_json_lines(text, path) if ending == ".jsonl" else parse_yaml(text, path)


# --- YAML ---------------------------------------------------------------------------------------------------------------

_PLAIN = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(slots=True)
class _Open:
    """A mapping or sequence that is being read."""

    data: dict[str, Any] | list[Any]
    mark: Mark
    key: str | None = None


def parse_yaml(text: str, path: str) -> Source:
    """Parse one YAML document. Raises InputError with every duplicate key, anchor, alias and tag found."""
    import yaml  # noqa: PLC0415 - JSON input does not pay for it

    problems: list[Diagnostic] = []
    try:
        data, mark = _Composer(path, problems).compose(yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    except yaml.MarkedYAMLError as error:
        at = error.problem_mark or error.context_mark
        place = Location(path, at.line + 1, at.column + 1) if at else Location(path)
        problems.append(Diagnostic(place, "yaml-syntax", (error.problem or "not YAML").lower()))
    except yaml.YAMLError as error:
        problems.append(Diagnostic(_reader_place(error, text, path), "yaml-syntax", "not YAML: a character is not allowed"))
    if problems:
        raise InputError(problems)
    return Source(path, data, lambda: mark)


def _reader_place(error: Any, text: str, path: str) -> Location:  # noqa: ANN401 - yaml.reader.ReaderError is untyped
    position = min(int(getattr(error, "position", 0) or 0), len(text))
    line = text.count("\n", 0, position) + 1
    return Location(path, line, position - (text.rfind("\n", 0, position) + 1) + 1)


class _Composer:
    """Folds a stream of YAML events into data and marks without recursion."""

    def __init__(self, path: str, problems: list[Diagnostic]) -> None:
        self.path = path
        self.problems = problems
        self.open: list[_Open] = []
        self.result: tuple[Any, Mark] | None = None
        self.documents = 0

    def compose(self, events: Iterable[Any]) -> tuple[Any, Mark]:
        for event in events:
            handler = getattr(self, f"_on_{type(event).__name__.removesuffix('Event')}", None)
            if handler is not None:
                handler(event)
        return self.result or (None, Mark(1, 1))

    def _refuse(self, event: Any, code: str, message: str, hint: str = "") -> None:  # noqa: ANN401 - PyYAML event
        at = event.start_mark
        self.problems.append(Diagnostic(Location(self.path, at.line + 1, at.column + 1), code, message, hint))

    def _on_DocumentStart(self, event: Any) -> None:  # noqa: ANN401, N802 - named after PyYAML's event
        self.documents += 1
        if self.documents == 2:
            self._refuse(event, "several-documents", "expected one YAML document, found another")

    def _on_Alias(self, event: Any) -> None:  # noqa: ANN401, N802 - named after PyYAML's event
        self._refuse(event, "yaml-alias", f"aliases are not allowed: `*{event.anchor}`", "quote a text that starts with `*`")
        self._place(None, event)

    def _on_Scalar(self, event: Any) -> None:  # noqa: ANN401, N802 - named after PyYAML's event
        self._check(event)
        plain = event.implicit[0] and not event.style
        value = _PLAIN.get(event.value, event.value) if plain else event.value
        self._place(value, event, event.value)

    def _on_MappingStart(self, event: Any) -> None:  # noqa: ANN401, N802 - named after PyYAML's event
        self._start({}, event)

    def _on_SequenceStart(self, event: Any) -> None:  # noqa: ANN401, N802 - named after PyYAML's event
        self._start([], event)

    def _on_MappingEnd(self, _event: Any) -> None:  # noqa: ANN401, N802 - named after PyYAML's event
        self.open.pop()

    def _on_SequenceEnd(self, _event: Any) -> None:  # noqa: ANN401, N802 - named after PyYAML's event
        self.open.pop()

    def _start(self, data: dict[str, Any] | list[Any], event: Any) -> None:  # noqa: ANN401 - PyYAML event
        self._check(event)
        if len(self.open) >= MAX_DEPTH:
            self._refuse(event, "too-deep", f"nested deeper than {MAX_DEPTH} levels")
            raise InputError(self.problems)
        mark = self._place(data, event)
        self.open.append(_Open(data, mark))

    def _check(self, event: Any) -> None:  # noqa: ANN401 - PyYAML event
        if event.anchor:
            self._refuse(event, "yaml-anchor", f"anchors are not allowed: `&{event.anchor}`")
        if event.tag is not None:
            self._refuse(event, "yaml-tag", f"tags are not allowed: `{event.tag}`")

    def _place(self, value: Any, event: Any, text: str | None = None) -> Mark:  # noqa: ANN401 - plain data, PyYAML event
        at = event.start_mark
        mark = Mark(at.line + 1, at.column + 1)
        if not self.open:
            self.result = self.result or (value, mark)
            return mark
        parent = self.open[-1]
        if isinstance(parent.data, list):
            parent.mark.children[len(parent.data)] = mark
            parent.data.append(value)
        elif parent.key is None:
            self._take_key(parent, event, text)
        else:
            parent.mark.children[parent.key] = mark
            parent.data[parent.key] = value
            parent.key = None
        return mark

    def _take_key(self, parent: _Open, event: Any, text: str | None) -> None:  # noqa: ANN401 - PyYAML event
        at = event.start_mark
        if text is None:
            self._refuse(event, "bad-key", "a key must be a text")
            text = f"\0{at.line}:{at.column}"
        elif text == "<<":
            self._refuse(event, "yaml-merge", "merge keys are not allowed", "use `extends:` to share parts")
        elif text in parent.mark.keys:
            first = parent.mark.keys[text][0]
            self._refuse(event, "duplicate-key", f"the key `{text}` is given twice", f"it is first given in line {first}")
        parent.key = text
        parent.mark.keys.setdefault(text, (at.line + 1, at.column + 1))


# --- JSON ---------------------------------------------------------------------------------------------------------------


def parse_json(text: str, path: str, first_line: int = 1) -> Source:
    """Parse one JSON text; `first_line` is the number of its first line in the file. Raises InputError."""

    def marks() -> Mark:
        return _json_marks(text, path, first_line, [])

    duplicates: list[str] = []

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        data = dict(items)
        if len(data) != len(items):
            duplicates.append(items[0][0])
        return data

    try:
        data = json.loads(text, object_pairs_hook=pairs, parse_int=str, parse_float=str, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        place = Location(path, first_line + error.lineno - 1, error.colno)
        raise input_error(place, "json-syntax", error.msg.lower()) from None
    except RecursionError:
        raise _too_deep(path) from None
    except ValueError as error:
        raise input_error(Location(path), "json-syntax", str(error)) from None
    if duplicates:
        problems: list[Diagnostic] = []
        _json_marks(text, path, first_line, problems)
        raise InputError(problems)
    _check_json(data, path)
    return Source(path, data, marks)


def parse_json_lines(text: str, path: str) -> Source:
    """Parse JSON Lines into a list, one item a line that is not blank. Raises InputError with every bad line."""
    sources: list[Source] = []
    problems: list[Diagnostic] = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                sources.append(parse_json(line, path, number))
            except InputError as error:
                problems.extend(error.diagnostics)
    if problems:
        raise InputError(problems)
    return Source(path, [source.data for source in sources], lambda: _joined(sources))


def _joined(sources: list[Source]) -> Mark:
    return Mark(1, 1, {index: source._root for index, source in enumerate(sources)})  # noqa: SLF001 - the same class


def _refuse_constant(name: str) -> Any:  # noqa: ANN401 - json's hook
    raise ValueError(f"`{name}` is not JSON")


def _too_deep(path: str) -> InputError:
    return input_error(Location(path), "too-deep", f"nested deeper than {MAX_DEPTH} levels")


def _check_json(data: Any, path: str) -> None:  # noqa: ANN401 - any plain data
    """Refuse nesting over the limit, and half surrogates, which no UTF-8 file can hold."""
    level: list[Any] = [data]
    for _ in range(MAX_DEPTH + 1):
        for item in level:
            for text in _texts(item):
                if not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text):
                    raise input_error(Location(path), "bad-text", "a text holds half of a surrogate pair")
        level = [child for item in level if isinstance(item, dict | list) for child in _children(item)]
        if not level:
            return
    raise _too_deep(path)


def _children(item: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return item.values() if isinstance(item, dict) else item


def _texts(item: Any) -> Iterator[str]:  # noqa: ANN401 - any plain data
    if isinstance(item, str):
        yield item
    elif isinstance(item, dict):
        yield from item


_TOKEN = re.compile(r'\s*(?:(?P<string>"(?:[^"\\]|\\.)*")|(?P<punctuation>[\[\]{},:])|(?P<other>[^\s\[\]{},:"]+))', re.DOTALL)


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
    from bisect import bisect_left  # noqa: PLC0415 - only for messages

    line = bisect_left(newlines, offset)
    return line, offset - (newlines[line - 1] if line else -1)


def _take_json_key(mark: Mark, token: str, place: Location, problems: list[Diagnostic]) -> str:
    key = str(json.loads(token))
    if key in mark.keys:
        hint = f"it is first given in line {mark.keys[key][0]}"
        problems.append(Diagnostic(place, "duplicate-key", f"the key `{key}` is given twice", hint))
    mark.keys.setdefault(key, (place.line, place.column))
    return key
