"""`grants` to the grants of a key, and whom lines let create grants for whom."""

from __future__ import annotations

from collections.abc import Iterable

from kmsgen.catalogue.condition_keys import FOR_AWS_RESOURCE
from kmsgen.compiler.conditions import EQUALITIES
from kmsgen.compiler.permit import Permit
from kmsgen.compiler.target import Target
from kmsgen.intent.intent import Intent
from kmsgen.policy.grant import Grant
from kmsgen.policy.letter_case import folded

CREATE_GRANT = "kms:CreateGrant"


def grants_on(intent: Intent, target: Target) -> tuple[Grant, ...]:
    """Return the grants as they stand on a key once they are made: each with an id, issued by the key's account."""
    return tuple(
        line.grant._replace(id=line.grant.id or line.grant.name or f"grant-{number}", issuing_account=target.account)
        for number, line in enumerate(intent.grants, start=1)
    )


def lets_services_grant(permit: Permit) -> bool:
    """Return whether AWS services may create grants for themselves by a permit: it neither names a grantee nor rules that out."""
    said = {folded(condition.key): condition for condition in permit.conditions}
    against = said.get(folded(FOR_AWS_RESOURCE.key))
    return "kms:granteeprincipal" not in said and (against is None or "true" in against.values)


def named_grantees(permits: Iterable[Permit]) -> tuple[str, ...]:
    """Return the principals that lines name as grantees: they act by grants, whatever else names them."""
    found = [
        value
        for permit in permits
        for condition in permit.conditions
        if permit.action == CREATE_GRANT and folded(condition.key) == "kms:granteeprincipal"
        if condition.operator in EQUALITIES
        for value in condition.values
    ]
    return tuple(dict.fromkeys(value for value in found if value.startswith("arn:") and "${" not in value))
