"""A preset's content with values in the place of its placeholders: a text that is `<name>`, alone, stands for a value.

Values enter the data after the YAML was parsed, so a value is never read as YAML, and never as another placeholder.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from kmsgen.errors import Location
from kmsgen.intent.files.tree import DerivedTree, Origin
from kmsgen.reading import Source, Steps

Value = str | list[str]
_PLACEHOLDER = re.compile(r"<([a-z][a-z0-9_]*)>\Z")


class PlaceholderValues(NamedTuple):
    """A value for each placeholder; None takes its field or item away. `given`: those that were set on the command line."""

    values: Mapping[str, Value | None]
    given: frozenset[str]


def fill(source: Source, without: tuple[str, ...], path: str, settings: PlaceholderValues) -> DerivedTree:
    """Return the content of a preset but for the fields `without`, its placeholders filled in; messages name `path`."""
    content = {key: value for key, value in source.data.items() if key not in without}
    origins: dict[Steps, Origin] = {}
    data = _PresetFilling(source, settings, origins).filled(content, (), ())
    return DerivedTree(path, data, origins)


def place_of(name: str) -> Location:
    """Return the place of a value that was set on the command line."""
    return Location(f"--set {name}")


class _Set(NamedTuple):
    """Where a value is that was set on the command line; the key before it stands in the preset."""

    name: str
    key: Origin

    def where(self, steps: Steps = ()) -> Location:  # noqa: ARG002 - a value is one place
        return place_of(self.name)

    def where_key(self, steps: Steps) -> Location:
        source, there = self.key
        return source.where_key((*there, *steps))


class _PresetFilling(NamedTuple):
    """A preset that is being filled in: `origins` gets the origin of each part. `here`: in the result, `there`: in the preset."""

    source: Source
    settings: PlaceholderValues
    origins: dict[Steps, Origin]

    def filled(self, node: Any, here: Steps, there: Steps) -> Any:  # noqa: ANN401 - plain data
        """Return what a node of the preset becomes; None: it goes."""
        name = self._placeholder(node)
        origin: Origin = (self.source, there)
        self.origins[here] = (_Set(name, origin), ()) if name is not None and name in self.settings.given else origin
        if isinstance(node, dict):
            return self._filled_mapping(node, here, there)
        if isinstance(node, list):
            return self._filled_list(node, here, there)
        return node if name is None else self.settings.values[name]

    def _placeholder(self, node: Any) -> str | None:  # noqa: ANN401 - plain data
        found = _PLACEHOLDER.match(node) if isinstance(node, str) else None
        return found[1] if found and found[1] in self.settings.values else None

    def _filled_mapping(self, node: dict[str, Any], here: Steps, there: Steps) -> dict[str, Any] | None:
        filled = {key: self.filled(value, (*here, key), (*there, key)) for key, value in node.items()}
        kept = {key: value for key, value in filled.items() if value is not None}
        return kept if kept or not node else None

    def _filled_list(self, node: list[Any], here: Steps, there: Steps) -> list[Any] | None:
        items: list[Any] = []
        for index, item in enumerate(node):
            first: Steps = (*here, len(items))
            value = self.filled(item, first, (*there, index))
            if self._placeholder(item) is not None and isinstance(value, list):
                self.origins.update({(*here, len(items) + more): self.origins[first] for more in range(len(value))})
                items.extend(value)
            elif value is not None:
                items.append(value)
        return items or None
