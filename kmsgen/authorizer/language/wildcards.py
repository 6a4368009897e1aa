"""Wildcard matching of texts and of the six parts of ARNs, three-valued.

None: AWS's documentation leaves it open, or the pattern cannot be evaluated. No regular expressions, so that no pattern of a
hostile policy takes more time than pattern length times text length.
Source: IAM User Guide, reference_policies_elements_resource, reference_policies_elements_condition_operators.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from typing import TypeVar

Maybe = bool | None
Predicate = Callable[[str], Maybe]


class Wild(Enum):
    """A wildcard of a pattern."""

    MANY = "*"
    ONE = "?"


Piece = str | Wild
Pieces = tuple[Piece, ...]


def any_of(values: Iterable[Maybe]) -> Maybe:
    """Return True if one is true, otherwise None if one is open, otherwise False."""
    result: Maybe = False
    for value in values:
        if value:
            return True
        if value is None:
            result = None
    return result


def all_of(values: Iterable[Maybe]) -> Maybe:
    """Return False if one is false, otherwise None if one is open, otherwise True."""
    result: Maybe = True
    for value in values:
        if value is None:
            result = None
        elif not value:
            return False
    return result


def negate(value: Maybe) -> Maybe:
    """Turn true and false round; open stays open."""
    return None if value is None else not value


def pieces_of(text: str) -> Pieces:
    """Split a pattern into literal runs and the wildcards `*` and `?`."""
    if "*" not in text and "?" not in text:
        return (text,) if text else ()
    found: list[Piece] = []
    run = ""
    for character in text:
        if character in "*?":
            if run:
                found.append(run)
                run = ""
            found.append(Wild(character))
        else:
            run += character
    return tuple([*found, run] if run else found)


def glob(pieces: Pieces) -> Callable[[str], bool]:
    """Compile a pattern; `*` is any run of characters, `?` any one."""
    if not any(isinstance(piece, Wild) for piece in pieces):
        return "".join(map(str, pieces)).__eq__
    if pieces == (Wild.MANY,):
        return lambda _text: True
    if Wild.MANY not in pieces:
        return _Run(pieces).fits_whole
    if Wild.ONE not in pieces and pieces.count(Wild.MANY) == 1:
        middle = pieces.index(Wild.MANY)
        return _affixes("".join(map(str, pieces[:middle])), "".join(map(str, pieces[middle + 1 :])))
    return _runs(pieces)


def _affixes(prefix: str, suffix: str) -> Callable[[str], bool]:
    if not suffix:
        return lambda text: text.startswith(prefix)
    shortest = len(prefix) + len(suffix)
    return lambda text: len(text) >= shortest and text.startswith(prefix) and text.endswith(suffix)


class _Run:
    """A pattern between two `*`: literal characters and `?`, of fixed length."""

    __slots__ = ("characters", "length", "literal")

    def __init__(self, pieces: Iterable[Piece]) -> None:
        self.characters: list[str | None] = []
        for piece in pieces:
            self.characters.extend([None] if isinstance(piece, Wild) else piece)
        self.length = len(self.characters)
        self.literal = None if None in self.characters else "".join(map(str, self.characters))

    def fits(self, text: str, start: int) -> bool:
        """Return whether the run stands in the text at `start`, which leaves room for it."""
        return all(wanted is None or wanted == text[start + i] for i, wanted in enumerate(self.characters))

    def fits_whole(self, text: str) -> bool:
        return len(text) == self.length and self.fits(text, 0)

    def find(self, text: str, start: int, end: int) -> int:
        """Return the first place from `start` where the run ends by `end`, or -1."""
        if self.literal is not None:
            return text.find(self.literal, start, end)
        return next((at for at in range(start, end - self.length + 1) if self.fits(text, at)), -1)


def _runs(pieces: Pieces) -> Callable[[str], bool]:
    """Match runs from left to right, each at its first place: enough, since `*` takes any rest."""
    groups: list[list[Piece]] = [[]]
    for piece in pieces:
        if piece is Wild.MANY:
            groups.append([])
        else:
            groups[-1].append(piece)
    first, *middle, last = (_Run(group) for group in groups)

    def matches(text: str) -> bool:
        end = len(text) - last.length
        if end < first.length or not first.fits(text, 0) or not last.fits(text, end):
            return False
        at = first.length
        for run in middle:
            if run.length:
                at = run.find(text, at, end)
                if at < 0:
                    return False
                at += run.length
        return True

    return matches


Unknown = TypeVar("Unknown", bound=Enum)


def split_parts(pieces: tuple[str | Unknown, ...]) -> list[tuple[str | Unknown, ...]]:
    """Split a pattern, or a shape, at its first five literal colons."""
    parts: list[list[str | Unknown]] = [[]]
    for piece in pieces:
        rest: str | Unknown = piece
        while isinstance(rest, str) and ":" in rest and len(parts) < 6:
            head, _, rest = rest.partition(":")
            if head:
                parts[-1].append(head)
            parts.append([])
        if rest != "":
            parts[-1].append(rest)
    return [tuple(part) for part in parts]


def arn_pattern(pieces: Pieces) -> Predicate:
    """Compile an ARN pattern as ArnLike compares: six parts one by one, wildcards within each; the sixth holds the rest.

    Open (None) where a pattern of fewer parts, `*` alone too, matches only if a wildcard reaches across colons.
    """
    whole, parts = glob(pieces), split_parts(pieces)
    if len(parts) != 6:
        return lambda text: None if whole(text) else False
    return _by_parts(parts)


def resource_pattern(pieces: Pieces) -> Predicate:
    """Compile an ARN pattern of a Resource element: wildcards stay within colons, but a `*` that ends a segment reaches on.

    Open (None) where it matches only if another wildcard reaches across colons (P3), or where a wildcard may stand for the
    service.
    """
    whole, parts = glob(pieces), split_parts(pieces)
    if pieces == (Wild.MANY,):
        return whole
    if holds_wildcard_for_service(parts):
        return lambda text: None if whole(text) else False
    by_parts = _by_parts(parts) if len(parts) == 6 else None
    head = [glob(part) for part in parts[:3]]
    items = tuple(item for piece in pieces for item in (piece if isinstance(piece, str) else (piece,)))

    def matches(text: str) -> Maybe:
        if not whole(text):
            return False
        if by_parts is not None and by_parts(text):
            return True
        # a wildcard never reaches across partition and service, so these must match part by part
        named = all(test(part) for test, part in zip(head, text.split(":"), strict=False))
        return True if named and _reaches(items, text) else None

    return matches


def holds_wildcard_for_service(parts: Sequence[Pieces]) -> bool:
    """Whether in an ARN pattern, split at its colons, a wildcard may stand for the service (the third part)."""
    return len(parts) < 3 or any(isinstance(piece, Wild) for piece in parts[2])


def _by_parts(parts: Iterable[Pieces]) -> Callable[[str], bool]:
    globs = [glob(part) for part in parts]

    def matches(text: str) -> bool:
        values = text.split(":", 5)
        return len(values) == 6 and all(test(value) for test, value in zip(globs, values, strict=True))

    return matches


def _reaches(items: Sequence[Piece], text: str) -> bool:
    """Match wildcards as Resource elements do: only a `*` before a colon or at the end matches colons."""
    ends = {len(items)} | {at for at, item in enumerate(items) if item == ":"}
    places = _skipping({0}, items)
    for character in text:
        moved: set[int] = set()
        for at in places:
            item = items[at] if at < len(items) else None
            if item is Wild.MANY and (character != ":" or at + 1 in ends):
                moved.add(at)
            elif item == character or (item is Wild.ONE and character != ":"):
                moved.add(at + 1)
        places = _skipping(moved, items)
    return len(items) in places


def _skipping(places: set[int], items: Sequence[Piece]) -> set[int]:
    """Add the positions behind each `*`, which may be empty."""
    for start in list(places):
        at = start
        while at < len(items) and items[at] is Wild.MANY:
            at += 1
            places.add(at)
    return places
