"""Characters that cannot be seen and mislead who reads a text: control characters, marks that turn the direction of writing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kmsgen.intent.files.problems import Problems
from kmsgen.reading import Steps

# what a text of several lines may hold
_LAYOUT = frozenset("\t\n\r")
_MULTI_LINE: tuple[Steps, ...] = (("key", "description"),)
_DIRECTION = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_SEPARATORS = frozenset("\u2028\u2029\ufeff")


def check_texts(data: Any, problems: Problems) -> None:  # noqa: ANN401 - plain data
    """Report every key and text that holds a character which no one can see."""
    for steps, text, is_key in _texts(data, ()):
        if text.isascii() and text.isprintable():
            continue
        allowed = _LAYOUT if steps in _MULTI_LINE and not is_key else frozenset()
        bad = next((c for c in text if unseen(c) and c not in allowed), None)
        if bad is not None:
            report = problems.add_key if is_key else problems.add
            shown = "".join(c for c in text if c.isprintable() and not unseen(c))[:60]
            report(
                steps, "control-character", f"`{shown}` holds the character U+{ord(bad):04X}, which cannot be seen", "remove it"
            )


def unseen(character: str) -> bool:
    """Return whether a character cannot be seen, or turns the direction of text."""
    code = ord(character)
    return code < 32 or 127 <= code < 160 or character in _DIRECTION or character in _SEPARATORS


def _texts(data: Any, steps: Steps) -> Iterator[tuple[Steps, str, bool]]:  # noqa: ANN401 - plain data
    if isinstance(data, str):
        yield steps, data, False
    elif isinstance(data, dict):
        for key, value in data.items():
            yield (*steps, key), key, True
            yield from _texts(value, (*steps, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _texts(value, (*steps, index))
