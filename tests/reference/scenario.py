"""Scenarios as data to the shapes of the policy language, without the checks that the real reader makes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kmsgen.authorizer.request import Request
from kmsgen.policy.bundle import Bundle, Key, KeyAccess, Levels, Organization, PrincipalPolicies
from kmsgen.policy.json_form import parse_document, parse_grant

Data = Mapping[str, Any]


def bundle_of(data: Data) -> Bundle:
    """Read everything but the requests of a scenario."""
    first = {name: data.get(name) for name in ("key", "policy", "grants")}
    return Bundle(
        keys=tuple(_access(item) for item in [first, *(data.get("keys") or [])]),
        principals={arn: _beside(item) for arn, item in (data.get("principals") or {}).items()},
        rcps=_levels(data.get("rcps")),
        vpc_endpoint_policies={name: parse_document(item) for name, item in (data.get("vpc_endpoint_policies") or {}).items()},
    )


def request_of(data: Data) -> Request:
    """Read one request of a scenario."""
    resource = data.get("resource")
    create = data.get("create_grant")
    return Request(
        principal=data["principal"],
        action=data["action"],
        resources=() if resource is None else tuple(resource) if isinstance(resource, list) else (resource,),
        encryption_context=data.get("encryption_context") or {},
        context={name: _texts(value) for name, value in (data.get("context") or {}).items()},
        grant_tokens=tuple(data.get("grant_tokens") or ()),
        create_grant=None if create is None else parse_grant(create),
        grant_id=data.get("grant_id"),
        parameters=data.get("parameters") or {},
    )


def _texts(value: object) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    return tuple(str(item).lower() if isinstance(item, bool) else str(item) for item in items)


def _pairs(value: Mapping[str, str] | None) -> tuple[tuple[str, str], ...]:
    return tuple((value or {}).items())


def _levels(value: list[list[Data]] | None) -> Levels:
    return tuple(tuple(parse_document(item) for item in level) for level in value or ())


def _access(data: Data) -> KeyAccess:
    key = {**data["key"]}
    key["tags"], key["aliases"] = _pairs(key.get("tags")), tuple(key.get("aliases") or ())
    return KeyAccess(Key(**key), parse_document(data["policy"]), tuple(parse_grant(item) for item in data.get("grants") or ()))


def _beside(data: Data) -> PrincipalPolicies:
    boundary = data.get("boundary")
    return PrincipalPolicies(
        identity_policies=tuple(parse_document(item) for item in data.get("identity_policies") or ()),
        boundary=None if boundary is None else parse_document(boundary),
        session_policies=tuple(parse_document(item) for item in data.get("session_policies") or ()),
        scps=_levels(data.get("scps")),
        tags=_pairs(data.get("tags")),
        organization=_organization(data.get("organization")),
        service_linked=data.get("service_linked", False),
    )


def _organization(data: Data | None) -> Organization | None:
    if data is None:
        return None
    return Organization(data["id"], tuple(data.get("paths") or ()), data.get("management_account", False))
