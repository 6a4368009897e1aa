"""Values that KMS takes for condition keys and parameters, put into the conditions of example calls.

Source: KMS API Reference, ScheduleKeyDeletion, EnableKeyRotation; KMS Developer Guide, symm-asymm-choose-key-spec (algorithms),
conditions-kms (the values of each condition key).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from kmsgen.authorizer.language.conditions import compile_condition
from kmsgen.catalogue import condition_keys
from kmsgen.catalogue.availability import availability
from kmsgen.catalogue.condition_keys import GRANT_KEYS
from kmsgen.catalogue.key_specs import algorithms
from kmsgen.catalogue.parameters import RANGES
from kmsgen.checks.example_requests import VARIABLE
from kmsgen.policy.bundle import Key
from kmsgen.policy.document import Condition
from kmsgen.policy.letter_case import folded
from kmsgen.policy.operators import split_operator

Values = tuple[str, ...]
ALGORITHM_KEYS = (  # every request has one, be it that of the key
    "kms:encryptionalgorithm",
    "kms:signingalgorithm",
    "kms:macalgorithm",
    "kms:keyagreementalgorithm",
    "kms:encapsulationalgorithm",
)
_OF_THE_KEY = ("kms:keyspec", "kms:keyusage", "kms:keyorigin", "kms:multiregionkeytype")


def with_possible_values(conditions: Iterable[Condition], action: str, keys: Iterable[Key]) -> tuple[Condition, ...] | None:
    """Narrow conditions to values that KMS takes for their keys; None if none of them is one.

    `keys` are the forms that the key of the call may have.
    """
    keys = tuple(keys)
    by_key: dict[str, list[Condition]] = {}
    for condition in conditions:
        by_key.setdefault(folded(condition.key), []).append(condition)
    found: list[Condition] = []
    for name, same in by_key.items():
        taken = () if any(each.operator == "Null" for each in same) else _taken(name, action, keys)
        put = tuple(_with_values(name, same, taken))
        if taken and not put and _needs_one(name, same):
            return None
        found += put or same
    return tuple(found)


def _taken(name: str, action: str, keys: Iterable[Key]) -> Values:
    """Return all values that a condition key can have for an action; empty if they are no closed list."""
    if name in ALGORITHM_KEYS:
        return tuple(value for key in keys for value in algorithms(key.spec, key.usage))
    known, row = condition_keys.find(name), availability(name)
    if known and known.values and known.type != "Bool" and name not in GRANT_KEYS:
        return known.values
    parameter, least, greatest = RANGES.get(action.removeprefix("kms:"), ("", 0, 0))
    return tuple(map(str, range(least, greatest + 1))) if row and parameter and row.parameter == parameter else ()


def _needs_one(name: str, same: Iterable[Condition]) -> bool:
    """Return whether conditions need a value of the key: every request has it, or an operator fails without one."""
    operators = [found for each in same if (found := split_operator(each.operator)) is not None]
    return name in ALGORITHM_KEYS or any(not each.if_exists and "Not" not in each.base for each in operators)


def _with_values(name: str, same: Sequence[Condition], taken: Values) -> Iterator[Condition]:
    """Yield conditions with values that KMS takes: all of them for a property of the key, else the first."""
    variable = re.fullmatch(VARIABLE, same[0].values[0]) if len(same) == 1 == len(same[0].values) else None
    if variable and taken:
        yield from (Condition("StringEquals", each, taken[:1]) for each in (same[0].key, variable[1].strip()))
        return
    values = tuple(dict.fromkeys(value for value in taken if all(holds_of(one, value) for one in same)))
    if values:
        yield Condition("StringEquals", same[0].key, values if name in _OF_THE_KEY else values[:1])


def holds_of(condition: Condition, value: str) -> bool:
    """Return whether a condition without policy variables surely holds of a value."""
    return compile_condition(condition, deny=False, modern=True).check((value,), lambda _key: ()) is True
