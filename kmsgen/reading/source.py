"""Data that was read, with the place of every part."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from kmsgen.errors import Location

MAX_DEPTH = 50

Steps = tuple[str | int, ...]
Where = Callable[[Steps], Location]


class Mark:
    """Where a node starts and where its children and their keys are; line and column from 1."""

    __slots__ = ("children", "column", "keys", "line")

    def __init__(self, line: int, column: int, children: dict[str | int, Mark] | None = None) -> None:
        self.line = line
        self.column = column
        self.children = {} if children is None else children
        self.keys: dict[str, tuple[int, int]] = {}


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
