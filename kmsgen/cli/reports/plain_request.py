"""A request as plain data, in the form of a scenario's `requests`, so that `simulate` and `explain` take it back."""

from __future__ import annotations

from typing import Any

from kmsgen.authorizer.request import Request
from kmsgen.policy.json_form import format_grant


def format_request(request: Request) -> dict[str, Any]:
    """Write a request; what it leaves open is left out."""
    resources = list(request.resources)
    data: dict[str, Any] = {
        "principal": request.principal,
        "action": request.action,
        "resource": resources[0] if len(resources) == 1 else resources or None,
        "encryption_context": dict(request.encryption_context),
        "context": {key: list(values) if len(values) != 1 else values[0] for key, values in request.context.items()},
        "grant_tokens": list(request.grant_tokens),
        "create_grant": format_grant(request.create_grant) if request.create_grant is not None else None,
        "grant_id": request.grant_id,
        "parameters": dict(request.parameters),
    }
    return {key: value for key, value in data.items() if value not in (None, {}, [])}
