"""Values of intrinsic functions: plain data, markers of what is unknown, NO_VALUE, or JSON texts."""

from __future__ import annotations

import json
import re
from typing import Any, Final, NamedTuple

from kmsgen.policy.letter_case import folded
from kmsgen.reading import Steps
from kmsgen.sources.unknown.unknown import OneOf, Text, Unknown, text_of, unknown_in

_DYNAMIC = re.compile(r"\{\{resolve:[^{}]*\}\}")

TextValue = str | Unknown | Text


def is_true(value: object) -> bool:
    """Return whether a boolean property is true, written as a boolean or as a text."""
    return value is True or (isinstance(value, str) and folded(value) == "true")


class JsonText(NamedTuple):
    """A text that is the JSON of `data`, which may hold markers."""

    data: Any


class _NoValue:
    """Stands for `AWS::NoValue`: a property that has it is left out."""


NO_VALUE: Final = _NoValue()


def as_text(value: Any, steps: Steps) -> TextValue:  # noqa: ANN401 - plain data
    """Return a value as it appears within a text, such as in `Fn::Sub`; Unknown for what cannot."""
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
    """Concatenate texts that may be unknown in part."""
    return text_of([part for text in texts for part in (text.parts if isinstance(text, Text) else (text,))])


def without_dynamic_references(text: str, steps: Steps) -> TextValue:
    """Return a text with each `{{resolve:...}}` Unknown, as a deployment fetches it (dynamic-references)."""
    if "{{resolve:" not in text:
        return text
    parts: list[str | Unknown] = []
    end = 0
    for found in _DYNAMIC.finditer(text):
        parts += [text[end : found.start()], Unknown(found[0], steps)]
        end = found.end()
    return text_of([*parts, text[end:]])
