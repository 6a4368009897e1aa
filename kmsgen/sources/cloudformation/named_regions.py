"""Regions named in a policy where the key's Region is not told: conditions and resources on them become unknown."""

from __future__ import annotations

from typing import Any

from kmsgen.policy.letter_case import folded
from kmsgen.sources.cloudformation.home import REGION_NAME
from kmsgen.sources.unknown.unknown import OneOf, Unknown

_ASK_FOR_REGION = ("aws:requestedregion", "kms:viaservice")
_REGION = Unknown("the Region of the key, which the template does not tell")


def without_named_regions(data: Any, region: str) -> Any:  # noqa: ANN401 - plain data with markers
    """Return a policy in which everything that names another Region than `region` (the stand-in) is Unknown."""
    if isinstance(data, OneOf):
        return data._replace(options=tuple(without_named_regions(option, region) for option in data.options))
    if not isinstance(data, dict):
        return data
    if "Statement" not in data:
        return _statement(data, region)
    raw = data["Statement"]
    inner = [without_named_regions(one, region) for one in raw] if isinstance(raw, list) else without_named_regions(raw, region)
    return {**data, "Statement": inner}


def _statement(data: dict[str, Any], region: str) -> dict[str, Any]:
    found = {name: _resources(value, region) if name in ("Resource", "NotResource") else value for name, value in data.items()}
    conditions = found.get("Condition")
    if isinstance(conditions, dict):
        found["Condition"] = {operator: _test(keys, region) for operator, keys in conditions.items()}
    return found


def _resources(data: Any, region: str) -> Any:  # noqa: ANN401 - plain data with markers
    """Return resources with ARNs of keys in another Region replaced by Unknown."""
    if isinstance(data, list):
        return [_resources(one, region) for one in data]
    return _REGION if isinstance(data, str) and ":kms:" in data and _names_another(data, region) else data


def _test(keys: Any, region: str) -> Any:  # noqa: ANN401 - plain data with markers
    if not isinstance(keys, dict):
        return keys
    asks = {
        key
        for key, values in keys.items()
        if folded(key) in _ASK_FOR_REGION and any(_names_another(one, region) for one in _listed(values))
    }
    return {key: _REGION if key in asks else values for key, values in keys.items()}


def _listed(values: Any) -> list[Any]:  # noqa: ANN401 - plain data with markers
    return values if isinstance(values, list) else [values]


def _names_another(text: object, region: str) -> bool:
    return isinstance(text, str) and any(name != region for name in REGION_NAME.findall(text))
