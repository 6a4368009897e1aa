"""Parts of an intent that contradict each other, which none of them shows alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kmsgen.catalogue.guardrails import DENY
from kmsgen.errors import Diagnostic, Location
from kmsgen.intent.intent import LINES, GrantLine, GuardRailLine, Intent
from kmsgen.intent.resolve.context import Context
from kmsgen.policy.letter_case import folded

# what needs a key policy -> where it is said instead
_WITH_A_KEY = {
    "services": "who uses a key through a service stands under `users`, with `when: {via: [s3]}`, what the service itself needs",
    "grants": "a grant is made by whoever governs the key, in the intent that writes",
}


def check_together(intent: Intent, written: Mapping[str, Any], context: Context) -> None:
    """Report grants and services of an intent that writes no key policy, an intent that asks for nothing, and names given twice.

    `written` are the fields of the file as they stand, readable or not.
    """
    if context.iam_only:
        for name, instead in _WITH_A_KEY.items():
            if written.get(name):
                stands = "in " if name == "services" else ""
                hint = f"{instead} {stands}{_whose_policy(context)}"
                context.problems.add_key((name,), "iam-only", f"`{name}` need a key policy, and this intent writes none", hint)
    if not any(written.get(name) for name in LINES if name != "never"):
        context.refuse((), "nothing-asked", "the intent allows and denies nothing", "add `admins:` and `users:`")
    _check_names(intent.grants, intent.guardrails, context)


def _whose_policy(context: Context) -> str:
    """Return in words where the key policies are that this intent does not write."""
    others = sorted(context.key_accounts - {context.account})
    return f"the key policy, in account {', '.join(others)}" if others else "the key policy: list the keys, and write it"


def _check_names(grants: tuple[GrantLine, ...], guardrails: tuple[GuardRailLine, ...], context: Context) -> None:
    """Report grants and guard rails that are named twice; names of grants differ by more than case, as names of files do."""
    named = [(f"the grant `{line.grant.name}`", line.location) for line in grants]
    for line in (one for one in guardrails if one.name != DENY):
        whose = [f" for `{who}`" for who in line.principals] or [""]
        named += [(f"the guard rail `{line.name}`{suffix}", line.location) for suffix in whose]
    seen: dict[str, Location] = {}
    for what, place in named:
        if folded(what) in seen:
            hint = f"the first is at {seen[folded(what)]}"
            context.problems.found.append(Diagnostic(place, "duplicate-name", f"{what} is given twice", hint))
        seen.setdefault(folded(what), place)
