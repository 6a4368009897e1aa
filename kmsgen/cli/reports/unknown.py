"""What would have to be known for an answer, in words: the first few, and how many more there are."""

from __future__ import annotations

from collections.abc import Sequence

from kmsgen.sources.described import Open

_NAMED = 5


def named(unknown: Sequence[Open]) -> str:
    """Return what is not known in one line, each with its place."""
    said = list(dict.fromkeys(f"{one.what} ({one.place})" for one in unknown))
    more = f"; and {len(said) - _NAMED} more" if len(said) > _NAMED else ""
    return "; ".join(said[:_NAMED]) + more
