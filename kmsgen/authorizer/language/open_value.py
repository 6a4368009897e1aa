"""Open values: what a condition key may hold where the request tells neither its value nor its absence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product

from kmsgen.authorizer.language.shapes import Shape
from kmsgen.authorizer.language.wildcards import Maybe
from kmsgen.catalogue.model import Values


@dataclass(frozen=True, slots=True)
class OpenValue:
    """The values that a condition key may hold: one of the `readings` (None: it is absent), or, with a shape, any text of it.

    Of a multi-valued key the shape is that of each of its values, and `members` are among them. `why` is the note on it: a
    contradiction or silence of AWS, or what the request would have to tell.
    """

    readings: tuple[Values | None, ...] = ()
    shape: Shape | None = None
    members: Values = ()
    multi_valued: bool = False
    why: str = ""
    # of a value whose spelling alone is open: types of operators that read what it means ("Numeric", "Date"), each with a text
    meant: tuple[tuple[str, str], ...] = ()

    @property
    def alternatives(self) -> Iterator[Values | OpenValue | None]:
        """The readings, and last the open value by its shape alone, if it has one."""
        yield from self.readings
        if self.shape is not None:
            yield replace(self, readings=())


Seen = Values | OpenValue | None
"""What a condition sees of a key: its values, that it is absent (None, or no values), or that this is open."""
Lookup = Callable[[str], Seen]
MAX_WORLDS = 64


def no_lookup(_key: str) -> None:
    """Find nothing: the lookup for texts that hold no variables."""


def agreed(results: Iterable[Maybe]) -> Maybe:
    """Return what all results say; None where they differ."""
    found = set(results)
    return found.pop() if len(found) == 1 else None


def either_way(seen: Seen, why: str) -> OpenValue:
    """Return a condition key that is either absent or as it is seen; `why` is the note on that."""
    if isinstance(seen, OpenValue):
        return replace(seen, readings=(None, *seen.readings), why=seen.why or why)
    return OpenValue((None, seen) if seen else (None,), why=why)


def worlds(seen: Mapping[str, Seen]) -> Iterator[Mapping[str, Seen]] | None:
    """Yield each combination of what open condition keys may hold; None where there are more than MAX_WORLDS of them.

    A key that is still open within a world has a shape and no readings.
    """
    each = [tuple(dict.fromkeys(value.alternatives)) if isinstance(value, OpenValue) else (value,) for value in seen.values()]
    count = 1
    for alternatives in each:
        count *= len(alternatives)
    if count > MAX_WORLDS:
        return None
    return (dict(zip(seen, chosen, strict=True)) for chosen in product(*each))
