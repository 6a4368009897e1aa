"""Takes away what a finding does not need, part by part, as long as it stays a finding."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

Data = dict[str, Any]
Steps = tuple[Any, ...]
NEEDED = (
    "Effect",
    "Action",
    "Resource",
    "Principal",
    "arn",
    "policy",
    "key",
    "requests",
    "principal",
    "action",
    "Version",
    "Statement",
    "GrantId",
    "NotAction",
    "NotResource",
    "NotPrincipal",
)
SIMPLER: dict[str, tuple[Any, ...]] = {"Action": ("kms:*",), "Resource": ("*",), "Principal": ("*",), "Version": ("2012-10-17",)}


def shrink(data: Data, still: Callable[[Data], bool], rounds: int = 6) -> Data:
    """Return the smallest data found that is still a finding. `still` must hold of `data`."""
    for _ in range(rounds):
        smaller = _pass(data, still)
        if smaller == data:
            return data
        data = smaller
    return data


def _pass(data: Data, still: Callable[[Data], bool]) -> Data:
    for change in list(_changes(data)):
        tried = copy.deepcopy(data)
        try:
            change(tried)
        except (KeyError, IndexError, TypeError):
            continue  # what this change was about has gone with an earlier one
        if tried != data and _sound(tried) and still(tried):
            data = tried
    return data


def _sound(data: Data) -> bool:
    documents = [data["policy"], *(access["policy"] for access in data.get("keys", []))]
    return all(document["Statement"] for document in documents) and bool(data["requests"])


def _changes(data: Data) -> Iterator[Callable[[Data], None]]:
    """Yield changes, the large ones first: parts taken away, then elements made plain."""
    places = sorted(_places(data), key=len)
    for steps in places:
        if not (isinstance(steps[-1], str) and steps[-1] in NEEDED):
            yield lambda tried, steps=steps: _remove(tried, steps)
    for steps in places:
        for value in SIMPLER.get(steps[-1], ()) if isinstance(steps[-1], str) else ():
            yield lambda tried, steps=steps, value=value: _set(tried, steps, value)
    for steps in places:
        yield lambda tried, steps=steps: _unwrap(tried, steps)


def _places(data: Any, steps: Steps = ()) -> Iterator[Steps]:
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, value in list(items):
        yield (*steps, step)
        yield from _places(value, (*steps, step))


def _parent(data: Any, steps: Steps) -> Any:
    for step in steps[:-1]:
        data = data[step]
    return data


def _remove(data: Data, steps: Steps) -> None:
    del _parent(data, steps)[steps[-1]]


def _set(data: Data, steps: Steps, value: Any) -> None:
    parent = _parent(data, steps)
    if steps[-1] in parent:
        parent[steps[-1]] = value


def _unwrap(data: Data, steps: Steps) -> None:
    """Put the one element of a list in its place."""
    parent = _parent(data, steps)
    value = parent[steps[-1]]
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str):
        parent[steps[-1]] = value[0]
