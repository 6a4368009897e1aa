"""Narrowest reading of a statement with unknown parts: it matches only what it matches for every value of them."""

from __future__ import annotations

from typing import Any

from kmsgen.policy.operators import split_operator
from kmsgen.sources.unknown.unknown import has_unknown, is_marker

_LISTS = ("Action", "Resource")
_NEGATIVE = ("NotAction", "NotResource", "NotPrincipal")


def narrowest(statement: dict[str, Any]) -> dict[str, Any] | None:
    """Return a statement that matches only what the statement surely matches; None if that is nothing.

    Unknown entries of lists and an unknown Sid are left out.
    """
    narrow = {name: value for name, value in statement.items() if name != "Sid" or not is_marker(value)}
    if any(has_unknown(narrow.get(name)) for name in _NEGATIVE):
        return None
    for name in _LISTS:
        if has_unknown(narrow.get(name)):
            narrow[name] = _known(narrow[name])
    if has_unknown(narrow.get("Principal")):
        narrow["Principal"] = _known_principals(narrow["Principal"])
    if has_unknown(narrow.get("Condition")):
        narrow["Condition"] = _known_conditions(narrow["Condition"])
    emptied = any(name in narrow and not narrow[name] for name in (*_LISTS, "Principal"))
    return None if emptied or narrow.get("Condition", {}) is None else narrow


def _known(data: Any) -> list[Any]:  # noqa: ANN401 - plain data
    return [one for one in data if not is_marker(one)] if isinstance(data, list) else []


def _known_principals(who: object) -> dict[str, Any]:
    if not isinstance(who, dict):
        return {}
    kinds = {kind: _known(values) if has_unknown(values) else values for kind, values in who.items()}
    return {kind: values for kind, values in kinds.items() if values}


def _known_conditions(data: object) -> dict[str, Any] | None:
    """Return the conditions with their known values; None if one may fail for every request."""
    if not isinstance(data, dict):
        return None
    found: dict[str, Any] = {}
    for operator, keys in data.items():
        if is_marker(keys):
            return None
        found[operator] = keys
        if not isinstance(keys, dict):
            continue
        found[operator] = {key: _known(values) if has_unknown(values) else values for key, values in keys.items()}
        if not all(_may_hold(operator, keys[key], found[operator][key]) for key in keys):
            return None
    return found


def _may_hold(operator: str, values: object, left: object) -> bool:
    """Return whether a condition without its unknown values is narrower: values are alternatives, except of Not operators."""
    if not has_unknown(values):
        return True
    name = split_operator(operator)
    return bool(left) and name is not None and "Not" not in name.base and name.base != "Null"
