"""What an intrinsic function comes to: plain data, markers of what only a deployment knows, nothing, or JSON as a text."""

from __future__ import annotations

import json
import re
from typing import Any, Final, NamedTuple

from kmsgen.policy.letter_case import folded
from kmsgen.reading import Steps
from kmsgen.sources.unknown import OneOf, Text, Unknown, text_of, unknown_in

_DYNAMIC = re.compile(r"\{\{resolve:[^{}]*\}\}")

TextValue = str | Unknown | Text


def is_true(value: object) -> bool:
    """Return whether a property that is a boolean holds: its text does as well as itself."""
    return value is True or (isinstance(value, str) and folded(value) == "true")


class JsonText(NamedTuple):
    """A text that is the JSON of plain data, which may hold what is not known."""

    data: Any


class _NoValue:
    """Stands for `AWS::NoValue`: what has it, is left out."""


NO_VALUE: Final = _NoValue()


def as_text(value: Any, steps: Steps) -> TextValue:  # noqa: ANN401 - plain data
    """Return a value as a function puts it into a text."""
    if isinstance(value, JsonText):
        unknown = next(unknown_in(value.data), None)
        return Unknown(unknown.what, steps) if unknown else json.dumps(value.data, separators=(",", ":"))
    if isinstance(value, Unknown | Text | str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, OneOf):
        return Unknown(value.what, value.steps)
    return Unknown("a list or a mapping where a text belongs", steps)


def joined(texts: list[TextValue]) -> TextValue:
    """Put texts after one another."""
    return text_of([part for text in texts for part in (text.parts if isinstance(text, Text) else (text,))])


def without_dynamic_references(text: str, steps: Steps) -> TextValue:
    """Return a text with every `{{resolve:...}}` unknown: a deployment fetches it (dynamic-references)."""
    if "{{resolve:" not in text:
        return text
    parts: list[str | Unknown] = []
    end = 0
    for found in _DYNAMIC.finditer(text):
        parts += [text[end : found.start()], Unknown(found[0], steps)]
        end = found.end()
    return text_of([*parts, text[end:]])
