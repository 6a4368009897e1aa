"""A Terraform plan or state, as `terraform show -json` prints it, as a bundle.

What Terraform knows only after it has applied is not in a plan: unknown in a key policy it is an error, unknown in an IAM policy
its principal is left to have any. A state has it all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from kmsgen.errors import Diagnostic, InputError, KmsgenError, input_error
from kmsgen.policy.bundle import Key
from kmsgen.policy.document import Document
from kmsgen.policy.json_form import parse_document, parse_grant
from kmsgen.reading import Source, Steps, Where
from kmsgen.reading.text_within import parse_within
from kmsgen.sources.beside import Beside
from kmsgen.sources.described import Described, Home, parse_key_arn
from kmsgen.sources.gathering import Gathering
from kmsgen.sources.places import below

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
    """A resource of a plan: its address, its type, its values, and where those stand."""

    address: str
    type: str
    values: dict[str, Any]
    where: Where
    steps: Steps

    def text(self, *fields: str) -> str | None:
        """Return the first of some fields that holds a text. Raises InputError where one holds something else."""
        for field in fields:
            value = self.values.get(field)
            if value and not isinstance(value, str):
                raise self.refusal("not-a-text", f"`{field}` must be a text", field)
            if value:
                return str(value)
        return None

    def refusal(self, code: str, message: str, *steps: str) -> InputError:
        """Build the error that something about the resource cannot be used."""
        return input_error(self.where(steps), code, f"{self.address}: {message}")


def is_plan(source: Source) -> bool:
    """Return whether a file holds what `terraform show -json` prints of a plan or a state."""
    data = source.data
    return isinstance(data, dict) and "format_version" in data and ("planned_values" in data or "values" in data)


def read_plan(source: Source, beside: Beside) -> Described:
    """Read the keys, grants and IAM policies of a plan or a state. Raises InputError with every problem."""
    resources = list(_root_resources(source))
    reader = _PlanReader(source, beside.home_of(_key_policies(resources), source.path), resources)
    reader.each(_KEYS, reader.read_key)
    reader.each(("aws_kms_key_policy",), reader.read_key_policy)
    reader.each(("aws_kms_alias",), reader.read_alias)
    reader.each(("aws_kms_grant",), reader.read_grant)
    reader.read_iam()
    if reader.problems:
        raise InputError(reader.problems)
    return reader.gathering.finish()


def _root_resources(source: Source) -> Iterator[_Resource]:
    values = "planned_values" if "planned_values" in source.data else "values"
    root = source.data[values].get("root_module") if isinstance(source.data[values], dict) else None
    return _resources(source, root, (values, "root_module"))


def _resources(source: Source, module: object, steps: Steps) -> Iterator[_Resource]:
    if not isinstance(module, dict):
        return
    for number, item in enumerate(_list(module.get("resources"))):
        if isinstance(item, dict) and item.get("mode") == "managed" and isinstance(item.get("values"), dict):
            inner: Steps = (*steps, "resources", number, "values")
            yield _Resource(str(item.get("address")), str(item.get("type")), item["values"], below(source.where, *inner), inner)
    for number, child in enumerate(_list(module.get("child_modules"))):
        yield from _resources(source, child, (*steps, "child_modules", number))


def _key_policies(resources: Iterable[_Resource]) -> list[str]:
    """Return the text of every key policy, to tell whose keys these are."""
    found = [one.values.get("policy") for one in resources if one.type in (*_KEYS, "aws_kms_key_policy")]
    return [text for text in found if isinstance(text, str)]


def _list(data: object) -> list[Any]:
    return data if isinstance(data, list) else []


class _PlanReader:
    def __init__(self, source: Source, home: Home, resources: list[_Resource]) -> None:
        self.source = source
        self.home = home
        self.resources = resources
        self.gathering = Gathering(source.path)
        self.problems: list[Diagnostic] = []
        keys = [one.address for one in resources if one.type in _KEYS]
        self.key_arns = dict(zip(keys, home.key_arns(len(keys)), strict=True))

    def of(self, types: Iterable[str]) -> Iterator[_Resource]:
        """Yield the resources of some types."""
        wanted = tuple(types)
        return (resource for resource in self.resources if resource.type in wanted)

    def each(self, types: Iterable[str], read: Callable[[_Resource], None]) -> None:
        """Read the resources of some types, and keep what is wrong with each."""
        for resource in self.of(types):
            try:
                read(resource)
            except KmsgenError as error:
                self.problems += error.diagnostics

    def read_key(self, resource: _Resource) -> None:
        if resource.address in self.gathering.keys:
            raise resource.refusal("duplicate-address", "two keys have this address")
        replica = "replica" in resource.type
        multi_region = resource.values.get("multi_region") is True or replica
        arn = resource.text("arn") or self.key_arns[resource.address]
        if parse_key_arn(arn) is None:
            raise resource.refusal("not-a-key-arn", f"`{arn}` is not the ARN of a KMS key", "arn")
        key = Key(
            arn,
            spec=resource.text("customer_master_key_spec", "key_spec") or "SYMMETRIC_DEFAULT",
            usage=resource.text("key_usage") or "ENCRYPT_DECRYPT",
            origin="EXTERNAL" if "external" in resource.type else "AWS_KMS",
            multi_region=multi_region,
            multi_region_key_type=("REPLICA" if replica else "PRIMARY") if multi_region else None,
        )
        self.gathering.add_key(resource.address, key, None, resource.where)
        if written := self.policy_of(resource, "required"):
            self.gathering.set_policy(resource.address, *written)
        if not resource.values.get("policy"):
            message = f"{resource.address} tells no policy of its own: taken as KMS's default policy"
            self.gathering.note(resource.where(()), "default-policy", message)

    def read_key_policy(self, resource: _Resource) -> None:
        name = self.key_of(resource, "key_id")
        if not resource.values.get("policy"):
            raise resource.refusal("unknown-value", "the key policy is known only after it is applied", "policy")
        if written := self.policy_of(resource, "required"):
            self.gathering.set_policy(name, *written)

    def read_alias(self, resource: _Resource) -> None:
        name = self.key_of(resource, "target_key_id", "target_key_arn")
        if alias := resource.text("name"):
            self.gathering.add_alias(name, alias)

    def key_of(self, resource: _Resource, *fields: str) -> str:
        """Return the key that a resource belongs to: by its id or ARN, or, where that is not known yet, the only key."""
        given = {text for field in fields if (text := resource.text(field))}
        for name, access in self.gathering.keys.items():
            if given & {access.key.arn, access.key.arn.rpartition("/")[2]}:
                return name
        if not given and len(self.gathering.keys) == 1:
            return next(iter(self.gathering.keys))
        if given and (arn := parse_key_arn(next(iter(given)))) and resource.type == "aws_kms_key_policy":
            self.gathering.add_key(resource.address, Key(str(arn)), None, resource.where)
            return resource.address
        raise resource.refusal("unknown-key", "which key this belongs to is known only after it is applied", *fields[:1])

    def read_grant(self, resource: _Resource) -> None:
        name = self.key_of(resource, "key_id")
        data = {ours: resource.values[field] for field, ours in _GRANT_FIELDS.items() if resource.values.get(field)}
        blocks = [block for block in _list(resource.values.get("constraints")) if isinstance(block, dict)]
        data["Constraints"] = {
            ours: block[field] for block in blocks for field, ours in _CONSTRAINT_FIELDS.items() if block.get(field)
        }
        if "GranteePrincipal" not in data:
            raise resource.refusal("unknown-value", "the grantee is known only after it is applied", "grantee_principal")
        try:
            self.gathering.add_grant(name, parse_grant({"GrantId": resource.address, **data}), resource.where)
        except KmsgenError as error:
            raise resource.refusal("bad-grant", "; ".join(one.message for one in error.diagnostics)) from None

    def read_iam(self) -> None:
        documents: dict[str, _Resource] = {}

        def name(policy: _Resource) -> None:
            if arn := policy.text("arn"):
                documents[arn] = policy

        self.each(("aws_iam_policy",), name)
        self.each(_INLINE, lambda resource: self.attach(_INLINE[resource.type], resource, resource))
        self.each(_ATTACHMENTS, lambda resource: self.read_attachment(resource, documents))
        unknown = next((policy for policy in self.of(["aws_iam_policy"]) if not policy.values.get("policy")), None)
        if unknown is not None:
            message = "a plan does not hold IAM policies that name a new key; a state after apply does"
            self.gathering.note(unknown.where(()), "unknown-policy", message)

    def read_attachment(self, resource: _Resource, documents: Mapping[str, _Resource]) -> None:
        arn = resource.text("policy_arn")
        self.attach(_ATTACHMENTS[resource.type], resource, documents.get(arn) if arn else None)

    def attach(self, held_by: tuple[str, str], resource: _Resource, policy: _Resource | None) -> None:
        """Add a policy to the role or user that a resource names, or note that it is not told."""
        field, kind = held_by
        holder = resource.text(field)
        if holder is None:
            message = f"{resource.address}: an IAM policy is left out: who holds it is known only after it is applied"
            self.gathering.note(resource.where(()), "unknown-holder", message)
            return
        principal = self.home.principal(kind, holder.rpartition("/")[2])
        if policy is None or not policy.values.get("policy"):
            why = "one of its policies is known only after it is applied"
            self.gathering.leave_open(principal, why, resource.where(()))
        elif written := self.policy_of(policy, "forbidden"):
            self.gathering.add_policy(principal, *written)

    def policy_of(self, resource: _Resource, principals: str) -> tuple[Document, Where] | None:
        """Read the policy of a resource, a JSON text; None where there is none, or something is wrong with it, which is kept."""
        if resource.text("policy") is None:
            return None
        try:
            source = parse_within(self.source, (*resource.steps, "policy"))
            return parse_document(source.data, source.where, principals), source.where
        except KmsgenError as error:
            self.problems += [one._replace(message=f"{resource.address}: {one.message}") for one in error.diagnostics]
            return None
