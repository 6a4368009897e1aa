"""From an assignment of condition keys to a request that carries it.

Source: CreateGrant (API reference); KMS Developer Guide, conditions-kms.
"""

from __future__ import annotations

from collections.abc import Mapping

from kmsgen.authorizer.request import Request
from kmsgen.catalogue import grants, key_specs
from kmsgen.policy.bundle import Key
from kmsgen.policy.grant import Grant, GrantConstraints, Pairs
from kmsgen.prover.requests.constraints import CONTEXT, TAG, TAG_KEYS, names_in, others, spelled
from kmsgen.prover.requests.wording import title
from kmsgen.prover.search.search import Known, Values

SOME_VALUE = "any"
SOME_SERVICE = "any-service.amazonaws.com"
SOME_SOURCE = "arn:aws:any-service:us-east-1:999999999999:resource"
_FIRST_OPERATIONS = ("Decrypt", "Sign", "GenerateMac", "DeriveSharedSecret", "Decapsulate", "Encrypt", "DescribeKey")
_GRANT_FIELDS = {
    "kms:granteeprincipal": ("grantee", False),
    "kms:granteeserviceprincipal": ("grantee", True),
    "kms:retiringprincipal": ("retiring", False),
    "kms:retiringserviceprincipal": ("retiring", True),
}
GRANT_KEYS = (*_GRANT_FIELDS, "kms:grantoperations", "kms:grantconstrainttype", "kms:grantconstraintsourcearn")
"""The condition keys of a CreateGrant that the grant to create decides."""
EQUALS, SUBSET = "EncryptionContextEquals", "EncryptionContextSubset"


def first_grant(key: Key, grantee: str) -> Grant:
    """Return a grant that KMS would create on the key: one operation, no constraint."""
    offered = grants.operations(key_specs.key_type(key.spec, key.usage) or "symmetric")
    operation = next((name for name in _FIRST_OPERATIONS if name in offered), "DescribeKey")
    return Grant("new-grant", grantee, (operation,))


def build(base: Request, chosen: Known) -> Request:
    """Return the base request with what was chosen for each condition key; absent keys stay absent."""
    pairs = _pairs(chosen, CONTEXT)
    request = base
    if base.create_grant is not None:
        request = request._replace(create_grant=_grant(base.create_grant, chosen, pairs))
    elif pairs:
        request = request._replace(encryption_context=dict(pairs))
    return request._replace(context={**base.context, **_context(chosen)})


def _pairs(chosen: Known, family: str) -> Pairs:
    """Return the named pairs of a family, each under its spelling; names that no policy names get some value."""
    found = []
    for key, values in chosen.items():
        if key.startswith(family) and values:
            spelling = chosen.get(spelled(key))
            found.append(((spelling or (key.removeprefix(family),))[0], values[0]))
    return (*found, *((name, SOME_VALUE) for name in chosen.get(others(family)) or ()))


def _context(chosen: Known) -> Mapping[str, Values]:
    context = {}
    for key, values in chosen.items():
        plain = not key.startswith((CONTEXT, "name of ", "others of ")) and key not in GRANT_KEYS
        if plain and values:
            context[title(key)] = values
    if chosen.get("aws:multifactorauthage") and "aws:multifactorauthpresent" not in chosen:
        context[title("aws:multifactorauthpresent")] = ("true",)
    names = names_in(chosen, TAG)
    return {**context, title(TAG_KEYS): names} if names else context


def _grant(grant: Grant, chosen: Known, pairs: Pairs) -> Grant:
    grant = grant._replace(constraints=_constraints(chosen, pairs))
    if "kms:granteeprincipal" in chosen and not chosen["kms:granteeprincipal"]:
        grant = _to_service(grant)
    for key, (field, is_service) in _GRANT_FIELDS.items():
        values = chosen.get(key)
        if values and field == "grantee":
            grant = (_to_service(grant) if is_service else grant)._replace(grantee=values[0], grantee_is_service=is_service)
        elif values:
            grant = grant._replace(retiring=values[0], retiring_is_service=is_service)
    return grant._replace(operations=chosen.get("kms:grantoperations") or grant.operations)


def _to_service(grant: Grant) -> Grant:
    """Give a grant what KMS asks for where the grantee is a service."""
    source = grant.constraints.source_arn or SOME_SOURCE
    constraints = grant.constraints._replace(source_arn=source)
    return grant._replace(
        grantee=SOME_SERVICE,
        grantee_is_service=True,
        retiring=SOME_SERVICE,
        retiring_is_service=True,
        constraints=constraints,
    )


def _constraints(chosen: Known, pairs: Pairs) -> GrantConstraints:
    kind = (chosen.get("kms:grantconstrainttype") or (SUBSET if pairs else None,))[0]
    source = (chosen.get("kms:grantconstraintsourcearn") or (None,))[0]
    return GrantConstraints(
        encryption_context_equals=pairs if kind == EQUALS else None,
        encryption_context_subset=pairs if kind == SUBSET else None,
        source_arn=source,
    )
