"""Plain data of hostile origin, read with every problem collected in its place."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

from kmsgen.errors import Diagnostic
from kmsgen.policy.grant import Pairs
from kmsgen.reading import Steps, Where


class Reader:
    """Reads plain data and collects every problem with its place."""

    def __init__(self, where: Where) -> None:
        self.where = where
        self.problems: list[Diagnostic] = []

    def refuse(self, steps: Steps, code: str, message: str, hint: str = "") -> None:
        """Collect one problem at `steps`."""
        self.problems.append(Diagnostic(self.where(steps), code, message, hint))

    def known(self, data: dict[str, Any], names: Iterable[str], steps: Steps, what: str) -> None:
        """Refuse every key that is not one of `names`."""
        for name in data:
            if name not in names:
                near = difflib.get_close_matches(name, list(names), 1)
                hint = f"did you mean `{near[0]}`?" if near else ""
                self.refuse((*steps, name), "unknown-element", f"{what} has no element `{name}`", hint)

    def mapping(self, data: object, steps: Steps, what: str) -> dict[str, Any]:
        """Read a mapping; an empty one where there is none."""
        if isinstance(data, dict):
            return data
        self.refuse(steps, "not-a-mapping", f"{what} must be a mapping")
        return {}

    def text(self, data: object, steps: Steps, what: str) -> str | None:
        """Read a text; None where it is absent."""
        if data is None or isinstance(data, str):
            return data
        self.refuse(steps, "not-a-text", f"{what} must be a text")
        return None

    def flag(self, data: object, steps: Steps, what: str) -> bool:
        """Read true or false."""
        if isinstance(data, bool):
            return data
        self.refuse(steps, "not-a-boolean", f"{what} must be true or false")
        return False

    def texts(self, data: object, steps: Steps, what: str) -> tuple[str, ...]:
        """Read one text or a list of texts, at least one."""
        items = data if isinstance(data, list) else [data]
        if not items:
            self.refuse(steps, "empty-list", f"{what} must not be empty")
        for index, item in enumerate(items):
            if not isinstance(item, str):
                self.refuse((*steps, index), "not-a-text", f"{what} must be a text or a list of texts")
        return tuple(item for item in items if isinstance(item, str))

    def values(self, data: object, steps: Steps) -> tuple[str, ...]:
        """Read the values of a condition; a number or a boolean stands for its text."""
        if isinstance(data, str):
            return (data,)
        items = data if isinstance(data, list) else [data]
        for index, item in enumerate(items):
            if item is None or isinstance(item, list | dict):
                self.refuse((*steps, index), "bad-condition-value", "a condition value must be a text, a number or a boolean")
        return tuple(_scalar(item) for item in items if not (item is None or isinstance(item, list | dict)))

    def pairs(self, data: object, steps: Steps, what: str) -> Pairs:
        """Read a mapping of texts to texts."""
        mapping = self.mapping(data, steps, what)
        return tuple((name, self.text(value, (*steps, name), what) or "") for name, value in mapping.items())


def _scalar(item: object) -> str:
    return str(item).lower() if isinstance(item, bool) else str(item)
