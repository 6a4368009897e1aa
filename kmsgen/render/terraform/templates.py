"""Terraform's templates, and the filters through which values enter them."""

from __future__ import annotations

from kmsgen.policy.document import Document
from kmsgen.policy.json_form import format_document
from kmsgen.render.references import KeyReference, KeyReferences
from kmsgen.render.terraform import hcl
from kmsgen.render.text.environment import Filter, environment


def policy(document: Document, reference: KeyReference | KeyReferences | None = None) -> str:
    """Write a policy as an HCL object (`policy` in templates), for `jsonencode`, the reference wherever it names the key."""
    data = format_document(document)
    return hcl.value(reference.applied(data, hcl.Interpolated) if reference else data)


LITERALS: dict[str, Filter] = {"hcl": hcl.value, "policy": policy, "identifier": hcl.identifier, "addresses": hcl.addresses}
TEMPLATES = environment("terraform", LITERALS, {"aligned": hcl.aligned})
