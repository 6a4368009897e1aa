"""`grants` to the grants of a key."""

from __future__ import annotations

from kmsgen.compiler.target import Target
from kmsgen.intent.intent import Intent
from kmsgen.policy.grant import Grant


def grants_on(intent: Intent, target: Target) -> tuple[Grant, ...]:
    """Return the grants as they stand on a key once they are made: each with an id, issued by the key's account."""
    return tuple(
        line.grant._replace(id=line.grant.id or line.grant.name or f"grant-{number}", issuing_account=target.account)
        for number, line in enumerate(intent.grants, start=1)
    )
