"""Properties of a key that a file does not tell: a condition that looks at one may hold or not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kmsgen.sources.unknown import Unknown

TAGS = {"aws:resourcetag/": "the tags of the key"}
ALIASES = {"kms:resourcealiases": "the aliases of the key"}
MULTI_REGION = {"kms:multiregion": "whether the key is multi-Region", "kms:multiregionkeytype": "whether the key is multi-Region"}
ORIGIN = {"kms:keyorigin": "the origin of the key"}
REGION = {"aws:requestedregion": "the Region of the key", "kms:viaservice": "the Region of the key"}


def hide(data: Any, untold: Mapping[str, str], why: str) -> Any:  # noqa: ANN401 - plain data with markers
    """Return a policy with a marker for every condition that looks at what is untold: by condition key, or the head of one.

    `why` says in the marker who does not tell it.
    """
    raw = data.get("Statement") if isinstance(data, dict) else None
    if not untold or raw is None:
        return data
    statements = raw if isinstance(raw, list) else [raw]
    hidden = [_statement(one, untold, why) for one in statements]
    return {**data, "Statement": hidden if isinstance(raw, list) else hidden[0]}


def _statement(data: Any, untold: Mapping[str, str], why: str) -> Any:  # noqa: ANN401 - plain data with markers
    conditions = data.get("Condition") if isinstance(data, dict) else None
    if not isinstance(conditions, dict):
        return data
    found = {operator: _keys(keys, untold, why) for operator, keys in conditions.items()}
    return {**data, "Condition": found}


def _keys(keys: Any, untold: Mapping[str, str], why: str) -> Any:  # noqa: ANN401 - plain data with markers
    if not isinstance(keys, dict):
        return keys
    return {key: _value(str(key), value, untold, why) for key, value in keys.items()}


def _value(key: str, value: Any, untold: Mapping[str, str], why: str) -> Any:  # noqa: ANN401 - plain data with markers
    """Return a condition's value; a marker where its key, or a variable in it, is untold."""
    text = repr(value).lower()
    for name, what in untold.items():
        if key.lower().startswith(name) or f"${{{name}" in text:
            return Unknown(f"{what}, {why}")
    return value
