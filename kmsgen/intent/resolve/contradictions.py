"""Parts of an intent that contradict each other, which none of them shows alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kmsgen.catalogue.guardrails import DENY
from kmsgen.errors import Diagnostic, Location
from kmsgen.intent.intent import LINES, GrantLine, GuardRailLine, Intent
from kmsgen.intent.resolve.context import Context
from kmsgen.policy.letter_case import folded

_WITH_A_KEY = "a grant is made by whoever governs the key, in the intent that writes "
_THROUGH = (
    "who uses any key through a service stands under `users`, with `when: {via: [s3]}`; for what the page of a service says, "
    "list the keys, with `key_policy: keep` if their policies are not yours"
)


def check_together(intent: Intent, written: Mapping[str, Any], context: Context) -> None:
    """Report grants of an intent that writes no key policy, an intent that asks for nothing, and names given twice.

    `written` are the fields of the file as they stand, readable or not.
    """
    if context.iam_only and written.get("grants"):
        message = "`grants` need a key policy, and this intent writes none"
        context.problems.add_key(("grants",), "iam-only", message, f"{_WITH_A_KEY}{context.whose_policy}")
    if context.every_key and written.get("services"):
        message = "`services` need the key policy of a key, and an intent about every key writes none"
        context.problems.add_key(("services",), "iam-only", message, _THROUGH)
    if not any(written.get(name) for name in LINES if name != "never"):
        context.problems.add_lacking((), "nothing-asked", "the intent allows and denies nothing", "add `admins:` and `users:`")
    _check_names(intent.grants, intent.guardrails, context)


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
