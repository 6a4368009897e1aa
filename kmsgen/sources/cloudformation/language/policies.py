"""Policies of a template, evaluated statement by statement; policies given as JSON texts are parsed.

A statement under an undecided condition becomes a choice (OneOf) among its forms, or absence.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from kmsgen.errors import InputError, Location
from kmsgen.reading import Source, Steps, Where
from kmsgen.reading.json_text import parse_json
from kmsgen.reading.text_within import parse_within
from kmsgen.sources.cloudformation.language.conditions import Assignment, plain
from kmsgen.sources.cloudformation.language.evaluation import NOTHING_ASSUMED, Evaluation
from kmsgen.sources.cloudformation.language.factored import factored_policy, factored_statement
from kmsgen.sources.cloudformation.language.values import JsonText
from kmsgen.sources.places import below
from kmsgen.sources.unknown.unknown import ABSENT, OneOf, Text, Unknown, text_of

_LABELS = ("Id", "Sid")
# Private-use characters, which policies do not have: they mark unknown parts of a text while it is parsed as JSON.
_OPEN, _CLOSE = "\ue000", "\ue001"


class WrittenPolicy(NamedTuple):
    """A policy as plain data with markers (Unknown, OneOf), the places of its parts, and the steps to it."""

    data: Any
    where: Where
    steps: Steps = ()


def policy_of(
    evaluation: Evaluation, source: Source, raw: object, steps: Steps, assumed: Assignment = NOTHING_ASSUMED
) -> WrittenPolicy:
    """Evaluate a policy. Raises InputError for a text that is not JSON."""
    if isinstance(raw, dict) and isinstance(raw.get("Statement"), list):
        return _by_statement(evaluation, source, raw, steps, assumed)
    if isinstance(raw, str) and "{{resolve:" not in raw and _stands_at(source, steps, raw):
        inner = parse_within(source, steps)
        return WrittenPolicy(inner.data, inner.where, steps)
    value = evaluation.value(raw, steps, assumed)
    return WrittenPolicy(_as_data(value, source.where(steps)), below(source.where, *steps), steps)


def _stands_at(source: Source, steps: Steps, raw: str) -> bool:
    """Return whether a text stands in the file as it is, and was not made by a loop."""
    try:
        return bool(source.at(steps) == raw)
    except (KeyError, IndexError, TypeError):
        return False


def _by_statement(
    evaluation: Evaluation, source: Source, raw: dict[str, Any], steps: Steps, assumed: Assignment
) -> WrittenPolicy:
    head = {
        name: _element(evaluation, name, value, (*steps, name), assumed) for name, value in raw.items() if name != "Statement"
    }
    statements: list[Any] = []
    places: list[Steps] = []
    for number, one in enumerate(raw["Statement"]):
        place = (*steps, "Statement", number)
        value = _statement(evaluation, one, place, assumed)
        if value != ABSENT:
            statements.append(value)
            places.append(place)

    def where(inner: Steps) -> Location:
        if len(inner) > 1 and inner[0] == "Statement" and isinstance(inner[1], int) and inner[1] < len(places):
            return source.where((*places[inner[1]], *inner[2:]))
        return source.where((*steps, *inner))

    return WrittenPolicy({**head, "Statement": statements}, where, steps)


def _statement(evaluation: Evaluation, raw: Any, steps: Steps, assumed: Assignment) -> Any:  # noqa: ANN401 - plain data
    """Evaluate a whole statement at once, so that all parts share the same assumptions; its Sid apart, as it decides nothing."""
    if not isinstance(raw, dict) or "Sid" not in raw:
        whole = evaluation.value(raw, steps, assumed)
        return factored_statement(whole) if isinstance(whole, OneOf) else whole
    bare = {name: value for name, value in raw.items() if name != "Sid"}
    value, sid = evaluation.value(bare, steps, assumed), plain(evaluation.label(raw["Sid"], (*steps, "Sid")))
    if isinstance(value, OneOf):
        return factored_statement(value._replace(options=tuple(_named(option, sid) for option in value.options)))
    return _named(value, sid)


def _named(statement: Any, sid: Any) -> Any:  # noqa: ANN401 - plain data
    return {"Sid": sid, **statement} if isinstance(statement, dict) and isinstance(sid, str) else statement


def _element(evaluation: Evaluation, name: str, raw: Any, steps: Steps, assumed: Assignment) -> Any:  # noqa: ANN401 - plain data
    return evaluation.label(raw, steps) if name in _LABELS else evaluation.value(raw, steps, assumed)


# --- policies as texts --------------------------------------------------------------------------------------------------


def _as_data(value: Any, place: Location) -> Any:  # noqa: ANN401 - plain data
    if isinstance(value, OneOf):
        return factored_policy(value._replace(options=tuple(_as_data(option, place) for option in value.options)))
    if isinstance(value, JsonText):
        return value.data
    if isinstance(value, str):
        return _parsed(value, place)
    return _read_in_parts(value, place) if isinstance(value, Text) else value


def _parsed(text: str, place: Location) -> Any:  # noqa: ANN401 - plain data
    try:
        return parse_json(text, place.path).data
    except InputError as error:
        raise InputError(one._replace(location=place) for one in error.diagnostics) from None


def _read_in_parts(text: Text, place: Location) -> Any:  # noqa: ANN401 - plain data
    """Parse a JSON text with unknown parts; all of it is Unknown if these are not inside strings."""
    unknown = [part for part in text.parts if isinstance(part, Unknown)]
    if any(_OPEN in part or _CLOSE in part for part in text.parts if isinstance(part, str)):
        return Unknown(unknown[0].what, unknown[0].steps)
    numbers = iter(range(len(unknown)))
    whole = "".join(part if isinstance(part, str) else f"{_OPEN}{next(numbers)}{_CLOSE}" for part in text.parts)
    try:
        return _put_back(parse_json(whole, place.path).data, unknown)
    except InputError:
        return Unknown(unknown[0].what, unknown[0].steps)


def _put_back(data: Any, unknown: list[Unknown]) -> Any:  # noqa: ANN401 - plain data
    if isinstance(data, list):
        return [_put_back(item, unknown) for item in data]
    if isinstance(data, dict):
        if any(_OPEN in name for name in data):
            return unknown[0]
        return {name: _put_back(item, unknown) for name, item in data.items()}
    if not isinstance(data, str) or _OPEN not in data:
        return data
    parts: list[str | Unknown] = []
    for part in data.split(_OPEN):
        number, closed, rest = part.partition(_CLOSE)
        parts += [unknown[int(number)], rest] if closed else [part]
    return text_of(parts)
