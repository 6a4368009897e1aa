"""What is not known of a policy: markers that stand in plain data in the place of a value.

Readers of files put a marker wherever a file does not tell; `readings.read_policy` makes two policies of such data.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from kmsgen.reading import Steps


class Unknown(NamedTuple):
    """A value that a file does not tell: `what` would have to be known, such as `aws_iam_role.app.arn, known after apply`.

    It may stand for a whole policy, a statement, an element of one, an entry of a list. `steps` lead to its place in the file.
    """

    what: str
    steps: Steps = ()


class Text(NamedTuple):
    """A text of which parts are not known, in their order."""

    parts: tuple[str | Unknown, ...]

    @property
    def known(self) -> str:
        """The text up to the first part that is not known."""
        return "".join(self.parts[: self._first])  # type: ignore[arg-type]

    @property
    def pattern(self) -> str:
        """The text as a pattern that any value of its unknown parts matches."""
        return "".join(part if isinstance(part, str) else "*" for part in self.parts)

    @property
    def _first(self) -> int:
        return next((number for number, part in enumerate(self.parts) if isinstance(part, Unknown)), len(self.parts))


class Absent(NamedTuple):
    """As a value that may be: the element or entry is not there (`AWS::NoValue`)."""


class OneOf(NamedTuple):
    """One of several values, each plain data (markers in it too) or Absent; `what` decides which."""

    options: tuple[Any, ...]
    what: str
    steps: Steps = ()


Marker = Unknown | Text | OneOf
ABSENT = Absent()


def is_marker(data: object) -> bool:
    """Return whether data stands for a value that is not known."""
    return isinstance(data, Unknown | Text | OneOf)


def markers(data: object) -> Iterator[Marker]:
    """Yield every marker in plain data, none of those within another."""
    if isinstance(data, Unknown | Text | OneOf):
        yield data
    elif isinstance(data, list):
        for item in data:
            yield from markers(item)
    elif isinstance(data, dict):
        for item in data.values():
            yield from markers(item)


def has_unknown(data: object) -> bool:
    """Return whether anything in plain data is not known."""
    return next(markers(data), None) is not None


def unknown_in(data: object) -> Iterator[Unknown]:
    """Yield what would have to be known for plain data to be known whole."""
    for one in markers(data):
        if isinstance(one, Unknown):
            yield one
        elif isinstance(one, Text):
            yield from (part for part in one.parts if isinstance(part, Unknown))
        else:
            yield Unknown(one.what, one.steps)
            yield from (inner for option in one.options for inner in unknown_in(option))


def text_of(parts: list[str | Unknown]) -> str | Unknown | Text:
    """Return the text of some parts: known whole, not known at all, or in parts."""
    joined: list[str | Unknown] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        elif part != "":
            joined.append(part)
    if not joined:
        return ""
    return joined[0] if len(joined) == 1 else Text(tuple(joined))
