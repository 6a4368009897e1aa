"""A bundle as plain data, in the form of a scenario: a snapshot, or a witness that `simulate` answers as it is printed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kmsgen.authorizer.request import Request
from kmsgen.policy.bundle import Bundle, Key, KeyAccess, Levels, Organization, PrincipalPolicies
from kmsgen.policy.grant_form import format_existing_grant, format_grant
from kmsgen.policy.json_form import format_document
from kmsgen.prover.witness import Witness

_LEFT_OUT: tuple[object, ...] = (None, "", {}, [], False)


def format_scenario(witness: Witness) -> dict[str, Any]:
    """Write a witness as a scenario of one request with the outcome that is expected of it."""
    request = {**_request(witness.request), "whole_call": False, "expect": witness.outcome}
    return {**format_bundle(witness.bundle), "requests": [request]}


def format_bundle(bundle: Bundle) -> dict[str, Any]:
    """Write a bundle as a scenario without requests."""
    first, *others = map(_access, bundle.keys)
    beside = {
        "keys": others,
        "principals": {name: _principal(one) for name, one in bundle.principals.items()},
        "rcps": _levels(bundle.rcps),
        "vpc_endpoint_policies": {name: format_document(policy) for name, policy in bundle.vpc_endpoint_policies.items()},
    }
    return {**first, **_told(beside)}


def _told(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value not in _LEFT_OUT}


def _access(access: KeyAccess) -> dict[str, Any]:
    grants = [format_existing_grant(grant) for grant in access.grants]
    policy = format_document(access.policy) if access.policy.statements else None
    return _told({"key": _key(access.key), "policy": policy, "grants": grants})


def _key(key: Key) -> dict[str, Any]:
    told = {name: value for name, value in key._asdict().items() if name != "untold"}
    return _told({**told, "tags": dict(key.tags), "aliases": list(key.aliases)})


def _principal(beside: PrincipalPolicies) -> dict[str, Any]:
    told = _told(
        {
            "identity_policies": [format_document(one) for one in beside.identity_policies],
            "boundary": format_document(beside.boundary) if beside.boundary is not None else None,
            "session_policies": [format_document(one) for one in beside.session_policies],
            "scps": _levels(beside.scps),
            "tags": dict(beside.tags),
            "service_linked": beside.service_linked,
        }
    )
    return {**told, "organization": _organization(beside.organization)} if beside.organization is not None else told


def _organization(one: Organization) -> dict[str, Any] | None:
    return _told({**one._asdict(), "paths": list(one.paths)}) or None


def _levels(levels: Levels) -> list[list[dict[str, Any]]]:
    return [[format_document(policy) for policy in level] for level in levels]


def _request(request: Request) -> dict[str, Any]:
    """Write a request; what it leaves open is left out, and `[]` tells that a condition key is absent."""
    resources = list(request.resources)
    return _told(
        {
            "principal": request.principal,
            "action": request.action,
            "resource": resources[0] if len(resources) == 1 else resources,
            "encryption_context": dict(request.encryption_context),
            "context": {key: list(values) if len(values) != 1 else values[0] for key, values in sorted(request.context.items())},
            "grant_tokens": list(request.grant_tokens),
            "create_grant": format_grant(request.create_grant) if request.create_grant is not None else None,
            "grant_id": request.grant_id,
            "parameters": dict(request.parameters),
        }
    )
