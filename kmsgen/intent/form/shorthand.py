"""What users may write in several ways, made one: a text for a list of one, digits for a number, a text for a mapping."""

from __future__ import annotations

from pydantic_core import PydanticCustomError


def listed(value: object) -> object:
    """Return a list for a single text; a boolean goes with it, to be refused as an item."""
    return [value] if isinstance(value, str | bool) else value


def digits(value: object) -> object:
    """Return the number that a text of at most six digits means. Raises PydanticCustomError `not-a-number`."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 6:
        return int(value)
    raise PydanticCustomError("not-a-number", "expected a whole number")


def as_text(value: object) -> object:
    """Return the text of a boolean, as policies have it: `true`, `false`."""
    return str(value).lower() if isinstance(value, bool) else value


def as_field(field: str, value: object) -> object:
    """Return a mapping for a text that stands for one field of it."""
    return {field: value} if isinstance(value, str) else value


def as_name(value: object) -> object:
    """Return a mapping for a text that is its only key."""
    return {value: None} if isinstance(value, str) else value
