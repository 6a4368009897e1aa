"""What pydantic finds, in our words: a code, a message and a hint at the place in the file.

pydantic's `loc` holds the steps to a value, because no two models share a place (a union's tag would be a step of its own). It
goes on below a single text that stands for a list of one; such steps have the text's place.
"""

from __future__ import annotations

from functools import cache
from typing import Any, get_args

from pydantic import BaseModel, RootModel
from pydantic_core import ErrorDetails

from kmsgen.intent.files.problems import Problems
from kmsgen.intent.files.suggestion import did_you_mean, one_of
from kmsgen.intent.form.model import IntentFile
from kmsgen.intent.intent import LINES
from kmsgen.reading import Steps

Words = tuple[str, str, str]  # code, message, hint

_NAME: Steps = ("name",)
_BASE = "no `name`: this is a base that others extend, or an intent without its name"
_BASE_HINT = "give a file that extends it; an intent of its own has a `name`"
_START = "`kmsgen init` writes an intent to start from"
_EMPTY: Words = ("empty-file", "the file is empty", _START)
_NO_MAPPING: Words = ("wrong-type", "an intent must be a mapping", _START)
_SILENT: Words = ("says-nothing", "{label} is written and says nothing", "leave it out, or give it a value")
_OTHER: Words = ("wrong-type", "{label} has a value that cannot be read", "")
# pydantic's type -> words
_WORDS: dict[str, Words] = {
    "missing": ("missing-field", "{label} is missing", ""),
    "string_type": ("wrong-type", "{label} must be a text", ""),
    "bool_type": (
        "wrong-type",
        "{label} must be `true` or `false`",
        "write plain `true` or `false`; `yes`, `no`, `on`, `off` are texts",
    ),
    "list_type": ("wrong-type", "{label} must be a list", "start each item with `- `, or write [a, b]"),
    "dict_type": ("wrong-type", "{label} must be a mapping", "write `name: value` pairs"),
    "model_type": ("wrong-type", "{label} must be a mapping", "write `name: value` pairs"),
    "too_short": ("empty-list", "{label} is empty", "leave the field out, or give it a value"),
    "too_long": ("wrong-type", "{label} must be a mapping of one guard rail", "start a new `- ` line for each"),
    "no-service": ("missing-field", "`service` is missing", "or `principal`, a service principal that the catalogue lacks"),
    "two-services": ("service-name", "`service` and `principal` name two services", "give one of them"),
    "unsupported-version": ("unsupported-version", "`{value}` is no version of this format", "write `kmsgen: 1`"),
    "intent-name": (
        "intent-name",
        "`{value}` is no name of an intent",
        "up to 64 letters, digits, `.`, `_`, `-`: a folder's name, also on Windows, that does not look like an option",
    ),
    "unknown-key-policy": ("unknown-key-policy", "`{value}` is nothing to do with key policies", ""),
    "unknown-delegation": ("unknown-delegation", "`{value}` is no delegation", ""),
    "unknown-iam": ("unknown-iam", "`{value}` is nothing to do with IAM policies", ""),
    "unknown-partition": ("unknown-partition", "`{value}` is no partition", ""),
    "resource-type": ("resource-type", "`{value}` is no kind of resource", ""),
    "grant-constraint": ("grant-constraint", "`{value}` is no constraint of a grant", ""),
    "rotation-days": ("rotation-days", "`{value}` days between rotations", "from 90 to 2560"),
    "deletion-window": ("deletion-window", "`{value}` days between request and deletion", "from 7 to 30"),
    "not-a-number": ("wrong-type", "{label} must be a whole number", ""),
}
_QUOTE = "a plain `true`, `false` or nothing is no text: quote it"
# pydantic's type and the steps -> a hint for this field
_HINTS: dict[tuple[str, Steps], str] = {
    ("missing", ("kmsgen",)): "the version of the format: `kmsgen: 1`",
    ("missing", ("scope",)): "add `scope: {account: ...}`",
    ("missing", _NAME): _BASE_HINT,
    **{("list_type", (name,)): "start each line with `- `" for name in LINES},
}
_OF_PRESETS = (("preset",), ("parameters",))


def report(finding: ErrorDetails, problems: Problems) -> None:
    """Report one finding of pydantic's at its place."""
    loc = finding["loc"]
    if finding["type"] == "extra_forbidden":
        _report_field(loc, problems)
        return
    code, message, hint = _words(finding)
    lacks = finding["type"] == "missing" and len(loc) == 1 and loc != _NAME
    report_it = problems.add_lacking if lacks else problems.add
    value = finding.get("ctx", {}).get("number", finding["input"])
    shown = message.replace("{label}", _label(loc) if loc else "").replace("{value}", str(value))
    report_it(loc, code, shown, hint)


def _words(finding: ErrorDetails) -> Words:
    loc, kind, value = finding["loc"], finding["type"], finding["input"]
    if not loc:
        return _EMPTY if value is None else _NO_MAPPING
    if value is None and kind == "list_type":
        return _SILENT
    code, message, hint = _WORDS.get(kind, _OTHER)
    if (kind, loc) == ("missing", _NAME):
        message = _BASE
    if kind == "string_type" and value in (True, False, None):
        hint = _QUOTE
    if not hint and "words" in finding.get("ctx", {}):
        hint = one_of(str(value), finding["ctx"]["words"])
    return code, message, _HINTS.get((kind, loc), hint)


def _report_field(loc: Steps, problems: Problems) -> None:
    """Report a field that its part of the file does not have, at its key."""
    name = _name_of(loc)
    if loc in _OF_PRESETS:
        hint = "`kmsgen render --preset NAME --set PARAMETER=VALUE` fills a preset in"
        problems.add_key(loc, "unknown-field", f"`{name}` belongs to presets", hint)
        return
    fields = tuple(map(str, _fields_of(_model_at(loc[:-1]))))
    hint = did_you_mean(name, fields) or f"known fields: {', '.join(fields)}"
    problems.add_key(loc, "unknown-field", f"unknown field `{name}`", hint)


def _name_of(loc: Steps) -> str:
    return next(step for step in reversed(loc) if isinstance(step, str))


def _label(loc: Steps) -> str:
    """Name a value in a message: by its field, or as an item of the field it is listed in."""
    return f"an item of `{_name_of(loc)}`" if isinstance(loc[-1], int) else f"`{_name_of(loc)}`"


def _model_at(loc: Steps) -> type[BaseModel]:
    """Return the model of the part at `loc`; names of a mapping and indices of a list lead to no other."""
    model: type[BaseModel] = IntentFile
    for step in loc:
        model = _model_in(_fields_of(model).get(step)) or model
    return model


@cache
def _fields_of(model: type[BaseModel]) -> dict[str | int, Any]:
    """Return the annotation of each field, by the name that it has in the file."""
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def _model_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401 - whatever a field is annotated with
    """Return the one model that an annotation holds, if any: alone, or in a list or a mapping."""
    if isinstance(annotation, type) and issubclass(annotation, RootModel):
        return _model_in(annotation.model_fields["root"].annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for part in get_args(annotation) if (model := _model_in(part))), None)
