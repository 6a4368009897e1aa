"""YAML events to data and marks, without recursion."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from kmsgen.errors import Diagnostic, InputError, Location
from kmsgen.reading.source import MAX_DEPTH, Mark, Source, Tags

_PLAIN = {"true": True, "false": False, "null": None, "~": None, "": None}


class _Open:
    """A mapping or sequence that is being read."""

    __slots__ = ("data", "key", "mark")

    def __init__(self, data: dict[str, Any] | list[Any], mark: Mark) -> None:
        self.data = data
        self.mark = mark
        self.key: str | None = None


def parse_yaml(text: str, path: str, tags: Tags | None = None) -> Source:
    """Parse one YAML document; `tags` are allowed where it is one of theirs.

    Raises InputError with every duplicate key, anchor, alias and other tag found.
    """
    problems: list[Diagnostic] = []
    try:
        events = yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        composer = _Composer(path, problems, tags.keys if tags else {})
        data, mark = composer.compose(events)
        if not tags or not tags.belong_to(data):
            problems += composer.unless_template
    except yaml.MarkedYAMLError as error:
        at = error.problem_mark or error.context_mark
        place = Location(path, at.line + 1, at.column + 1) if at else Location(path)
        problems.append(Diagnostic(place, "yaml-syntax", (error.problem or "not YAML").lower(), _tab_before(text, place.line)))
    except yaml.YAMLError as error:
        problems.append(Diagnostic(_reader_place(error, text, path), "yaml-syntax", "not YAML: a character is not allowed"))
    if problems:
        raise InputError(problems)
    return Source(path, data, lambda: mark)


def _tab_before(text: str, line: int) -> str:
    """Return a hint on the last tab up to a line in what indents a line, which YAML takes spaces for alone."""
    rows = enumerate(text.splitlines()[:line], 1)
    found = [number for number, row in rows if "\t" in row[: len(row) - len(row.lstrip(" \t"))]]
    return f"line {found[-1]} is indented with a tab: use spaces" if found else ""


def _reader_place(error: Any, text: str, path: str) -> Location:  # noqa: ANN401 - yaml.reader.ReaderError is untyped
    position = min(int(getattr(error, "position", 0) or 0), len(text))
    line = text.count("\n", 0, position) + 1
    return Location(path, line, position - (text.rfind("\n", 0, position) + 1) + 1)


class _Composer:
    """Folds a stream of YAML events into data and marks without recursion."""

    def __init__(self, path: str, problems: list[Diagnostic], tags: Mapping[str, str]) -> None:
        self.path = path
        self.tags = tags
        self.problems = problems
        self.unless_template: list[Diagnostic] = []
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
        self.problems.append(Diagnostic(self._at(event), code, message, hint))

    def _at(self, event: Any) -> Location:  # noqa: ANN401 - PyYAML event
        at = event.start_mark
        return Location(self.path, at.line + 1, at.column + 1)

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
        if plain and event.value.startswith("0") and len(event.value) == 12 and event.value.isascii() and event.value.isdigit():
            message = f"`{event.value}` without quotes is a number to other readers of YAML, which lose its zero"
            # With an 8 or a 9 it is no number in base 8: YAML 1.1, which templates are in, has it as a text.
            refused = self.unless_template if set("89") & set(event.value) else self.problems
            refused.append(Diagnostic(self._at(event), "unquoted-account", message, f'write "{event.value}"'))
        if name := self._key_of_tag(event):
            self._place({name: event.value}, event)
        else:
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
        if name := self._key_of_tag(event):
            outer = self._place({name: data}, event)
            mark = outer.children[name] = Mark(outer.line, outer.column)
        else:
            mark = self._place(data, event)
        self.open.append(_Open(data, mark))

    def _check(self, event: Any) -> None:  # noqa: ANN401 - PyYAML event
        if event.anchor:
            self._refuse(event, "yaml-anchor", f"anchors are not allowed: `&{event.anchor}`")
        if event.tag is not None:
            refused = self.unless_template if self._key_of_tag(event) else self.problems
            refused.append(Diagnostic(self._at(event), "yaml-tag", f"tags are not allowed: `{event.tag}`"))

    def _key_of_tag(self, event: Any) -> str | None:  # noqa: ANN401 - PyYAML event
        """Return the key that an allowed tag stands for; a key of a mapping has none."""
        is_key = self.open and isinstance(self.open[-1].data, dict) and self.open[-1].key is None
        return None if is_key else self.tags.get(event.tag)

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
