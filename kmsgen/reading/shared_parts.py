"""Parts of a YAML document that are written once, at an anchor, and stand in several places by aliases and merge keys.

What aliases repeat is counted: a few lines could stand for more values than any machine holds.
Source: YAML 1.1, Merge Key Language-Independent Type.
"""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple

from kmsgen.reading.source import Mark


class AnchoredPart(NamedTuple):
    """What stands at an anchor: its data, its place, how many values are in it and how many levels of them."""

    data: Any
    mark: Mark
    size: int = 1
    height: int = 0


class SharedParts:
    """The anchors of a document; one that is given again stands for the later part from there on."""

    MOST: ClassVar = 100_000

    def __init__(self) -> None:
        self._by_anchor: dict[str, AnchoredPart | None] = {}
        self._repeated = 0

    def open(self, anchor: str) -> None:
        """Note that the part at an anchor is being read: it cannot stand within itself."""
        self._by_anchor[anchor] = None

    def add(self, anchor: str, part: AnchoredPart) -> None:
        """Note the part at an anchor."""
        self._by_anchor[anchor] = part

    def find(self, anchor: str) -> AnchoredPart | None:
        """Return the part at an anchor; None where there is none, or it is still being read."""
        return self._by_anchor.get(anchor)

    def use(self, part: AnchoredPart) -> bool:
        """Count what an alias repeats; return whether that is not too much."""
        self._repeated += part.size
        return self._repeated <= self.MOST


def merged(data: dict[str, Any], mark: Mark, key: str) -> bool:
    """Put in place of a merge key what it names, but for keys that are there; of several the first counts. False if it cannot."""
    named, place = data.pop(key), mark.children.pop(key)
    parts = [(part, place.children[number]) for number, part in enumerate(named)] if isinstance(named, list) else [(named, place)]
    for part, at in parts:
        if not isinstance(part, dict):
            return False
        for name in [one for one in part if one not in data]:
            data[name] = part[name]
            mark.children[name] = at.children.get(name, at)
            mark.keys[name] = at.keys.get(name, (at.line, at.column))
    return True
