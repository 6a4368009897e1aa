"""Parts of an intent that contradict each other, which none of them shows alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kmsgen.errors import Diagnostic
from kmsgen.intent.intent import LINES, GrantLine, GuardRailLine, Intent
from kmsgen.intent.resolve.context import Context
from kmsgen.policy.letter_case import folded

_WITH_A_KEY = ("services", "grants")


def check_together(intent: Intent, written: Mapping[str, Any], context: Context) -> None:
    """Report grants and services of an intent that writes no key policy, an intent that asks for nothing, and names given twice.

    `written` are the fields of the file as they stand, readable or not.
    """
    if context.iam_only:
        for name in _WITH_A_KEY:
            if written.get(name):
                hint = "list the keys and write their key policies, or leave it out"
                context.problems.add_key((name,), "iam-only", f"`{name}` need a key policy, and this intent writes none", hint)
    if not any(written.get(name) for name in LINES if name != "never"):
        context.refuse((), "nothing-asked", "the intent allows and denies nothing", "add `admins:` and `users:`")
    _check_names(intent.grants, intent.guardrails, context)


def _check_names(grants: tuple[GrantLine, ...], guardrails: tuple[GuardRailLine, ...], context: Context) -> None:
    """Report grants and guard rails that are named twice; names of grants differ by more than case, as names of files do."""
    named = [("grant", line.grant.name or "", line.location) for line in grants]
    named += [("guard rail", line.name, line.location) for line in guardrails if not line.principals]
    seen: dict[tuple[str, str], int] = {}
    for kind, name, place in named:
        key = (kind, folded(name))
        if key in seen:
            hint = f"the first is in line {seen[key]}"
            context.problems.found.append(Diagnostic(place, "duplicate-name", f"the {kind} `{name}` is given twice", hint))
        seen.setdefault(key, place.line)
