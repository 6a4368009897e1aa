"""The shape of a part of the file: pydantic's findings in our words, all of them, and what can still be read beside them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from pydantic_core import SchemaValidator, ValidationError

from kmsgen.intent.files.problems import Problems
from kmsgen.intent.files.suggestion import did_you_mean
from kmsgen.intent.form._shape import SHAPES
from kmsgen.intent.form.shorthand import NORMAL, as_part
from kmsgen.reading import Steps

Shape = dict[str, Any]

_QUOTE = "a plain `true`, `false` or nothing is no text: quote it"

# pydantic's type -> (code, message, hint)
_WORDS = {
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
    "model_attributes_type": ("wrong-type", "{label} must be a mapping", "write `name: value` pairs"),
    "too_short": ("empty-list", "{label} is empty", "leave the field out, or give it a value"),
    "too_long": ("wrong-type", "{label} must be a mapping of one guard rail", "start a new `- ` line for each"),
    "not-a-number": ("wrong-type", "{label} must be a whole number", ""),
}


def build(kind: str, data: Any, steps: Steps, problems: Problems) -> Any:  # noqa: ANN401 - plain data; a part of that kind
    """Check a part against its shape and report every finding.

    `kind` names a model of `kmsgen.intent.form.model`; the part has its fields as attributes. Parts of it that are wrong are left
    out and the rest is read again, so that what it means can be checked in the same run; None where it cannot be read
    without them.
    """
    try:
        return _validator(kind).validate_python(data)
    except ValidationError as error:
        findings = error.errors(include_url=False, include_context=False, include_input=True)
    for finding in findings:
        _report(kind, finding, steps, problems)
    try:
        return _validator(kind).validate_python(_without(data, [finding["loc"] for finding in findings]))
    except ValidationError:
        return None


def _report(kind: str, finding: Any, steps: Steps, problems: Problems) -> None:  # noqa: ANN401 - pydantic's
    loc: Steps = (*steps, *finding["loc"])
    name = _name_of(loc)
    if finding["type"] == "extra_forbidden":
        fields = _fields_at(SHAPES[kind], finding["loc"][:-1])
        problems.add_key(loc, "unknown-field", f"unknown field `{name}`", did_you_mean(name, fields) or _listing(fields))
        return
    code, message, hint = _WORDS.get(finding["type"], ("wrong-type", "{label} has a value that cannot be read", ""))
    if finding["type"] == "string_type" and finding["input"] in (True, False, None):
        hint = _QUOTE
    problems.add(loc, code, message.replace("{label}", _label(loc)), hint)


def _name_of(loc: Steps) -> str:
    names = [step for step in loc if isinstance(step, str)]
    return names[-1] if names else "the file"


def _label(loc: Steps) -> str:
    """Name a value in a message: by its field, or as an item of the field it is listed in."""
    return f"an item of `{_name_of(loc)}`" if loc and isinstance(loc[-1], int) else f"`{_name_of(loc)}`"


def _listing(fields: Iterable[str]) -> str:
    return f"known fields: {', '.join(fields)}"


def _fields_at(shape: Shape, loc: Iterable[str | int]) -> tuple[str, ...]:
    """Return the fields of the part at `loc`, found by walking the shape."""
    for step in loc:
        shape = _child(shape, step) or shape
    return tuple(field.get("validation_alias", name) for name, field in _unwrapped(shape)["fields"].items())


def _unwrapped(shape: Shape) -> Shape:
    while "schema" in shape:
        shape = shape["schema"]
    return shape


def _child(shape: Shape, step: str | int) -> Shape | None:
    inner = _unwrapped(shape)
    fields = inner.get("fields", {})
    named = (field for name, field in fields.items() if step == field.get("validation_alias", name))
    return next(named, None) or inner.get("values_schema") or inner.get("items_schema")


@cache
def _validator(kind: str) -> SchemaValidator:
    return SchemaValidator(_with_functions(SHAPES[kind]))


def _with_functions(node: Any) -> Any:  # noqa: ANN401 - a shape, or a part of one
    """Return a shape with functions in the place of their names, and with parts whose fields are attributes."""
    if not isinstance(node, dict):
        return node
    whole = {key: _with_functions(value) for key, value in node.items()}
    if isinstance(name := node.get("function"), str):
        whole["function"] = {"type": "no-info", "function": NORMAL[name]}
    if node.get("type") == "typed-dict":
        return {"type": "function-after", "function": {"type": "no-info", "function": as_part}, "schema": whole}
    return whole


def _without(data: Any, locs: list[tuple[str | int, ...]]) -> Any:  # noqa: ANN401 - plain data
    """Return a copy of the data without the parts at `locs`."""
    if isinstance(data, dict):
        return {key: _without(value, under) for key, value in data.items() if not _gone(value, under := _under(locs, key))}
    if isinstance(data, list):
        return [_without(value, under) for i, value in enumerate(data) if not _gone(value, under := _under(locs, i))]
    return data


def _under(locs: list[tuple[str | int, ...]], step: str | int) -> list[tuple[str | int, ...]]:
    return [loc[1:] for loc in locs if loc and loc[0] == step]


def _gone(value: Any, locs: list[tuple[str | int, ...]]) -> bool:  # noqa: ANN401 - plain data
    """Tell whether a part goes: it is wrong itself, or a single text that stands for a list of one is."""
    return any(not loc for loc in locs) or bool(locs and not isinstance(value, dict | list))
