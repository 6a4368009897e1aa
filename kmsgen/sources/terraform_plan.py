"""A Terraform plan or state, as `terraform show -json` prints it, as a bundle.

What Terraform knows only after it has applied is not in a plan: unknown in a key policy it is an error, unknown in an IAM policy
its principal is left to have any. A state has it all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from kmsgen.arn import parse_arn
from kmsgen.errors import Diagnostic, InputError, KmsgenError, Location
from kmsgen.policy.bundle import Key
from kmsgen.policy.document import Document
from kmsgen.policy.json_form import parse_document, parse_grant
from kmsgen.reading import Source
from kmsgen.reading.json_text import parse_json
from kmsgen.sources.described import Existing, Gathering, Place

_KEYS = ("aws_kms_key", "aws_kms_replica_key", "aws_kms_external_key", "aws_kms_replica_external_key")
_INLINE = {"aws_iam_role_policy": ("role", "role"), "aws_iam_user_policy": ("user", "user")}
_ATTACHMENTS = {"aws_iam_role_policy_attachment": ("role", "role"), "aws_iam_user_policy_attachment": ("user", "user")}
_GRANT_FIELDS = {
    "name": "Name",
    "grantee_principal": "GranteePrincipal",
    "operations": "Operations",
    "retiring_principal": "RetiringPrincipal",
    "grant_id": "GrantId",
}
_CONSTRAINT_FIELDS = {
    "encryption_context_equals": "EncryptionContextEquals",
    "encryption_context_subset": "EncryptionContextSubset",
}


class _Resource(NamedTuple):
    address: str
    type: str
    values: dict[str, Any]


def is_plan(data: object) -> bool:
    """Return whether plain data is what `terraform show -json` prints of a plan or a state."""
    return isinstance(data, dict) and "format_version" in data and ("planned_values" in data or "values" in data)


def read_plan(source: Source, place: Place) -> Existing:
    """Read the keys, grants and IAM policies of a plan or a state. Raises InputError with every problem."""
    values = source.data.get("planned_values", source.data.get("values"))
    root = values.get("root_module") if isinstance(values, dict) else None
    reader = _Reader(source.path, place, list(_resources(root)))
    reader.read_keys()
    reader.read_beside_keys()
    reader.read_iam()
    if reader.problems:
        raise InputError(reader.problems)
    return reader.gathering.finish()


def _resources(module: object) -> Iterator[_Resource]:
    if not isinstance(module, dict):
        return
    for item in _list(module.get("resources")):
        if isinstance(item, dict) and item.get("mode") == "managed" and isinstance(item.get("values"), dict):
            yield _Resource(str(item.get("address")), str(item.get("type")), item["values"])
    for child in _list(module.get("child_modules")):
        yield from _resources(child)


def _list(data: object) -> list[Any]:
    return data if isinstance(data, list) else []


class _Reader:
    def __init__(self, path: str, place: Place, resources: list[_Resource]) -> None:
        self.path = path
        self.place = place
        self.resources = resources
        self.gathering = Gathering(path)
        self.problems: list[Diagnostic] = []

    def of(self, types: Iterable[str]) -> Iterator[_Resource]:
        wanted = tuple(types)
        return (resource for resource in self.resources if resource.type in wanted)

    def read_keys(self) -> None:
        for number, resource in enumerate(self.of(_KEYS)):
            values = resource.values
            arn = str(values.get("arn") or self.place.key_arn(number))
            multi_region = values.get("multi_region") is True or "replica" in resource.type
            key = Key(
                arn,
                spec=str(values.get("customer_master_key_spec") or values.get("key_spec") or "SYMMETRIC_DEFAULT"),
                usage=str(values.get("key_usage") or "ENCRYPT_DECRYPT"),
                origin="EXTERNAL" if "external" in resource.type else "AWS_KMS",
                multi_region=multi_region,
                multi_region_key_type=("REPLICA" if "replica" in resource.type else "PRIMARY") if multi_region else None,
            )
            self.gathering.add_key(resource.address, key, self.key_policy(resource) if values.get("policy") else None)
            if not values.get("policy"):
                self.gathering.notes.append(f"{resource.address} tells no policy of its own: taken as KMS's default policy")

    def read_beside_keys(self) -> None:
        for resource in self.of(["aws_kms_key_policy"]):
            name = self.key_of(resource, "key_id")
            policy = self.key_policy(resource)
            if name and policy:
                self.gathering.set_policy(name, policy)
        for resource in self.of(["aws_kms_alias"]):
            name = self.key_of(resource, "target_key_id", "target_key_arn")
            if name and isinstance(resource.values.get("name"), str):
                self.gathering.add_alias(name, resource.values["name"])
        for resource in self.of(["aws_kms_grant"]):
            name = self.key_of(resource, "key_id")
            if name:
                self.add_grant(name, resource)

    def key_of(self, resource: _Resource, *fields: str) -> str | None:
        """Return the key that a resource belongs to: by its id or ARN, or, where that is not known yet, the only key."""
        given = {str(resource.values[field]) for field in fields if resource.values.get(field)}
        for name, access in self.gathering.keys.items():
            if given & {access.key.arn, access.key.arn.rpartition("/")[2]}:
                return name
        if not given and len(self.gathering.keys) == 1:
            return next(iter(self.gathering.keys))
        if given and (arn := parse_arn(next(iter(given)))) and arn.service == "kms" and resource.type == "aws_kms_key_policy":
            self.gathering.add_key(resource.address, Key(str(arn)), None)
            return resource.address
        self.refuse(resource, "unknown-key", "which key this belongs to is known only after it is applied")
        return None

    def add_grant(self, name: str, resource: _Resource) -> None:
        data = {ours: resource.values[field] for field, ours in _GRANT_FIELDS.items() if resource.values.get(field)}
        blocks = [block for block in _list(resource.values.get("constraints")) if isinstance(block, dict)]
        data["Constraints"] = {
            ours: block[field] for block in blocks for field, ours in _CONSTRAINT_FIELDS.items() if block.get(field)
        }
        if "GranteePrincipal" not in data:
            self.refuse(resource, "unknown-value", "the grantee is known only after it is applied")
            return
        try:
            self.gathering.add_grant(name, parse_grant({"GrantId": resource.address, **data}))
        except KmsgenError as error:
            self.refuse(resource, "bad-grant", str(error))

    def read_iam(self) -> None:
        documents = {policy.values.get("arn"): policy for policy in self.of(["aws_iam_policy"])}
        for resource in self.of(_INLINE):
            field, kind = _INLINE[resource.type]
            self.attach(kind, resource.values.get(field), resource)
        for resource in self.of(_ATTACHMENTS):
            field, kind = _ATTACHMENTS[resource.type]
            arn = resource.values.get("policy_arn")
            self.attach(kind, resource.values.get(field), documents.get(arn) if arn else None)
        if any(not policy.values.get("policy") for policy in documents.values()):
            self.gathering.notes.append("a plan does not hold IAM policies that name a new key; a state after apply does")

    def attach(self, kind: str, holder: object, resource: _Resource | None) -> None:
        if not isinstance(holder, str):
            self.gathering.notes.append("an IAM policy is left out: who holds it is known only after it is applied")
            return
        principal = self.place.principal(kind, holder.rpartition("/")[2])
        if resource is None or not resource.values.get("policy"):
            self.gathering.untold[principal] = "one of its policies is known only after it is applied"
            return
        policy = self.document(resource, "forbidden")
        if policy:
            self.gathering.add_policy(principal, policy)

    def key_policy(self, resource: _Resource) -> Document | None:
        if not isinstance(resource.values.get("policy"), str):
            self.refuse(resource, "unknown-value", "the key policy is known only after it is applied")
            return None
        return self.document(resource, "required")

    def document(self, resource: _Resource, principals: str) -> Document | None:
        try:
            source = parse_json(str(resource.values["policy"]), f"{self.path}: {resource.address}")
            return parse_document(source.data, source.where, principals)
        except KmsgenError as error:
            self.problems += error.diagnostics
            return None

    def refuse(self, resource: _Resource, code: str, message: str) -> None:
        self.problems.append(Diagnostic(Location(f"{self.path}: {resource.address}"), code, message))


def key_policy_texts(data: dict[str, Any]) -> list[str]:
    """Return the text of every key policy of a plan or a state, to tell whose keys these are."""
    values = data.get("planned_values", data.get("values"))
    root = values.get("root_module") if isinstance(values, dict) else None
    found = [one.values.get("policy") for one in _resources(root) if one.type in (*_KEYS, "aws_kms_key_policy")]
    return [text for text in found if isinstance(text, str)]
