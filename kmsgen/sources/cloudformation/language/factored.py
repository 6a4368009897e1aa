"""Choices moved inward: a choice among whole statements becomes a statement with choices in the parts that differ."""

from __future__ import annotations

from math import prod
from typing import Any

from kmsgen.sources.unknown.unknown import ABSENT, OneOf

MOST_VARIANTS = 32


def factored_statement(choice: OneOf) -> Any:  # noqa: ANN401 - plain data with markers
    """Return a choice among statements as one statement with choices in it; unchanged if their elements differ too much."""
    parts: list[int] = []
    found = _factored(list(choice.options), choice, parts)
    return found if isinstance(found, dict) and prod(parts) <= MOST_VARIANTS else choice


def factored_policy(choice: OneOf) -> Any:  # noqa: ANN401 - plain data with markers
    """Return a choice among policies as one policy whose statements may be absent; unchanged if more than statements differ."""
    policies = [one for one in choice.options if isinstance(one, dict)]
    heads = [{name: value for name, value in one.items() if name != "Statement"} for one in policies]
    if len(policies) != len(choice.options) or any(head != heads[0] for head in heads):
        return choice
    listed = [_listed(one.get("Statement")) for one in policies]
    statements = [one if all(one in other for other in listed) else _maybe(one, choice) for one in _union(listed)]
    return {**heads[0], "Statement": statements}


def _maybe(one: Any, choice: OneOf) -> OneOf:  # noqa: ANN401 - plain data with markers
    return OneOf((one, ABSENT), choice.what, choice.steps)


def _factored(options: list[Any], choice: OneOf, parts: list[int]) -> Any:  # noqa: ANN401 - plain data with markers
    """Return the common part of the options, with choices where they differ; `parts` collects the size of each choice."""
    if all(one == options[0] for one in options):
        return options[0]
    if all(isinstance(one, dict) and one.keys() == options[0].keys() for one in options):
        return {name: _factored([one[name] for one in options], choice, parts) for name in options[0]}
    parts.append(len(options))
    if not any(isinstance(one, list) for one in options) or any(isinstance(one, dict) or one == ABSENT for one in options):
        return choice._replace(options=tuple(options))
    return _entries([_listed(one) for one in options], choice)


def _entries(lists: list[list[Any]], choice: OneOf) -> list[Any]:
    common = [one for one in lists[0] if all(one in other for other in lists[1:])]
    rest = tuple([one for one in entries if one not in common] for entries in lists)
    return [*common, choice._replace(options=rest)]


def _union(lists: list[list[Any]]) -> list[Any]:
    found: list[Any] = []
    for one in (entry for entries in lists for entry in entries):
        if one not in found:
            found.append(one)
    return found


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 - plain data with markers
    return value if isinstance(value, list) else [value]
