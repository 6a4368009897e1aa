"""Patterns of texts, as in values of StringLike and ArnLike: `*` stands for any text and `?` for one character."""

from __future__ import annotations


def may_meet(one: str, other: str) -> bool:
    """Return whether a text can match both of two patterns."""
    places = _with_nothing_taken({0}, other)
    for sign in one:
        if sign == "*":
            places = set(range(min(places, default=len(other) + 1), len(other) + 1))
        else:
            taken = (at for at in places if at < len(other) and (sign == "?" or other[at] in ("*", "?", sign)))
            places = _with_nothing_taken({at if other[at] == "*" else at + 1 for at in taken}, other)
    return len(other) in places


def _with_nothing_taken(places: set[int], pattern: str) -> set[int]:
    """Return places in a pattern, and those behind the stars there, which may take nothing."""
    found = set(places)
    for at in places:
        while at < len(pattern) and pattern[at] == "*":
            at += 1  # noqa: PLW2901 - to the next place
            found.add(at)
    return found
