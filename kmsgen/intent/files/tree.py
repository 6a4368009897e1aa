"""Trees: data that was read with the place of each part, and data made of other trees' parts, each still knowing its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from kmsgen.errors import Location
from kmsgen.reading import Steps


class Places(Protocol):
    """The place of each part of some data."""

    def where(self, steps: Steps = ()) -> Location:
        """Return where the value at `steps` starts."""

    def where_key(self, steps: Steps) -> Location:
        """Return where the last key of `steps` stands."""


class Tree(Places, Protocol):
    """Data that was read, with its places: a `Source`, or a `DerivedTree` of several."""

    @property
    def data(self) -> Any:  # noqa: ANN401 - any plain data
        """Dicts, lists, texts, booleans and None."""

    @property
    def path(self) -> str:
        """The file that messages name."""


Origin = tuple[Places, Steps]


class DerivedTree(NamedTuple):
    """Data made of other trees' parts. `origins`: steps here -> the places and the steps there, of a part and of all below it.

    The whole, `()`, has an origin; the longest steps that have one count.
    """

    path: str
    data: Any
    origins: Mapping[Steps, Origin]

    def where(self, steps: Steps = ()) -> Location:
        """Return where the value at `steps` starts, in the file that holds it."""
        places, there = self._trace(steps)
        return places.where(there)

    def where_key(self, steps: Steps) -> Location:
        """Return where the last key of `steps` stands, in the file that holds it."""
        places, there = self._trace(steps)
        return places.where_key(there)

    def _trace(self, steps: Steps) -> Origin:
        length = next(n for n in range(len(steps), -1, -1) if steps[:n] in self.origins)
        places, there = self.origins[steps[:length]]
        return places, (*there, *steps[length:])
