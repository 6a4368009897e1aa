"""Denies of key policies that exist, beside those that an intent compiles to: a guard rail denies what nobody is allowed today.

Both are asked about beneath a statement that allows everybody everything, so that only what is denied counts.
"""

from __future__ import annotations

from collections.abc import Iterator

from kmsgen.checks.finding import Finding
from kmsgen.errors import Location
from kmsgen.policy.bundle import Bundle, KeyAccess
from kmsgen.policy.document import EVERYONE, Document, Effect, Statement
from kmsgen.prover.difference import differences

_EVERYTHING = Statement(Effect.ALLOW, ("kms:*",), ("*",), principals=(EVERYONE,), sid="Everything")


def denies_lost(compiled: Bundle, existing: Bundle, place: Location) -> Iterator[Finding]:
    """Yield a finding for each kind of request that a Deny of the compiled key policy denies and no Deny of the existing one."""
    for wanted, held in beside(compiled, existing):
        if any(one.effect is Effect.DENY for one in wanted.policy.statements):
            yield from _lost(wanted, held, place)


def beside(compiled: Bundle, existing: Bundle) -> Iterator[tuple[KeyAccess, KeyAccess]]:
    """Yield each key that exists, after what the compiled bundle has on it: the same key, with the compiled policy and grants."""
    by_arn = {access.key.arn: access for access in compiled.keys}
    for number, held in enumerate(existing.keys):
        wanted = by_arn.get(held.key.arn, compiled.keys[min(number, len(compiled.keys) - 1)])
        yield wanted._replace(key=held.key), held


def _lost(wanted: KeyAccess, held: KeyAccess, place: Location) -> Iterator[Finding]:
    found = differences(Bundle((_denying(wanted),), {}), Bundle((_denying(held),), {}))
    for group in found.gained:
        yield Finding("guardrail-lost", "error", f"{group}: denied by the intent, and not here", place, group.witness)
    if found.reason and not found.gained:
        yield Finding("unproved", "error", f"whether all is denied that the intent denies is not known: {found.reason}", place)


def _denying(access: KeyAccess) -> KeyAccess:
    denies = (one for one in access.policy.statements if one.effect is Effect.DENY)
    return KeyAccess(access.key, Document((_EVERYTHING, *denies)))
