"""POSIX shell literals."""

from __future__ import annotations


def quote(text: str) -> str:
    """Return the text as one word of a shell, in single quotes: nothing in it is expanded.

    Raises ValueError for a NUL, which no shell word can hold.
    """
    if "\0" in text:
        raise ValueError("a shell word cannot hold a NUL character")
    return "'" + text.replace("'", "'\\''") + "'"
