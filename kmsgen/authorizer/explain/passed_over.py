"""Condition keys that a request tells in vain: caller, key or parameters say otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kmsgen.authorizer.context.lookup import lookup
from kmsgen.authorizer.context.view import View
from kmsgen.authorizer.language.open_value import OpenValue
from kmsgen.authorizer.language.shapes import covered, pieces_of_shape
from kmsgen.catalogue.condition_keys import title
from kmsgen.catalogue.model import Values
from kmsgen.policy.letter_case import folded


def passed_over(views: Sequence[View]) -> Iterator[str]:
    """Yield a note (P14) on each told condition key that no permission of the call sees as told."""
    told = {folded(name): values for view in views for name, values in view.request.context.items()}
    for key, values in told.items():
        if all(_contradicted(view, key, values) for view in views):
            yield f"P14:{title(key)}"


def _contradicted(view: View, key: str, values: Values) -> bool:
    seen = lookup(view, key)
    if isinstance(seen, OpenValue):
        return not any(_folded(one or ()) == _folded(values) for one in seen.readings) and not _has_shape(seen, values)
    return _folded(seen or ()) != _folded(values)


def _has_shape(seen: OpenValue, values: Values) -> bool:
    """Whether each value is one that the open key could hold by its shape."""
    return seen.shape is not None and all(covered((value,), (pieces_of_shape(seen.shape),)) for value in values)


def _folded(values: Values) -> set[str]:
    return {folded(value) for value in values}
