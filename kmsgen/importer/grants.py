"""Import of grants, as `grants` lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from kmsgen.importer.draft import DraftLine
from kmsgen.importer.people import short
from kmsgen.policy.bundle import Key
from kmsgen.policy.grant import Grant


def grant_lines(grants: Iterable[Grant], key: Key) -> Iterator[tuple[Grant, DraftLine]]:
    """Yield each grant with its line."""
    for grant in grants:
        held = grant.constraints
        constraints = {
            "encryption_context_equals": None if held.encryption_context_equals is None else dict(held.encryption_context_equals),
            "encryption_context_subset": None if held.encryption_context_subset is None else dict(held.encryption_context_subset),
            "source_arn": held.source_arn,
        }
        told = {name: value for name, value in constraints.items() if value is not None}
        content: dict[str, Any] = {
            "name": grant.name or grant.id,
            "grantee": short(grant.grantee, key),
            "operations": list(grant.operations),
            **({"constraints": told} if told else {}),
            **({"retiring_principal": short(grant.retiring, key)} if grant.retiring else {}),
        }
        yield grant, DraftLine("grants", content)
