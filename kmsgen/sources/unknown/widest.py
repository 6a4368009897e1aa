"""Widest reading of a statement with unknown parts: it matches all that it may match for any value of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product
from typing import Any

from kmsgen.arn import ACCOUNT_ID
from kmsgen.policy.letter_case import folded
from kmsgen.policy.operators import OperatorName, split_operator
from kmsgen.sources.unknown.unknown import Absent, OneOf, Text, has_unknown, is_marker

_VARIANTS = 64
_LIKE = {"StringEquals": "StringLike", "StringLike": "StringLike", "ArnEquals": "StringLike", "ArnLike": "StringLike"}
_ARN_PARTS = 5


def widest(statement: dict[str, Any]) -> list[dict[str, Any]]:
    """Return statements that together match every request that the statement may match; an unknown Sid is left out."""
    known_sid = {name: value for name, value in statement.items() if name != "Sid" or not is_marker(value)}
    return [wide for variant in _variants(known_sid) for wide in _of_variant(variant)]


# --- one of several values ----------------------------------------------------------------------------------------------


def _variants(statement: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the statement once for each combination of choices; with too many, unchanged, its choices as good as unknown."""
    count = 1
    for one in _choices(statement):
        count *= len(one.options)
        if count > _VARIANTS:
            return [statement]
    return [one for one in _chosen(statement) if isinstance(one, dict)]


def _choices(data: object) -> Iterator[OneOf]:
    if isinstance(data, OneOf):
        yield data
        for option in data.options:
            yield from _choices(option)
    elif isinstance(data, list | dict):
        for item in data.values() if isinstance(data, dict) else data:
            yield from _choices(item)


def _chosen(data: object) -> list[Any]:
    if isinstance(data, OneOf):
        return [one for option in data.options for one in _chosen(option)]
    if isinstance(data, list):
        return [_flat(items) for items in product(*map(_chosen, data))]
    if isinstance(data, dict):
        every = product(*map(_chosen, data.values()))
        return [{name: one for name, one in zip(data, values, strict=True) if not isinstance(one, Absent)} for values in every]
    return [data]


def _flat(items: tuple[Any, ...]) -> list[Any]:
    """Return a list's entries, with the entries of a chosen list in its place."""
    found: list[Any] = []
    for item in items:
        if isinstance(item, list):
            found += item
        elif not isinstance(item, Absent):
            found.append(item)
    return found


# --- elements -----------------------------------------------------------------------------------------------------------


def _of_variant(statement: dict[str, Any]) -> Iterator[dict[str, Any]]:
    wide = dict(statement)
    for name, entry in (("Action", _action), ("Resource", _resource)):
        if has_unknown(wide.get(name)):
            wide[name] = _unique(entry(one) for one in _entries(wide[name]))
        if has_unknown(wide.get(f"Not{name}")):
            left = [one for one in _entries(wide.pop(f"Not{name}")) if not is_marker(one)]
            wide |= {f"Not{name}": left} if left else {name: "*"}
    if has_unknown(wide.get("Condition")):
        wide = _with_conditions(wide, _conditions(wide.pop("Condition")))
    yield from _of_principals(wide)


def _unique(entries: Iterable[Any]) -> list[Any]:
    """Return each entry once; entries may be unhashable, as malformed ones are refused later."""
    found: list[Any] = []
    for one in entries:
        if one not in found:
            found.append(one)
    return found


def _entries(data: Any) -> list[Any]:  # noqa: ANN401 - plain data
    return data if isinstance(data, list) else [data]


def _action(entry: Any) -> Any:  # noqa: ANN401 - plain data
    if not is_marker(entry):
        return entry
    return entry.pattern if isinstance(entry, Text) and entry.known.startswith("kms:") else "*"


def _resource(entry: Any) -> Any:  # noqa: ANN401 - plain data
    if not is_marker(entry):
        return entry
    return entry.pattern if isinstance(entry, Text) and entry.known.count(":") >= _ARN_PARTS else "*"


# --- principals ---------------------------------------------------------------------------------------------------------


def _of_principals(statement: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if has_unknown(statement.get("NotPrincipal")):
        left = _without_unknown(statement.pop("NotPrincipal"))
        statement |= {"NotPrincipal": left} if left else {"Principal": "*"}
    who = statement.get("Principal")
    if not has_unknown(who):
        yield statement
        return
    if plain := _without_unknown(who):
        yield {**statement, "Principal": plain}
    for condition in dict.fromkeys(_conditions_of_principals(who)):
        everybody = {**statement, "Principal": "*"}
        yield _narrowed(everybody, *condition) if condition else everybody


def _without_unknown(who: object) -> dict[str, Any]:
    """Return the known entries of a Principal element."""
    if not isinstance(who, dict):
        return {}
    kinds = {kind: [one for one in _entries(values) if not is_marker(one)] for kind, values in who.items()}
    return {kind: values for kind, values in kinds.items() if values}


def _conditions_of_principals(who: object) -> Iterator[tuple[str, str] | None]:
    """Yield for each unknown principal a condition on everybody that it meets; None if nothing of it is known."""
    if not isinstance(who, dict):
        yield None
        return
    for kind, values in who.items():
        for one in _entries(values):
            if is_marker(one):
                yield condition_of(one) if kind == "AWS" and isinstance(one, Text) else None


def condition_of(principal: Text) -> tuple[str, str] | None:
    """Return a condition that a principal with a partly known ARN meets, on its ARN or account; None without an account.

    Naming its account as Principal would be too narrow: accounts need IAM policies as well, named principals do not.
    """
    parts = principal.known.split(":", _ARN_PARTS)
    if len(parts) <= _ARN_PARTS or not ACCOUNT_ID.match(parts[4]):
        return None
    if parts[2] == "iam" and parts[5].startswith(("role/", "user/")):
        return "aws:PrincipalArn", principal.pattern
    return "aws:PrincipalAccount", parts[4]


def _narrowed(statement: dict[str, Any], key: str, pattern: str) -> dict[str, Any]:
    """Return a statement with one more condition; unchanged, so wider, if it has StringLike already."""
    conditions = statement.get("Condition", {})
    if not isinstance(conditions, dict) or any(folded(name) == "stringlike" for name in conditions):
        return statement
    return {**statement, "Condition": {**conditions, "StringLike": {key: pattern}}}


# --- conditions ---------------------------------------------------------------------------------------------------------


def _with_conditions(statement: dict[str, Any], conditions: dict[str, Any]) -> dict[str, Any]:
    return {**statement, "Condition": conditions} if conditions else statement


def _conditions(data: object) -> dict[str, Any]:
    """Return conditions that hold whenever those with unknown values hold."""
    found: dict[str, Any] = {}
    if not isinstance(data, dict):
        return found
    for operator, keys in data.items():
        if not isinstance(keys, dict):
            if not is_marker(keys):
                found[operator] = keys
            continue
        for key, values in keys.items():
            name, wide = _test(operator, values)
            held = found.setdefault(name, {})
            if wide is not None and isinstance(held, dict) and key not in held:
                held[key] = wide
    return {operator: keys for operator, keys in found.items() if keys != {}}


def _test(operator: str, values: Any) -> tuple[str, Any]:  # noqa: ANN401 - plain data
    """Return the widest form of a condition: operator and values; None for values if it may always hold."""
    if not has_unknown(values):
        return operator, values
    entries, name = _entries(values), split_operator(operator)
    if name is None:
        return operator, None
    if "Not" in name.base:
        return operator, [one for one in entries if not is_marker(one)] or None
    like = _LIKE.get(name.base)
    if like is None or any(is_marker(one) and not isinstance(one, Text) for one in entries):
        return operator, None
    patterns = [one.pattern if isinstance(one, Text) else one for one in entries]
    return str(OperatorName(name.quantifier, like, name.if_exists)), patterns
