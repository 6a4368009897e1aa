"""Trees: data that was read with the place of each part, and data made of other trees' parts, each still knowing its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, Protocol

from kmsgen.errors import Location
from kmsgen.reading import Steps


class PlacesOfParts(Protocol):
    """The place of each part of some data."""

    def where(self, steps: Steps = ()) -> Location:
        """Return where the value at `steps` starts."""

    def where_key(self, steps: Steps) -> Location:
        """Return where the last key of `steps` stands."""


class Tree(PlacesOfParts, Protocol):
    """Data that was read, with its places: a `Source`, or a `DerivedTree` of several."""

    @property
    def data(self) -> Any:  # noqa: ANN401 - any plain data
        """Dicts, lists, texts, booleans and None."""

    @property
    def path(self) -> str:
        """The file that messages name."""


Origin = tuple[PlacesOfParts, Steps]


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


def texts(data: Any, steps: Steps = ()) -> Iterator[tuple[Steps, str]]:  # noqa: ANN401 - plain data
    """Yield every text of some data that is a value, with the steps to it."""
    if isinstance(data, str):
        yield steps, data
    elif isinstance(data, dict | list):
        for step, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from texts(value, (*steps, step))


def without(tree: Tree, gone: frozenset[Steps]) -> DerivedTree:
    """Return a tree without the parts at `gone`. Steps that go on below a text mean the text: it stands for a list of one."""
    touched = {steps[:length] for steps in gone for length in range(len(steps) + 1)}
    origins: dict[Steps, Origin] = {(): (tree, ())}

    def kept(node: Any, here: Steps, there: Steps) -> Any:  # noqa: ANN401 - plain data
        if there not in touched:
            return node
        if isinstance(node, dict):
            return {
                key: kept(value, (*here, key), (*there, key)) for key, value in node.items() if not goes(value, (*there, key))
            }
        staying = [index for index, item in enumerate(node) if not goes(item, (*there, index))]
        origins.update({(*here, new): (tree, (*there, old)) for new, old in enumerate(staying)})
        return [kept(node[old], (*here, new), (*there, old)) for new, old in enumerate(staying)]

    def goes(node: Any, there: Steps) -> bool:  # noqa: ANN401 - plain data
        return there in gone or (there in touched and not isinstance(node, dict | list))

    return DerivedTree(tree.path, kept(tree.data, (), ()), origins)
