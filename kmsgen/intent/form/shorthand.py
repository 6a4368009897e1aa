"""What users may write in several ways, made one: a text for a list of one, digits for a number, a text for a mapping."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

from pydantic_core import PydanticCustomError


def listed(value: object) -> object:
    """Return a list for a single text; a boolean goes with it, to be refused as an item."""
    return [value] if isinstance(value, str | bool) else value


def digits(value: object) -> object:
    """Return the number that a text of digits means."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 6:
        return int(value)
    raise PydanticCustomError("not-a-number", "expected a whole number")


def as_text(value: object) -> object:
    """Return the text of a boolean, as policies have it."""
    return str(value).lower() if isinstance(value, bool) else value


def as_field(field: str) -> Callable[[object], object]:
    """Return what makes a mapping of a text that stands for one field of it."""
    return lambda value: {field: value} if isinstance(value, str) else value


def as_name(value: object) -> object:
    """Return a mapping for a text that is its only key."""
    return {value: None} if isinstance(value, str) else value


def as_part(fields: dict[str, object]) -> object:
    """Return fields with names as attributes."""
    return SimpleNamespace(**fields)


NORMAL: dict[str, Callable[[object], object]] = {
    "listed": listed,
    "digits": digits,
    "as-text": as_text,
    "as-name": as_name,
    "as-principal": as_field("principal"),
    "as-service": as_field("service"),
}
"""The functions that shapes name."""
