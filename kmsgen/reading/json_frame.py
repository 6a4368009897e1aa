"""JSON objects that are alike but for the values of some members: what is alike is read once, and compared as text."""

from __future__ import annotations

import re
from collections.abc import Container
from typing import Any, NamedTuple

from kmsgen.reading.json_text import DECODER, is_sound

_SPACE = re.compile(r"[ \t\n\r]*")


class Frame(NamedTuple):
    """The text of a JSON object around the values of members that are left out: before, between and after them.

    A text that has all of it with a JSON value in each gap is JSON, and has the same other members: JSON reads in one way only.
    """

    names: tuple[str, ...]
    pieces: tuple[str, ...]

    @property
    def size(self) -> int:
        """How many characters it holds."""
        return sum(map(len, self.pieces))

    def values(self, text: str) -> dict[str, Any] | None:
        """Return the members left out of a text that has this frame; None of any other, and of one that is to be refused."""
        found: dict[str, Any] = {}
        end = brackets = 0
        for name, piece in zip(self.names, self.pieces, strict=False):
            if not text.startswith(piece, end):
                return None
            start = end + len(piece)
            try:
                found[name], end = DECODER.raw_decode(text, start)
            except (ValueError, RecursionError):
                return None
            brackets += text.count("{", start, end) + text.count("[", start, end)
        if not text.startswith(self.pieces[-1], end) or len(text) != end + len(self.pieces[-1]):
            return None
        return found if is_sound(found, text, brackets + 1) else None


def frame_of(text: str, names: Container[str]) -> Frame:
    """Cut the text of a JSON object, which was read without a fault, around the values of the members of these names."""
    found: list[str] = []
    pieces: list[str] = []
    cut = 0
    at = _past_space(text, text.index("{") + 1)
    while text[at] != "}":
        name, at = DECODER.raw_decode(text, at)
        start = _past_space(text, _past_space(text, at) + 1)
        _, end = DECODER.raw_decode(text, start)
        if name in names:
            found.append(name)
            pieces.append(text[cut:start])
            cut = end
        at = _past_space(text, end)
        at = _past_space(text, at + 1) if text[at] == "," else at
    return Frame(tuple(found), (*pieces, text[cut:]))


def _past_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at
