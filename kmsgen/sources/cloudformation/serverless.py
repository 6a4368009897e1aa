"""AWS SAM's Serverless transform, as far as access goes: functions and state machines without a role get one.

Source: AWS SAM Developer Guide, sam-specification-generated-resources-function, serverless-policy-template-list.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from kmsgen.catalogue.managed_policies import kms_policy
from kmsgen.sources.cloudformation.language.resources import TemplateResource

_ROLES = {"AWS::Serverless::Function": "Role", "AWS::Serverless::StateMachine": "Role"}
_BASIC = "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
_XRAY = "arn:${AWS::Partition}:iam::aws:policy/AWSXRayDaemonWriteAccess"
# The transform lets the role of such an event source decrypt with that key.
_EVENT_KEY = "SecretsManagerKmsKeyId"
_PATHS = ("", "service-role/", "job-function/")
_TEMPLATES = {"KMSDecryptPolicy": ("kms:Decrypt",)}
"""The SAM policy templates that are known, by name; a role with any other may have any policy."""


def written_out_functions(resources: Mapping[str, TemplateResource], defaults: Mapping[str, Any]) -> dict[str, TemplateResource]:
    """Return the resources with the roles that the transform creates; `defaults` are the `Globals` of functions."""
    found = dict(resources)
    for one in resources.values():
        properties = {**defaults, **one.properties} if one.type == "AWS::Serverless::Function" else one.properties
        if one.type in _ROLES and "Role" not in properties:
            role = f"{one.name}Role"
            found.setdefault(role, _role(role, one, properties))
    return found


def _role(name: str, owner: TemplateResource, properties: Mapping[str, Any]) -> TemplateResource:
    raw = properties.get("Policies")
    written = raw if isinstance(raw, list) else [] if raw is None else [raw]
    managed = list(_managed(written))
    if owner.type == "AWS::Serverless::Function":
        managed = [{"Fn::Sub": _BASIC}, *([{"Fn::Sub": _XRAY}] if properties.get("Tracing") else ()), *managed]
    if _EVENT_KEY in json.dumps(properties.get("Events")):
        managed.append({"Ref": "the policy of an event source with a key"})
    inline = [{"PolicyName": name, "PolicyDocument": document} for document in _documents(written)]
    made: dict[str, Any] = {"ManagedPolicyArns": managed, "Policies": inline}
    for field_name, given in (("PermissionsBoundary", "PermissionsBoundary"), ("Path", "RolePath")):
        if given in properties:
            made[field_name] = properties[given]
    return TemplateResource(name, "AWS::IAM::Role", made, owner.condition, owner.steps)


def _managed(policies: list[Any]) -> Iterator[Any]:
    """Yield the managed policies, by ARN or by AWS's name; and a `Ref` that stays unknown for any other entry."""
    for one in policies:
        if isinstance(one, str):
            yield one if one.startswith("arn:") else {"Fn::Sub": f"arn:${{AWS::Partition}}:iam::aws:policy/{_path_of(one)}{one}"}
        elif not isinstance(one, dict) or not ("Statement" in one or any(name in _TEMPLATES for name in one)):
            named = next(iter(one), "") if isinstance(one, dict) else ""
            yield one if named.startswith("Fn::") or named == "Ref" else {"Ref": f"the policy template {named}".strip()}


def _path_of(name: str) -> str:
    """Return the path of an AWS managed policy by its name, which is that of no other one; none where it is not known."""
    return next((path for path in _PATHS if kms_policy(f"arn:aws:iam::aws:policy/{path}{name}") is not None), "")


def _documents(policies: list[Any]) -> Iterator[dict[str, Any]]:
    for one in policies:
        if isinstance(one, dict) and "Statement" in one:
            yield one
        elif isinstance(one, dict):
            yield from (_document(name, settings) for name, settings in one.items() if name in _TEMPLATES)


def _document(template: str, settings: Any) -> dict[str, Any]:  # noqa: ANN401 - plain data
    key = settings.get("KeyId") if isinstance(settings, dict) else None
    arn = {"Fn::Sub": ["arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/${KeyId}", {"KeyId": key}]}
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": list(_TEMPLATES[template]), "Resource": arn}],
    }
