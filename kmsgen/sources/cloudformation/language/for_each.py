"""`Fn::ForEach` loops of CloudFormation's language extensions, unrolled.

Source: AWS CloudFormation Template Reference, intrinsic-function-reference-foreach.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from kmsgen.reading import Steps

_PREFIX = "Fn::ForEach::"
MOST_ITEMS = 1000

ListOf = Callable[[Any], Any]
Entry = tuple[str, Any, Steps]


def entries(section: Mapping[str, Any], list_of: ListOf, steps: Steps = (), limit: int = MOST_ITEMS) -> Iterator[Entry]:
    """Yield the entries of a mapping with loops unrolled: name, value, and the steps to where it is written.

    `list_of` evaluates a loop's collection. A loop over an unknown collection, or of more than `limit` rounds, stays as it is.
    """
    for name, value in section.items():
        if not name.startswith(_PREFIX):
            yield name, written_out(value, list_of, limit), (*steps, name)
            continue
        loop = _loop(value, list_of, limit)
        if loop is None:
            yield name, value, (*steps, name)
            continue
        variable, items, body = loop
        for item in items:
            within = limit // len(items)
            for inner, one, place in entries(body, _with(list_of, variable, item), (*steps, name, 2), within):
                yield _put(inner, variable, item), _replaced(one, variable, item), place


def is_loop(name: str) -> bool:
    """Return whether an entry is a loop: among what `entries` yields one that could not be unrolled."""
    return name.startswith(_PREFIX)


def written_out(data: Any, list_of: ListOf, limit: int = MOST_ITEMS) -> Any:  # noqa: ANN401 - plain data
    """Return plain data with all loops in it unrolled."""
    if isinstance(data, list):
        return [written_out(item, list_of, limit) for item in data]
    if isinstance(data, dict):
        if not any(name.startswith(_PREFIX) for name in data):
            return {name: written_out(value, list_of, limit) for name, value in data.items()}
        return {name: value for name, value, _ in entries(data, list_of, (), limit)}
    return data


def _loop(data: Any, list_of: ListOf, limit: int) -> tuple[str, list[str], dict[str, Any]] | None:  # noqa: ANN401 - plain data
    if not isinstance(data, list) or len(data) != 3 or not isinstance(data[0], str) or not isinstance(data[2], dict):
        return None
    items = list_of(data[1])
    if not isinstance(items, list) or len(items) > limit or not all(isinstance(item, str) for item in items):
        return None
    return data[0], items, data[2]


def _with(list_of: ListOf, variable: str, item: str) -> ListOf:
    return lambda data: list_of(_replaced(data, variable, item))


def _replaced(data: Any, variable: str, item: str) -> Any:  # noqa: ANN401 - plain data
    if isinstance(data, str):
        return _put(data, variable, item)
    if isinstance(data, list):
        return [_replaced(one, variable, item) for one in data]
    if isinstance(data, dict):
        if data == {"Ref": variable}:
            return item
        return {_put(name, variable, item): _replaced(one, variable, item) for name, one in data.items()}
    return data


def _put(text: str, variable: str, item: str) -> str:
    """Replace `${Variable}` by the item, and `&{Variable}` by its letters and digits only."""
    bare = re.sub("[^A-Za-z0-9]", "", item)
    return text.replace(f"${{{variable}}}", item).replace(f"&{{{variable}}}", bare)
