"""Grants as ListGrants prints them and CreateGrant takes them: plain data in and out.

Source: KMS API Reference, CreateGrant, GrantConstraints, GrantListEntry.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from kmsgen.arn import account_of
from kmsgen.errors import InputError
from kmsgen.policy.grant import Grant, GrantConstraints, Pairs
from kmsgen.policy.json_form import nowhere
from kmsgen.policy.plain_data import Reader
from kmsgen.reading import Steps, Where

_GRANT_FIELDS = (
    "GrantId", "KeyId", "Name", "GranteePrincipal", "GranteeServicePrincipal", "RetiringPrincipal", "RetiringServicePrincipal",
    "IssuingAccount", "CreationDate", "Operations", "Constraints", "Propagated", "GrantToken", "GrantTokens", "ParentGrantId",
    "DryRun",
)  # fmt: skip
_CONSTRAINTS = ("EncryptionContextEquals", "EncryptionContextSubset", "SourceArn")


def parse_create_grant(data: object, where: Where = nowhere) -> Grant:
    """Read the parameters of CreateGrant. What no grant can be is told in `faults`: that KMS refuses it is an answer."""
    return _grant(data, where, requested=True)


def parse_grant(data: object, where: Where = nowhere) -> Grant:
    """Read a grant as ListGrants prints it.

    Beside AWS's fields: `Propagated: false`, `GrantToken` or `GrantTokens` (the GrantId where absent), `ParentGrantId`.
    Raises InputError for what has the wrong shape.
    """
    return _grant(data, where, requested=False)


def _grant(data: object, where: Where, *, requested: bool) -> Grant:
    reader = Reader(where)
    item = reader.mapping(data, (), "a grant")
    reader.known(item, _GRANT_FIELDS, (), "a grant")

    def text(name: str) -> str | None:
        return reader.text(item.get(name), (name,), name)

    tokens = item.get("GrantTokens", item.get("GrantToken"))
    grant = Grant(
        id=text("GrantId") or "",
        grantee=text("GranteePrincipal") or text("GranteeServicePrincipal") or "",
        operations=_texts(reader, _operations(item, requested=requested), "Operations"),
        constraints=_constraints(reader, item.get("Constraints") or {}, ("Constraints",)),
        grantee_is_service=item.get("GranteeServicePrincipal") is not None,
        retiring=text("RetiringPrincipal") or text("RetiringServicePrincipal"),
        retiring_is_service=item.get("RetiringServicePrincipal") is not None,
        name=text("Name"),
        issuing_account=account_of(text("IssuingAccount") or ""),
        tokens=_texts(reader, tokens, "GrantTokens"),
        propagated=reader.flag(item.get("Propagated", True), ("Propagated",), "Propagated"),
        parent=text("ParentGrantId"),
    )
    faults = tuple(_faults(item))
    for fault in () if requested else faults:
        reader.refuse(fault.steps, fault.code, fault.message)
    if reader.problems:
        raise InputError(reader.problems)
    return grant._replace(faults=tuple(fault.message for fault in faults))


def _operations(item: dict[str, Any], *, requested: bool) -> Any:  # noqa: ANN401 - data as it was read
    """Return what a grant lists; nothing of a request that lists nothing, which KMS refuses."""
    operations = item.get("Operations")
    return None if requested and operations == [] else operations


def _texts(reader: Reader, data: object, name: str) -> tuple[str, ...]:
    return () if data is None else reader.texts(data, (name,), name)


class _GrantFault(NamedTuple):
    """What is wrong about the fields of a grant, and where."""

    steps: Steps
    code: str
    message: str


def _faults(item: dict[str, Any]) -> Iterator[_GrantFault]:
    """Yield where a grant has both of two fields, or none of those of which it needs one."""
    for kind in ("Grantee", "Retiring"):
        first, second = f"{kind}Principal", f"{kind}ServicePrincipal"
        given = [name for name in (first, second) if item.get(name) is not None]
        if len(given) == 2:
            yield _GrantFault((second,), "both-forms", f"a grant cannot have both {first} and {second}")
        if kind == "Grantee" and not given:
            yield _GrantFault((), "no-grantee", f"a grant must have a {first} or a {second}")


def _constraints(reader: Reader, data: object, steps: Steps) -> GrantConstraints:
    item = reader.mapping(data, steps, "Constraints")
    reader.known(item, _CONSTRAINTS, steps, "Constraints")

    def pairs(name: str) -> Pairs | None:
        return reader.pairs(item[name], (*steps, name), name) if item.get(name) is not None else None

    equals, subset = pairs("EncryptionContextEquals"), pairs("EncryptionContextSubset")
    if equals is not None and subset is not None:
        # KMS takes an empty map beside the other one as not given, which is how Terraform sends them
        equals, subset = (equals or None, subset) if subset else (equals, None)
    return GrantConstraints(equals, subset, reader.text(item.get("SourceArn"), (*steps, "SourceArn"), "SourceArn"))


# --- writing ------------------------------------------------------------------------------------------------------------


def format_grant(grant: Grant) -> dict[str, Any]:
    """Write the parameters of CreateGrant, without the key."""
    data: dict[str, Any] = {}
    data["GranteeServicePrincipal" if grant.grantee_is_service else "GranteePrincipal"] = grant.grantee
    if grant.retiring is not None:
        data["RetiringServicePrincipal" if grant.retiring_is_service else "RetiringPrincipal"] = grant.retiring
    data["Operations"] = list(grant.operations)
    constraints = _format_constraints(grant.constraints)
    if constraints:
        data["Constraints"] = constraints
    if grant.name is not None:
        data["Name"] = grant.name
    return data


def format_existing_grant(grant: Grant) -> dict[str, Any]:
    """Write a grant as `parse_grant` reads it."""
    data = {"GrantId": grant.id, **format_grant(grant), "IssuingAccount": grant.issuing_account, "ParentGrantId": grant.parent}
    data |= {"GrantTokens": list(grant.tokens) or None, "Propagated": None if grant.propagated else False}
    return {name: value for name, value in data.items() if value is not None}


def _format_constraints(constraints: GrantConstraints) -> dict[str, Any]:
    values = (constraints.encryption_context_equals, constraints.encryption_context_subset)
    data: dict[str, Any] = {name: dict(value) for name, value in zip(_CONSTRAINTS, values, strict=False) if value is not None}
    if constraints.source_arn is not None:
        data["SourceArn"] = constraints.source_arn
    return data
