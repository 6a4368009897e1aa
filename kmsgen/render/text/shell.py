"""POSIX shell literals."""

from __future__ import annotations


def quote(text: str) -> str:
    """Quote a POSIX shell word (`sh` in templates): in single quotes nothing is expanded.

    Raises ValueError for a NUL, which no shell word can hold.
    """
    if "\0" in text:
        raise ValueError("a shell word cannot hold a NUL character")
    return "'" + text.replace("'", "'\\''") + "'"
