"""Null values and empty conditions, which are written and say nothing: read as absent, they would lift what was begun."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kmsgen.catalogue.guardrails import DENY
from kmsgen.intent.files.problems import Problems
from kmsgen.intent.files.tree import Tree
from kmsgen.reading import Steps

_GUARD_RAIL = 3  # steps to a guard rail's options: the list, its line, its name
_HINT = "leave it out, or give it a value"


def report_silence(tree: Tree, problems: Problems) -> None:
    """Report nulls, empty mappings in a `when` and of a guard rail, and empty constraints of a grant, where all else is well."""
    reported = {diagnostic.location for diagnostic in problems.found}
    for steps in _silent(tree.data, (), inside_when=False):
        if tree.where(steps) in reported:
            continue
        name = next(step for step in reversed(steps) if isinstance(step, str))
        problems.add(
            steps, "says-nothing", f"`{name}` is written and says nothing", _hint(name) if _is_guard_rail(steps) else _HINT
        )


def _hint(name: str) -> str:
    """Return what to write of a guard rail in place of nothing."""
    if name == DENY:
        return "say what it denies, and when: `{deny: {actions: [...], when: {...}}}`"
    return f"`{name}` alone, without a colon, denies everyone"


def _is_guard_rail(steps: Steps) -> bool:
    return steps[0] == "guardrails" and len(steps) == _GUARD_RAIL


def _silent(value: Any, steps: Steps, *, inside_when: bool) -> Iterator[Steps]:  # noqa: ANN401 - plain data
    if steps and (value is None or (value == {} and (inside_when or steps[-1] == "constraints" or _is_guard_rail(steps)))):
        yield steps
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, child in children:
        yield from _silent(child, (*steps, step), inside_when=inside_when or step == "when")
