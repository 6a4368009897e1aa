"""What the parts of an intent must be to each other: contradictions that no part shows alone."""

from __future__ import annotations

from typing import Any

from kmsgen.errors import Diagnostic
from kmsgen.intent.intent import GrantLine, GuardRailLine
from kmsgen.intent.resolve.context import Context

_WITH_A_KEY = ("services", "grants")


def check_together(data: dict[str, Any], lines: dict[str, Any], context: Context) -> None:
    """Report contradictions between the parts of an intent."""
    if context.iam_only:
        for name in _WITH_A_KEY:
            if data.get(name):
                hint = "list the keys and write their key policies, or leave it out"
                context.problems.add_key((name,), "iam-only", f"`{name}` need a key policy, and this intent writes none", hint)
    if not any(data.get(name) for name in ("admins", "users", "services", "grants", "guardrails")):
        context.refuse((), "nothing-asked", "the intent allows and denies nothing", "add `admins:` and `users:`")
    _check_names(lines["grants"], lines["guardrails"], context)


def _check_names(grants: tuple[GrantLine, ...], guardrails: tuple[GuardRailLine, ...], context: Context) -> None:
    """Report grants and guard rails that are named twice; names of grants differ by more than case, as names of files do."""
    named = [("grant", line.grant.name or "", line.location) for line in grants]
    named += [("guard rail", line.name, line.location) for line in guardrails if not line.principals]
    seen: dict[tuple[str, str], int] = {}
    for kind, name, place in named:
        key = (kind, name.lower())
        if key in seen:
            hint = f"the first is in line {seen[key]}"
            context.problems.found.append(Diagnostic(place, "duplicate-name", f"the {kind} `{name}` is given twice", hint))
        seen.setdefault(key, place.line)
