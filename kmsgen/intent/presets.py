"""Presets: complete intents with parameters, filled in with what the user sets.

A preset is an intent with two more fields: `preset` (summary, about, source) and `parameters`. A text that is `<name>`, alone,
stands for the parameter of that name. A parameter without a value that is optional takes its field or item away.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from kmsgen.errors import Diagnostic, InputError, Location, input_error
from kmsgen.intent.files.placeholders import PlaceholderValues, Value, fill, place_of
from kmsgen.intent.files.suggestion import one_of
from kmsgen.intent.files.tree import DerivedTree
from kmsgen.intent.intent import Intent
from kmsgen.reading import Source, read_file
from kmsgen.resources import shipped

FOLDER = "presets"
HEADER = ("preset", "parameters")


class PresetParameter(NamedTuple):
    """What a preset leaves open. `default` None and not `optional`: it must be set. `example` is a value that works."""

    name: str
    description: str
    example: Value
    default: Value | None = None
    optional: bool = False
    listed: bool = False

    @property
    def required(self) -> bool:
        """Whether it must be set."""
        return self.default is None and not self.optional


class Preset(NamedTuple):
    """A shipped intent with parameters. `text` is its YAML; `about` says what it does beyond the summary, and why."""

    name: str
    summary: str
    about: str
    source: str
    parameters: tuple[PresetParameter, ...]
    text: str


def preset_names() -> tuple[str, ...]:
    """Return the names of the shipped presets, sorted."""
    return tuple(sorted(path.stem for path in shipped(FOLDER).glob("*.yaml")))


def find_preset(name: str) -> Preset:
    """Return a preset by its name. Raises InputError if there is none."""
    source = _read(name)
    about = source.data["preset"]
    parameters = tuple(_parameter(key, row) for key, row in source.data["parameters"].items())
    text = (shipped(FOLDER) / f"{name}.yaml").read_text(encoding="utf-8")
    return Preset(name, about["summary"], about.get("about", ""), about.get("source", ""), parameters, text)


def load_preset(name: str, settings: Mapping[str, str]) -> Intent:
    """Return the intent of a preset with its parameters set; a list is `a,b` or `["a", "b"]`. Raises InputError."""
    from kmsgen.intent.resolve.resolve import resolve  # noqa: PLC0415 - a list of presets needs no pydantic

    return resolve(filled_preset(name, settings))


def filled_preset(name: str, settings: Mapping[str, str]) -> DerivedTree:
    """Return the content of the intent that a preset is with its parameters set. Raises InputError for the settings."""
    source = _read(name)
    parameters = {key: _parameter(key, row) for key, row in source.data["parameters"].items()}
    values = _values(name, parameters, settings)
    path = f"preset:{values.get('name') or source.data.get('name')}"
    return fill(source, HEADER, path, PlaceholderValues(values, frozenset(settings)))


def _read(name: str) -> Source:
    names = preset_names()
    if name not in names:
        raise input_error(Location("--preset"), "unknown-preset", f"`{name}` is no preset", one_of(name, names))
    return read_file(shipped(FOLDER) / f"{name}.yaml")


def _parameter(name: str, row: Mapping[str, Any]) -> PresetParameter:
    listed, optional = row.get("list") is True, row.get("optional") is True
    return PresetParameter(name, row["description"], row["example"], row.get("default"), optional, listed)


def _values(preset: str, parameters: Mapping[str, PresetParameter], settings: Mapping[str, str]) -> dict[str, Value | None]:
    """Return the value of each parameter. Raises InputError with every setting that is unknown, missing or empty."""
    problems: list[Diagnostic] = []
    for name in settings:
        if name not in parameters:
            message = f"the preset `{preset}` has no parameter `{name}`"
            problems.append(Diagnostic(place_of(name), "unknown-parameter", message, one_of(name, parameters)))
    values: dict[str, Value | None] = {}
    for name, parameter in parameters.items():
        if name in settings:
            values[name] = _list(settings[name]) if parameter.listed else settings[name]
            if not values[name]:
                problems.append(Diagnostic(place_of(name), "empty-parameter", f"`{name}` has no value", parameter.description))
        else:
            values[name] = parameter.default
            if parameter.required:
                hint = f"--set {name}={_shown(parameter.example)}: {parameter.description}"
                problems.append(Diagnostic(place_of(name), "missing-parameter", f"the preset `{preset}` needs `{name}`", hint))
    if problems:
        raise InputError(problems)
    return values


def _shown(value: Value) -> str:
    return value if isinstance(value, str) else ",".join(value)


def _list(text: str) -> list[str]:
    """Read a list as it is set: JSON where it starts with `[`, otherwise texts between commas."""
    if text.lstrip().startswith("["):
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            data = None
        if isinstance(data, list) and all(isinstance(item, str) for item in data):
            return data
    return [part.strip() for part in text.split(",") if part.strip()]
