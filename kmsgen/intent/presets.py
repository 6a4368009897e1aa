"""Presets: complete intents with parameters, filled in with what the user sets.

A preset is an intent with two more fields: `preset` (summary, about, source) and `parameters`. A text that is `<name>`, alone,
stands for the parameter of that name. Values take its place in the data, after the YAML was parsed, so a value is never read
as YAML, and never as another placeholder. A parameter without a value that is optional takes its field or item away.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from kmsgen.errors import Diagnostic, InputError, Location, input_error
from kmsgen.intent.files.suggestion import one_of
from kmsgen.intent.intent import Intent
from kmsgen.intent.resolve.resolve import resolve
from kmsgen.reading import Source, Steps, read_file
from kmsgen.resources import shipped

FOLDER = "presets"
HEADER = ("preset", "parameters")
_PLACEHOLDER = re.compile(r"<([a-z][a-z0-9_]*)>\Z")

Value = str | list[str]


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

    def examples(self) -> dict[str, str]:
        """Return settings that work: the example of each parameter that must be set."""
        rows = ((parameter.name, parameter.example) for parameter in self.parameters if parameter.required)
        return {name: value if isinstance(value, str) else ",".join(value) for name, value in rows}


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
    source = _read(name)
    parameters = {key: _parameter(key, row) for key, row in source.data["parameters"].items()}
    return resolve(_Filled(source, _values(name, parameters, settings), frozenset(settings)))


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
            problems.append(Diagnostic(_setting(name), "unknown-parameter", message, one_of(name, parameters)))
    values: dict[str, Value | None] = {}
    for name, parameter in parameters.items():
        if name in settings:
            values[name] = _list(settings[name]) if parameter.listed else settings[name]
            if not values[name]:
                problems.append(Diagnostic(_setting(name), "empty-parameter", f"`{name}` has no value", parameter.description))
        else:
            values[name] = parameter.default
            if parameter.required:
                hint = f"--set {name}={_shown(parameter.example)}: {parameter.description}"
                problems.append(Diagnostic(_setting(name), "missing-parameter", f"the preset `{preset}` needs `{name}`", hint))
    if problems:
        raise InputError(problems)
    return values


def _setting(name: str) -> Location:
    return Location(f"--set {name}")


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


class _Filled:
    """The content of a preset with values in the place of its placeholders, each knowing where it came from."""

    def __init__(self, source: Source, values: Mapping[str, Value | None], given: Iterable[str]) -> None:
        self.path = f"preset:{values.get('name') or source.data.get('name')}"
        self._source = source
        self._values = values
        self._given = frozenset(given)
        self._from: dict[Steps, Steps] = {}
        self._set: dict[Steps, str] = {}
        content = {key: value for key, value in source.data.items() if key not in HEADER}
        self.data: Any = self._fill(content, (), ())

    def _fill(self, node: Any, here: Steps, origin: Steps) -> Any:  # noqa: ANN401 - plain data
        """Return what a node becomes at `here`; `origin` is where it stands in the preset. None: it goes."""
        self._from[here] = origin
        if isinstance(node, dict):
            return self._fill_mapping(node, here, origin)
        if isinstance(node, list):
            return self._fill_list(node, here, origin)
        name = self._placeholder(node)
        if name is None:
            return node
        if name in self._given:
            self._set[here] = name
        return self._values[name]

    def _placeholder(self, node: Any) -> str | None:  # noqa: ANN401 - plain data
        found = _PLACEHOLDER.match(node) if isinstance(node, str) else None
        return found[1] if found and found[1] in self._values else None

    def _fill_mapping(self, node: dict[str, Any], here: Steps, origin: Steps) -> dict[str, Any] | None:
        filled = {key: self._fill(value, (*here, key), (*origin, key)) for key, value in node.items()}
        kept = {key: value for key, value in filled.items() if value is not None}
        return kept if kept or not node else None

    def _fill_list(self, node: list[Any], here: Steps, origin: Steps) -> list[Any] | None:
        items: list[Any] = []
        for index, item in enumerate(node):
            at: Steps = (*here, len(items))
            name = self._placeholder(item)
            value = self._fill(item, at, (*origin, index))
            if name is None or not isinstance(value, list):
                items.extend([] if value is None else [value])
                continue
            for each in value:
                self._from[(*here, len(items))] = (*origin, index)
                if name in self._given:
                    self._set[(*here, len(items))] = name
                items.append(each)
        return items or None

    def where(self, steps: Steps = ()) -> Location:
        """Return where a value comes from: the `--set` that gave it, or the preset."""
        for length in range(len(steps), -1, -1):
            if name := self._set.get(steps[:length]):
                return _setting(name)
            if steps[:length] in self._from:
                return self._source.where((*self._from[steps[:length]], *steps[length:]))
        return self._source.where()

    def where_key(self, steps: Steps) -> Location:
        """Return where the last key of `steps` stands in the preset."""
        for length in range(len(steps), -1, -1):
            if steps[:length] in self._from:
                return self._source.where_key((*self._from[steps[:length]], *steps[length:]))
        return self._source.where()
