"""Shortest text that several wildcard patterns all match: breadth-first search through their automata together."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

ANY, ONE = None, ""
_OTHER = "x"
Pattern = tuple[str | None, ...]
"""A pattern: characters, ONE for any single character, ANY for any run of them."""


def glob(text: str) -> Pattern:
    """Return the pattern of a text in which `*` and `?` are wildcards."""
    return tuple({"*": ANY, "?": ONE}.get(character, character) for character in text)


def literal(text: str) -> Pattern:
    """Return the pattern that matches the text itself only."""
    return tuple(text)


def common_text(patterns: Sequence[Pattern]) -> str | None:
    """Return a shortest text that every pattern matches; None where there is none."""
    start = tuple(_open(pattern, frozenset({0})) for pattern in patterns)
    seen, waiting = {start}, deque([(start, "")])
    while waiting:
        places, text = waiting.popleft()
        if all(len(pattern) in at for pattern, at in zip(patterns, places, strict=True)):
            return text
        for character in dict.fromkeys((*_named(patterns, places), _OTHER)):
            after = tuple(_open(p, frozenset(_step(p, at, character))) for p, at in zip(patterns, places, strict=True))
            if all(after) and after not in seen:
                seen.add(after)
                waiting.append((after, text + character))
    return None


def _open(pattern: Pattern, places: frozenset[int]) -> frozenset[int]:
    """Add the positions behind each ANY, which may be empty."""
    found, waiting = set(places), list(places)
    while waiting:
        place = waiting.pop()
        if place < len(pattern) and pattern[place] is ANY and place + 1 not in found:
            found.add(place + 1)
            waiting.append(place + 1)
    return frozenset(found)


def _step(pattern: Pattern, places: frozenset[int], character: str) -> Iterator[int]:
    for place in places:
        if place < len(pattern):
            if pattern[place] is ANY:
                yield place
            elif pattern[place] in (ONE, character):
                yield place + 1


def _named(patterns: Sequence[Pattern], places: Sequence[frozenset[int]]) -> Iterator[str]:
    for pattern, at in zip(patterns, places, strict=True):
        yield from (step for place in sorted(at) if place < len(pattern) and (step := pattern[place]))
