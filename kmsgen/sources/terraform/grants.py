"""Grants in a Terraform plan (aws_kms_grant).

Source: Terraform AWS provider, aws_kms_grant; KMS API Reference, CreateGrant.
"""

from __future__ import annotations

from typing import Any

from kmsgen.errors import KmsgenError
from kmsgen.policy.grant import Grant
from kmsgen.policy.grant_form import parse_grant
from kmsgen.sources.terraform.references import PlanReferences
from kmsgen.sources.terraform.resources import PlannedResource, listed
from kmsgen.sources.unknown.unknown import Unknown

_GRANT_FIELDS = {"name": "Name", "grant_id": "GrantId"}
_CONSTRAINT_FIELDS = {
    "encryption_context_equals": "EncryptionContextEquals",
    "encryption_context_subset": "EncryptionContextSubset",
}


def grant_of(resource: PlannedResource, references: PlanReferences, grantee: str) -> tuple[Grant, bool]:
    """Return a grant without its unknown constraints, and whether it has any. Raises InputError."""
    data: dict[str, Any] = {ours: resource.known(field) for field, ours in _GRANT_FIELDS.items() if resource.known(field)}
    retiring = references.filled(resource.value("retiring_principal"), resource, "retiring_principal")
    if isinstance(retiring, str):
        data["RetiringPrincipal"] = retiring
    known, is_open = _constraints(resource)
    data |= {"GranteePrincipal": grantee, "Operations": resource.value("operations"), "Constraints": known}
    try:
        return parse_grant({"GrantId": resource.address, **data}), is_open
    except KmsgenError as error:
        raise resource.refusal("bad-grant", "; ".join(one.message for one in error.diagnostics)) from None


def _constraints(resource: PlannedResource) -> tuple[dict[str, Any], bool]:
    """Return the known constraints of a grant, and whether there are unknown ones."""
    value = resource.value("constraints")
    blocks = [block for block in listed(value) if isinstance(block, dict)]
    found: dict[str, Any] = {}
    unknown = isinstance(value, Unknown)
    for block in blocks:
        for field, ours in _CONSTRAINT_FIELDS.items():
            held = block.get(field)
            if isinstance(held, Unknown) or (isinstance(held, dict) and any(isinstance(one, Unknown) for one in held.values())):
                unknown = True
            elif held:
                found[ours] = held
    return found, unknown
