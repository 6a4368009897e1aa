"""Properties of a key that a file does not tell: a condition that looks at one may hold or not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from kmsgen.policy.letter_case import folded
from kmsgen.reading import Steps
from kmsgen.sources.unknown import OneOf, Unknown

TAGS = {"aws:resourcetag/": "the tags of the key"}
ALIASES = {"kms:resourcealiases": "the aliases of the key"}
MULTI_REGION = {"kms:multiregion": "whether the key is multi-Region", "kms:multiregionkeytype": "whether the key is multi-Region"}
ORIGIN = {"kms:keyorigin": "the origin of the key"}


def hide(data: Any, untold: Mapping[str, str], why: str, at: Steps | None = None) -> Any:  # noqa: ANN401 - plain data with markers
    """Return a policy with a marker for every condition that looks at what is untold: by condition key, or the head of one.

    `why` says in the marker who does not tell it; `at` are the steps to the policy where markers shall tell their places.
    """
    if isinstance(data, OneOf):
        return data._replace(options=tuple(hide(option, untold, why, at) for option in data.options))
    raw = data.get("Statement") if isinstance(data, dict) else None
    if not untold or raw is None:
        return data
    hider = _Hider(untold, why, at)
    if not isinstance(raw, list):
        return {**data, "Statement": hider.statement(raw, ("Statement",))}
    return {**data, "Statement": [hider.statement(one, ("Statement", number)) for number, one in enumerate(raw)]}


class _Hider(NamedTuple):
    untold: Mapping[str, str]
    why: str
    at: Steps | None

    def statement(self, data: Any, steps: Steps) -> Any:  # noqa: ANN401 - plain data with markers
        if isinstance(data, OneOf):
            return data._replace(options=tuple(self.statement(option, steps) for option in data.options))
        conditions = data.get("Condition") if isinstance(data, dict) else None
        if not isinstance(conditions, dict):
            return data
        found = {operator: self._keys(keys, (*steps, "Condition", operator)) for operator, keys in conditions.items()}
        return {**data, "Condition": found}

    def _keys(self, keys: Any, steps: Steps) -> Any:  # noqa: ANN401 - plain data with markers
        if not isinstance(keys, dict):
            return keys
        return {key: self._value(str(key), value, (*steps, key)) for key, value in keys.items()}

    def _value(self, key: str, value: Any, steps: Steps) -> Any:  # noqa: ANN401 - plain data with markers
        """Return a condition's value; a marker where its key, or a variable in it, is untold."""
        text = repr(value).lower()
        for name, what in self.untold.items():
            if folded(key).startswith(name) or f"${{{name}" in text:
                return Unknown(f"{what}, {self.why}", () if self.at is None else (*self.at, *steps))
        return value
