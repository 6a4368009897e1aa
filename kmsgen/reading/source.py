"""Data that was read, with the place of every part."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from kmsgen.errors import Location

MAX_DEPTH = 50

_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)

Steps = tuple[str | int, ...]
Where = Callable[[Steps], Location]


class Dialect(NamedTuple):
    """YAML 1.1 with tags, anchors, aliases and merge keys, for the documents that `belong_to` tells it by.

    `word` stands in every such document. `keys` has for a tag the key of the mapping that it is read as, `!Ref x` as `{Ref: x}`;
    of a tag that it does not have the key is the name after `other`.
    """

    word: str
    keys: Mapping[str, str]
    other: str
    belong_to: Callable[[object], bool]

    def key_of(self, tag: str | None) -> str | None:
        """Return the key that a tag stands for; None for a tag of YAML itself, or for none."""
        if tag is None or not tag.startswith("!") or tag == "!":
            return None
        return self.keys.get(tag, f"{self.other}{tag[1:]}")


class Mark:
    """Where a node starts and where its children and their keys are; line and column from 1."""

    __slots__ = ("children", "column", "keys", "line")

    def __init__(self, line: int, column: int, children: dict[str | int, Mark] | None = None) -> None:
        self.line = line
        self.column = column
        self.children = {} if children is None else children
        self.keys: dict[str, tuple[int, int]] = {}


class Source:
    """A text that was read: `.data` (dicts, lists, texts, booleans, None) and the place of each part.

    Of JSON Lines the data is a list with an item a line, and `items` are the sources of these by the number of the line. `text`
    is kept where it is one JSON text.
    """

    def __init__(
        self,
        path: str,
        data: Any,  # noqa: ANN401 - any plain data
        marks: Callable[[], Mark],
        *,
        items: Mapping[int, Source] | None = None,
        text: str | None = None,
    ) -> None:
        self.path = path
        self.data = data
        self.items = items
        self._text = text
        self._make_marks = marks

    @property
    def lines(self) -> bool:
        """Whether the text is JSON Lines."""
        return self.items is not None

    def at(self, steps: Steps) -> Any:  # noqa: ANN401 - any plain data
        """Return the value at `steps`."""
        data = self.data
        for step in steps:
            data = data[step]
        return data

    @cached_property
    def root(self) -> Mark:
        """The place of the whole, with those of all its parts."""
        return self._make_marks()

    def _mark(self, steps: Steps) -> Mark:
        mark = self.root
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

    def raw_string(self, place: Location) -> str | None:
        """Return the JSON string that starts at a place, as it is written between its quotes; None where the text is not JSON."""
        if self._text is None:
            return None
        start = -1
        for _ in range(place.line - 1):
            start = self._text.index("\n", start + 1)
        found = _STRING.match(self._text, start + place.column)
        return found[1] if found else None
