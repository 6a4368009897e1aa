"""An intent in the order of what it says, so that moving lines or values about in a file changes nothing of what is compiled."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar, cast

from kmsgen.errors import NOWHERE
from kmsgen.intent.intent import Access, GrantLine, GuardRailLine, Intent, NeverLine, ServiceUse, When

Line = TypeVar("Line", Access, ServiceUse, GrantLine, GuardRailLine, NeverLine)
Value = TypeVar("Value")


def in_order(intent: Intent) -> Intent:
    """Return the intent with its keys, its lines and their values sorted; the Regions stay: a key to create is in the first."""
    return intent._replace(
        key=_ordered(intent.key),
        keys=_ordered(intent.keys),
        admins=_sorted(intent.admins),
        users=_sorted(intent.users),
        services=_sorted(intent.services),
        grants=_sorted(intent.grants),
        guardrails=_sorted(intent.guardrails),
        never=_sorted(intent.never),
    )


def _sorted(lines: Iterable[Line]) -> tuple[Line, ...]:
    return tuple(sorted(map(_ordered, lines), key=_content))


def _content(line: Line) -> tuple[str, bool, str]:
    """Return what a line says: by principal, what holds always before what holds under conditions."""
    principal = line.principal if isinstance(line, Access) else ""
    conditional = isinstance(line, Access) and line.when != When()
    return principal, conditional, repr(line._replace(location=NOWHERE))


def _ordered(value: Value) -> Value:
    """Return a value with every list in it sorted, by text since what may be empty does not compare.

    Alternatives, actions and pairs of a name and what it is given: none has a meaning by its order. A pair stays as it is.
    """
    if not isinstance(value, tuple):
        return value
    if hasattr(value, "_fields"):
        return cast("Value", type(value)(*map(_ordered, value)))
    parts = [(part[0], *map(_ordered, part[1:])) if type(part) is tuple else _ordered(part) for part in value]
    return cast("Value", tuple(sorted(parts, key=repr)))
