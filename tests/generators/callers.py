"""Kinds of callers."""

from __future__ import annotations

from tests.generators import names as n

KIND_OF = {arn: kind for kind, arns in n.CALLERS.items() for arn in arns}
EVERYBODY = tuple(KIND_OF)


def kind_of(principal: str) -> str:
    """Tell the kind of caller that an ARN or a service's name stands for."""
    if not principal.startswith("arn:"):
        return "anonymous" if principal == "*" else "service"
    marks = {":root": "root", "AWSServiceRoleFor": "service-linked", ":assumed-role/": "session", ":federated-user/": "federated"}
    found = next((kind for mark, kind in marks.items() if mark in principal), None)
    return found or ("role" if ":role/" in principal else "user")
