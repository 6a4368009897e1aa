"""Untold properties of a key (tags, aliases, origin, multi-Region): conditions on them become unknown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from kmsgen.policy.letter_case import folded
from kmsgen.policy.variables import variables_in
from kmsgen.reading import Steps
from kmsgen.sources.unknown.unknown import OneOf, Unknown, texts

TAGS = {"aws:resourcetag/": "the tags of the key"}
ALIASES = {"kms:resourcealiases": "the aliases of the key"}
MULTI_REGION = {"kms:multiregion": "whether the key is multi-Region", "kms:multiregionkeytype": "whether the key is multi-Region"}
ORIGIN = {"kms:keyorigin": "the origin of the key"}


def hide(data: Any, untold: Mapping[str, str], why: str, at: Steps | None = None) -> Any:  # noqa: ANN401 - plain data with markers
    """Return a policy with Unknown for the values of each condition that reads an untold property, also by a policy variable.

    `untold`: words by condition key, or by the beginning of one. `why`: who does not tell it. `at`: steps to the policy, for
    places.
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
        """Return a condition's values, or Unknown if its key, or a policy variable in it, is untold."""
        read = tuple(folded(name) for name in (key, *(name for text in texts(value) for name in variables_in(text))))
        for name, what in self.untold.items():
            if any(one.startswith(name) for one in read):
                return Unknown(f"{what}, {self.why}", () if self.at is None else (*self.at, *steps))
        return value
