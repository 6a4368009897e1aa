"""Shapes, texts known in part only, and whether policy patterns match every text of a shape, or none.

Shape and patterns run side by side as automata (sets of positions) over every character that tells them apart, so the answer is
exact. It is open where patterns match some texts only, or after MAX_STEPS.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from functools import lru_cache

from kmsgen.authorizer.language.wildcards import Maybe, Pieces, Wild, holds_wildcard_for_service, split_parts


class Some(Enum):
    """A part of a shape of which nothing is known: any text, or any text without a colon."""

    TEXT = "text"
    WORD = "word"


Shape = tuple[str | Some, ...]
ANY_TEXT: Shape = (Some.TEXT,)
MAX_STEPS = 100_000
_NEW = "\0"  # stands for every character that no pattern names
_Items = tuple[object, ...]
_Places = frozenset[tuple[int, int]]


def pieces_of_shape(shape: Shape) -> Pieces:
    """Return the pattern that matches every text of a shape, and where the shape excludes colons, more."""
    return tuple(Wild.MANY if isinstance(part, Some) else part for part in shape)


@lru_cache(maxsize=4096)
def covered(shape: Shape, patterns: tuple[Pieces, ...]) -> Maybe:
    """Return whether every text of a shape matches one of the patterns (True), or no text any (False); else None."""
    if (Wild.MANY,) in patterns:
        return True
    if shape == ANY_TEXT and patterns:
        return None
    return _explored(_items(shape), [_items(pattern) for pattern in patterns])


def covered_by_parts(shape: Shape, pattern: Pieces) -> bool:
    """Whether an ARN pattern matches every ARN of a shape when the six parts are compared one by one.

    A pattern of fewer parts that ends in `*` covers all that follows.
    """
    wanted, parts = split_parts(pattern), split_parts(shape)
    if len(parts) != 6 or holds_wildcard_for_service(wanted):
        return pattern == (Wild.MANY,)
    if len(wanted) < 6 and wanted[-1][-1:] == (Wild.MANY,):
        return all(covered(part, (want,)) for part, want in zip(parts, wanted, strict=False))
    return len(wanted) == 6 and all(covered(part, (want,)) for part, want in zip(parts, wanted, strict=True))


def _items(pieces: Shape | Pieces) -> _Items:
    return tuple(item for piece in pieces for item in (piece if isinstance(piece, str) else (piece,)))


def _explored(shape: _Items, patterns: list[_Items]) -> Maybe:
    """Run the shape (number -1) and the patterns side by side; stop once both a match and a miss were seen."""
    automata = {-1: shape, **dict(enumerate(patterns))}
    alphabet = {item for items in automata.values() for item in items if isinstance(item, str)} | {":", _NEW}
    start = _closed(frozenset((number, 0) for number in automata), automata)
    seen = {start}
    waiting = [start]
    answers: set[bool] = set()
    steps = 0
    while waiting:
        places = waiting.pop()
        steps += len(places) * len(alphabet)
        if (-1, len(shape)) in places:
            answers.add(any(number >= 0 and at == len(automata[number]) for number, at in places))
        if len(answers) > 1 or steps > MAX_STEPS:
            return None
        for character in alphabet:
            after = _closed(frozenset(_moved(places, character, automata)), automata)
            if after not in seen and any(number == -1 for number, _at in after):
                seen.add(after)
                waiting.append(after)
    return answers.pop() if answers else None


def _moved(places: _Places, character: str, automata: dict[int, _Items]) -> Iterator[tuple[int, int]]:
    """Yield the positions reached from `places` by reading one character."""
    for number, at in places:
        item = automata[number][at] if at < len(automata[number]) else None
        if item is Some.TEXT or item is Wild.MANY or (item is Some.WORD and character != ":"):
            yield number, at
        elif item is Wild.ONE or item == character:
            yield number, at + 1


def _closed(places: _Places, automata: dict[int, _Items]) -> _Places:
    """Add the positions behind wildcards and unknown parts, which may be empty."""
    found = set(places)
    waiting = list(places)
    while waiting:
        number, at = waiting.pop()
        items = automata[number]
        if at < len(items) and items[at] in (Some.TEXT, Some.WORD, Wild.MANY) and (number, at + 1) not in found:
            found.add((number, at + 1))
            waiting.append((number, at + 1))
    return frozenset(found)
