"""YAML events to data and marks, without recursion."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NoReturn

import yaml

from kmsgen.errors import Diagnostic, InputError, Location
from kmsgen.reading.shared_parts import AnchoredPart, SharedParts, merged
from kmsgen.reading.source import MAX_DEPTH, Dialect, Mark, Source
from kmsgen.reading.yaml_hints import hint_on

_PLAIN = {"true": True, "false": False, "null": None, "~": None, "": None}
_MERGE = "<<"
_TAGS = ("!", *(f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "map", "seq")))
_TOO_DEEP = f"nested deeper than {MAX_DEPTH} levels"
_WORDS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False, "null": None}
# Source: Boolean Language-Independent Type for YAML Version 1.1, less `y` and `n`, which its readers leave texts.
_PLAIN_OF_DIALECT = {
    **_PLAIN,
    **{spelling: value for word, value in _WORDS.items() for spelling in (word, word.capitalize(), word.upper())},
}


class _StoppedError(Exception):
    """Nothing more is read: what follows could be without end."""


class _Unfinished:
    """A mapping or sequence that is being read."""

    __slots__ = ("anchor", "data", "height", "key", "mark", "size")

    def __init__(self, data: dict[str, Any] | list[Any], mark: Mark, anchor: str | None) -> None:
        self.data = data
        self.mark = mark
        self.anchor = anchor
        self.key: str | None = None
        self.size = 1
        self.height = 1

    def hold(self, size: int, height: int) -> None:
        """Count what is within it: values, and levels of them."""
        self.size += size
        self.height = max(self.height, height + 1)


def parse_yaml(text: str, path: str, dialect: Dialect | None = None) -> Source:
    """Parse one YAML document: strictly, unless it is one of the `dialect`. Raises InputError with every problem found."""
    if dialect and dialect.word in text:
        data, mark, problems = _composed(text, path, dialect)
        if dialect.belong_to(data):
            return _source(path, data, mark, problems)
    return _source(path, *_composed(text, path, None))


def _source(path: str, data: Any, mark: Mark, problems: list[Diagnostic]) -> Source:  # noqa: ANN401 - any plain data
    if problems:
        raise InputError(problems)
    return Source(path, data, lambda: mark)


def _composed(text: str, path: str, dialect: Dialect | None) -> tuple[Any, Mark, list[Diagnostic]]:
    """Return what could be read of a text, with every problem found."""
    composer = _Composer(path, dialect)
    problems = composer.problems
    try:
        composer.compose(yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    except _StoppedError:
        pass
    except yaml.MarkedYAMLError as error:
        at = error.problem_mark or error.context_mark
        place = Location(path, at.line + 1, at.column + 1) if at else Location(path)
        problems.append(Diagnostic(place, "yaml-syntax", (error.problem or "not YAML").lower(), hint_on(error, text, place.line)))
    except yaml.YAMLError as error:
        problems.append(Diagnostic(_reader_place(error, text, path), "yaml-syntax", "not YAML: a character is not allowed"))
    return (*(composer.result or (None, Mark(1, 1))), problems)


def _reader_place(error: Any, text: str, path: str) -> Location:  # noqa: ANN401 - yaml.reader.ReaderError is untyped
    position = min(int(getattr(error, "position", 0) or 0), len(text))
    line = text.count("\n", 0, position) + 1
    return Location(path, line, position - (text.rfind("\n", 0, position) + 1) + 1)


class _Composer:
    """Folds a stream of YAML events into data and marks without recursion."""

    def __init__(self, path: str, dialect: Dialect | None) -> None:
        self.path = path
        self.dialect = dialect
        self.plain = _PLAIN_OF_DIALECT if dialect else _PLAIN
        self.problems: list[Diagnostic] = []
        self.open: list[_Unfinished] = []
        self.shared = SharedParts()
        self.result: tuple[Any, Mark] | None = None
        self.documents = 0

    def compose(self, events: Iterable[Any]) -> None:
        """Read events into `result`, None while there is no document. Raises _StoppedError."""
        for event in events:
            handler = getattr(self, f"_on_{type(event).__name__.removesuffix('Event')}", None)
            if handler is not None:
                handler(event)

    def _refuse(self, event: Any, code: str, message: str, hint: str = "") -> None:  # noqa: ANN401 - PyYAML event
        self.problems.append(Diagnostic(self._at(event), code, message, hint))

    def _stop(self, event: Any, code: str, message: str) -> NoReturn:  # noqa: ANN401 - PyYAML event
        self._refuse(event, code, message)
        raise _StoppedError

    def _at(self, event: Any) -> Location:  # noqa: ANN401 - PyYAML event
        at = event.start_mark
        return Location(self.path, at.line + 1, at.column + 1)

    def _on_DocumentStart(self, event: Any) -> None:  # noqa: ANN401, N802 - named after PyYAML's event
        self.documents += 1
        if self.documents == 2:
            self._refuse(event, "several-documents", "expected one YAML document, found another")

    def _on_Alias(self, event: Any) -> None:  # noqa: ANN401, N802 - named after PyYAML's event
        found = self.shared.find(event.anchor)
        if found is None or not self.dialect:
            what = "there is no anchor for this alias" if self.dialect else "aliases are not allowed"
            self._refuse(event, "yaml-alias", f"{what}: `*{event.anchor}`", "quote a text that starts with `*`")
            self._place(None, event)
            return
        if len(self.open) + found.height > MAX_DEPTH:
            self._stop(event, "too-deep", _TOO_DEEP)
        if not self.shared.use(found):
            self._stop(event, "yaml-alias", f"aliases repeat more than {self.shared.MOST} values")
        self._place(found.data, event, found.data if isinstance(found.data, str) else None, found)

    def _on_Scalar(self, event: Any) -> None:  # noqa: ANN401, N802 - named after PyYAML's event
        self._check(event)
        plain = event.implicit[0] and not event.style
        value = self.plain.get(event.value, event.value) if plain else event.value
        if plain and event.value.startswith("0") and len(event.value) == 12 and event.value.isascii() and event.value.isdigit():
            message = f"`{event.value}` without quotes is a number to other readers of YAML, which lose its zero"
            # With an 8 or a 9 it is no number in base 8: YAML 1.1 has it as a text.
            if not self.dialect or not set("89") & set(event.value):
                self._refuse(event, "unquoted-account", message, f'write "{event.value}"')
        name = self._key_of_tag(event)
        placed = {name: event.value} if name else value
        mark = self._place(placed, event, None if name else str(value).lower() if isinstance(value, bool) else event.value)
        if event.anchor:
            self.shared.add(event.anchor, AnchoredPart(placed, mark))

    def _on_MappingStart(self, event: Any) -> None:  # noqa: ANN401, N802 - named after PyYAML's event
        self._start({}, event)

    def _on_SequenceStart(self, event: Any) -> None:  # noqa: ANN401, N802 - named after PyYAML's event
        self._start([], event)

    def _on_MappingEnd(self, event: Any) -> None:  # noqa: ANN401, N802 - named after PyYAML's event
        closed = self.open[-1]
        if isinstance(closed.data, dict) and _MERGE in closed.data and not merged(closed.data, closed.mark, _MERGE):
            self._refuse(event, "yaml-merge", "what is merged is no mapping and no list of mappings")
        self._close()

    def _on_SequenceEnd(self, _event: Any) -> None:  # noqa: ANN401, N802 - named after PyYAML's event
        self._close()

    def _close(self) -> None:
        closed = self.open.pop()
        if self.open:
            self.open[-1].hold(closed.size, closed.height)
        if closed.anchor:
            self.shared.add(closed.anchor, AnchoredPart(closed.data, closed.mark, closed.size, closed.height))

    def _start(self, data: dict[str, Any] | list[Any], event: Any) -> None:  # noqa: ANN401 - PyYAML event
        self._check(event)
        if len(self.open) >= MAX_DEPTH:
            self._stop(event, "too-deep", _TOO_DEEP)
        if name := self._key_of_tag(event):
            outer = self._place({name: data}, event)
            mark = outer.children[name] = Mark(outer.line, outer.column)
        else:
            mark = self._place(data, event)
        if event.anchor:
            self.shared.open(event.anchor)
        self.open.append(_Unfinished(data, mark, event.anchor))

    def _check(self, event: Any) -> None:  # noqa: ANN401 - PyYAML event
        if event.anchor and not self.dialect:
            self._refuse(event, "yaml-anchor", f"anchors are not allowed: `&{event.anchor}`")
        if event.tag not in (None, *(_TAGS if self.dialect else ())) and not self._key_of_tag(event):
            self._refuse(event, "yaml-tag", f"tags are not allowed: `{event.tag}`")

    def _key_of_tag(self, event: Any) -> str | None:  # noqa: ANN401 - PyYAML event
        """Return the key that an allowed tag stands for; a key of a mapping has none."""
        is_key = self.open and isinstance(self.open[-1].data, dict) and self.open[-1].key is None
        return None if is_key or self.dialect is None else self.dialect.key_of(event.tag)

    def _place(self, value: Any, event: Any, text: str | None = None, shared: AnchoredPart | None = None) -> Mark:  # noqa: ANN401 - as read
        at = event.start_mark
        mark = shared.mark if shared else Mark(at.line + 1, at.column + 1)
        if not self.open:
            self.result = self.result or (value, mark)
            return mark
        parent = self.open[-1]
        parent.hold(*((shared.size, shared.height) if shared else (1, 0)))
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

    def _take_key(self, parent: _Unfinished, event: Any, text: str | None) -> None:  # noqa: ANN401 - PyYAML event
        at = event.start_mark
        if text is None:
            self._refuse(event, "bad-key", "a key must be a text")
            text = f"\0{at.line}:{at.column}"
        elif text == _MERGE and not self.dialect:
            self._refuse(event, "yaml-merge", "merge keys are not allowed", "use `extends:` to share parts")
        elif text in parent.mark.keys:
            first = parent.mark.keys[text][0]
            self._refuse(event, "duplicate-key", f"the key `{text}` is given twice", f"it is first given in line {first}")
        parent.key = text
        parent.mark.keys.setdefault(text, (at.line + 1, at.column + 1))
