"""Retiring principals of grants: those of the file may retire them, and nobody else is put in their place.

Whoever has kms:RetireGrant by an IAM policy of the account may retire them too, so that no request tells a retiring principal of
that account apart. Source: KMS Developer Guide, grant-delete.
"""

from __future__ import annotations

from collections.abc import Iterator

from kmsgen.checks.finding import Finding
from kmsgen.intent.intent import GrantLine, Intent
from kmsgen.policy.bundle import Bundle
from kmsgen.policy.grant import Grant


def cannot_retire(intent: Intent, bundle: Bundle) -> Iterator[Finding]:
    """Yield a finding for each retiring principal of the file whom a key's grants to that grantee do not name."""
    for line, held in _held(intent, bundle):
        retiring = line.grant.retiring
        if retiring and retiring not in [one.retiring for one in held]:
            message = f"`{retiring}` cannot retire the grant `{line.grant.name}` to `{line.grant.grantee}`"
            yield Finding("intended-not-allowed", "error", message, line.location)


def may_retire(intent: Intent, bundle: Bundle) -> Iterator[Finding]:
    """Yield a finding for each retiring principal of a grant whom the file does not name for that grantee."""
    asked = [(one.grant.grantee, one.grant.retiring) for one in intent.grants]
    for line, held in _held(intent, bundle):
        for retiring in dict.fromkeys(one.retiring for one in held if one.retiring):
            if (line.grant.grantee, retiring) not in asked:
                message = f"`{retiring}` may retire the grant to `{line.grant.grantee}`, which nobody asked for"
                yield Finding("excess-access", "error", message, line.location)


def _held(intent: Intent, bundle: Bundle) -> Iterator[tuple[GrantLine, list[Grant]]]:
    """Yield each line of grants with the grants of each key that are to the same grantee."""
    for access in bundle.keys if intent.governed else ():
        for line in intent.grants:
            yield line, [grant for grant in access.grants if grant.grantee == line.grant.grantee]
