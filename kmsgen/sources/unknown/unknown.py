"""Markers for unknown values in policies given as plain data.

Readers of files put a marker where a file does not tell a value; `readings.read_policy` makes two readings of such data.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from kmsgen.reading import Steps


class Unknown(NamedTuple):
    """A value that a file does not tell; `what` describes it, such as `aws_iam_role.app.arn, known after apply`.

    It may stand for a policy, a statement, an element or an entry of a list. `steps` lead to its place in the file.
    """

    what: str
    steps: Steps = ()


class Text(NamedTuple):
    """A text that is unknown in parts."""

    parts: tuple[str | Unknown, ...]

    @property
    def known(self) -> str:
        """The text before its first unknown part."""
        return "".join(self.parts[: self._first])  # type: ignore[arg-type]

    @property
    def pattern(self) -> str:
        """The text as a pattern, `*` for each unknown part."""
        return "".join(part if isinstance(part, str) else "*" for part in self.parts)

    @property
    def _first(self) -> int:
        return next((number for number, part in enumerate(self.parts) if isinstance(part, Unknown)), len(self.parts))


class Absent(NamedTuple):
    """As an option of OneOf: the element or entry does not exist (`AWS::NoValue`)."""


class OneOf(NamedTuple):
    """One of several values, plain data (with markers) or Absent; `what` describes what decides which."""

    options: tuple[Any, ...]
    what: str
    steps: Steps = ()


Marker = Unknown | Text | OneOf
ABSENT = Absent()


def is_marker(data: object) -> bool:
    """Return whether data is a marker of an unknown value."""
    return isinstance(data, Unknown | Text | OneOf)


def markers(data: object) -> Iterator[Marker]:
    """Yield the markers in plain data, without those inside other markers."""
    if isinstance(data, Unknown | Text | OneOf):
        yield data
    elif isinstance(data, list):
        for item in data:
            yield from markers(item)
    elif isinstance(data, dict):
        for item in data.values():
            yield from markers(item)


def has_unknown(data: object) -> bool:
    """Return whether anything in plain data is unknown."""
    return next(markers(data), None) is not None


def unknown_in(data: object) -> Iterator[Unknown]:
    """Yield everything that is unknown in plain data."""
    for one in markers(data):
        if isinstance(one, Unknown):
            yield one
        elif isinstance(one, Text):
            yield from (part for part in one.parts if isinstance(part, Unknown))
        else:
            yield Unknown(one.what, one.steps)
            yield from (inner for option in one.options for inner in unknown_in(option))


def text_of(parts: list[str | Unknown]) -> str | Unknown | Text:
    """Join parts to a text: a plain text, a single Unknown, or a Text unknown in parts."""
    joined: list[str | Unknown] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        elif part != "":
            joined.append(part)
    if not joined:
        return ""
    return joined[0] if len(joined) == 1 else Text(tuple(joined))


def texts(data: object) -> Iterator[str]:
    """Yield the texts in plain data, those of every option of a marker too; `*` stands for an unknown part of a text."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, Text):
        yield data.pattern
    elif isinstance(data, OneOf | list | dict):
        held = data.options if isinstance(data, OneOf) else data.values() if isinstance(data, dict) else data
        for item in held:
            yield from texts(item)
