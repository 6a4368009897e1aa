"""What AWS managed policies say of KMS: their statements, each with the actions that may be of KMS."""

from __future__ import annotations

import importlib
import json
from importlib.metadata import version
from typing import Any

from kmsgen.catalogue.actions import expand

SERVICE_ROLES_ONLY = "/aws-service-role/"


def source() -> str:
    """Name the package that the policies are from."""
    return f"PyPI moto {version('moto')} (moto/iam/aws_managed_policies.py: iam:GetPolicyVersion of every AWS managed policy)"


def policies() -> dict[str, Any]:
    """Return the policies that a principal other than a service-linked role can have, by path and name."""
    data = json.loads(importlib.import_module("moto.iam.aws_managed_policies").aws_managed_policies_data)
    found = {f"{one['Path']}{name}"[1:]: one for name, one in data.items() if one["Path"] != SERVICE_ROLES_ONLY}
    return dict(sorted(found.items()))


def date(found: dict[str, Any]) -> str:
    """Return the day of the newest version among the policies."""
    return str(max(one["UpdateDate"] for one in found.values()))[:10]


def statements(found: dict[str, Any]) -> dict[str, str]:
    """Return for each policy that says anything of KMS its statements that do, as JSON."""
    told = {name: [kept for one in _listed(policy["Document"]["Statement"]) if (kept := _of_kms(one))]
            for name, policy in found.items()}  # fmt: skip
    return {name: json.dumps(kept, separators=(",", ":")) for name, kept in told.items() if kept}


def _of_kms(statement: dict[str, Any]) -> dict[str, Any] | None:
    if "NotAction" in statement:
        return statement
    actions = [action for action in _listed(statement["Action"]) if expand(action)]
    return {**statement, "Action": actions} if actions else None


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 - plain data
    return value if isinstance(value, list) else [value]
