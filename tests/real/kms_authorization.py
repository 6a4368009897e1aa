"""KMS's own authorization, for calls to the moto server by a role that is named: decided by the tests' reference authorizer.

Who calls stands in the access key (`access_key`). What is decided on is what the server holds at that moment: the key policy, the
grants, the IAM policies attached to the role; the lockout check of PutKeyPolicy and CreateKey is part of it.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

Refuse = Callable[[str, str], Exception]
ROOT = Path(__file__).parents[2]
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
NOBODY = "0000"
LOCKED_OUT = "the new key policy will not allow you to update the key policy in the future"


def access_key(role: str, account: str) -> str:
    """Return an access key id that stands for a role, or with an empty text for nobody; it ends in the account."""
    return f"AKIA{hashlib.sha256(role.encode()).hexdigest()[:4].upper() if role else NOBODY}{account}"


def _caller(key: str, backend: Any) -> Any:
    """Return the role for which an access key stands; None where it stands for nobody."""
    from moto.iam.models import iam_backends  # noqa: PLC0415 - of this module alone the tests need no moto

    roles = iam_backends[backend.account_id]["aws"].roles.values()
    return next((role for role in roles if access_key(role.name, key[-12:]) == key), None)


def enforce(responses: type[Any], operations: tuple[str, ...], refuse: Refuse) -> None:
    """Let every operation of moto's KMS ask first whether the caller may. `refuse` builds the error that is answered."""
    sys.path.insert(0, str(ROOT))
    for operation in operations:
        name = _CAMEL.sub("_", operation).lower()
        if hasattr(responses, name):
            setattr(responses, name, _asking(operation, getattr(responses, name), refuse))


def _asking(operation: str, answer: Callable[[Any], str], refuse: Refuse) -> Callable[[Any], str]:
    def asked(response: Any) -> str:
        role = _caller(response.get_access_key(), response.kms_backend)
        if role is not None:
            _require(operation, role, response, refuse)
        return answer(response)

    return asked


def _require(operation: str, role: Any, response: Any, refuse: Refuse) -> None:
    """Refuse a call that a role may not make, or a policy that it could not change again."""
    from tests.reference.decide import decide  # noqa: PLC0415 - found once `enforce` told where

    backend, body = response.kms_backend, json.loads(response.body or "{}")
    place = f"arn:aws:kms:{backend.region_name}:{backend.account_id}"
    keys = [_described(backend, one) for one in _keys(backend, body, both=operation == "UpdateAlias")]
    named = [*([f"{place}:{body['AliasName']}"] if "AliasName" in body else []), *(one["key"]["arn"] for one in keys)]
    versions = [one for policy in role.managed_policies.values() for one in policy.versions if one.is_default]
    policies = [json.loads(one.document) for one in versions]
    first, *others = keys or [{"key": {"arn": f"{place}:key/none"}, "policy": {"Statement": []}, "grants": []}]
    scenario = {**first, "keys": others, "principals": {role.arn: {"identity_policies": policies}}}
    request = {
        "principal": role.arn,
        "action": f"kms:{operation}",
        "resource": "*" if not named else named[0] if len(named) == 1 else named,
        "context": {"aws:RequestedRegion": backend.region_name},
        "create_grant": {name: value for name, value in body.items() if name != "KeyId"} if operation == "CreateGrant" else None,
        "parameters": {name: value for name, value in body.items() if not name.endswith("KeyId")},
    }
    verdict = decide(scenario, request)
    if "lockout" in verdict.reasons:
        raise refuse("MalformedPolicyDocumentException", LOCKED_OUT)
    if verdict.outcome not in ("allowed", "error"):
        raise refuse("AccessDeniedException", f"{role.arn} may not {operation}: {', '.join(verdict.reasons)}")


def _keys(backend: Any, body: dict[str, Any], *, both: bool) -> list[Any]:
    """Return the keys that a call is about; `both`: the key that an alias leaves too."""
    named = [body[name] for name in ("TargetKeyId", "KeyId") if name in body]
    named += [body["AliasName"]] if "AliasName" in body and (both or not named) else []
    found = {id(one): one for name in named if (one := backend.keys.get(backend.any_id_to_key_id(name))) is not None}
    return list(found.values())


def _described(backend: Any, key: Any) -> dict[str, Any]:
    tags = backend.tagger.list_tags_for_resource(key.id)["Tags"]
    return {
        "key": {
            "arn": key.arn, "spec": key.key_spec, "usage": key.key_usage, "origin": key.origin,
            "multi_region": bool(key.multi_region), "tags": {tag["TagKey"]: tag["TagValue"] for tag in tags},
            "aliases": list(key.aliases),
        },
        "policy": json.loads(key.policy) if isinstance(key.policy, str) else key.policy,
        "grants": [grant.to_json() for grant in key.grants.values()],
    }  # fmt: skip
