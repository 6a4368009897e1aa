"""A CloudFormation template as a bundle: its keys, their policies, and the IAM policies of its roles and users.

Intrinsic functions are worked out as far as a template alone can tell. A value that only a deployment knows is an error in a key
policy; a principal whose IAM policies are not all told is left to have any.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from kmsgen.errors import Diagnostic, InputError, KmsgenError
from kmsgen.policy.bundle import Key
from kmsgen.policy.document import Document
from kmsgen.policy.json_form import parse_document
from kmsgen.reading import Source, Steps, Tags
from kmsgen.sources.beside import Beside
from kmsgen.sources.described import GRANTS, Described, Home
from kmsgen.sources.gathering import Gathering
from kmsgen.sources.intrinsics import SHORT_FORMS, UnknownValueError, Values
from kmsgen.sources.places import below

_LACKS = frozenset({GRANTS})
_KEYS = ("AWS::KMS::Key", "AWS::KMS::ReplicaKey")
# type -> (property that names the holders, kind of principal)
_ATTACHED = {
    "AWS::IAM::ManagedPolicy": (("Roles", "role"), ("Users", "user")),
    "AWS::IAM::Policy": (("Roles", "role"), ("Users", "user")),
    "AWS::IAM::RolePolicy": (("RoleName", "role"),),
    "AWS::IAM::UserPolicy": (("UserName", "user"),),
}
_HOLDERS = {"AWS::IAM::Role": ("role", "RoleName"), "AWS::IAM::User": ("user", "UserName")}


def is_template_data(data: object) -> bool:
    """Return whether plain data is a CloudFormation template."""
    resources = data.get("Resources") if isinstance(data, dict) else None
    return isinstance(resources, dict) and any(isinstance(one, dict) and "Type" in one for one in resources.values())


def is_template(source: Source) -> bool:
    """Return whether a file holds a CloudFormation template."""
    return is_template_data(source.data)


TAGS = Tags(SHORT_FORMS, is_template_data)
"""The short forms of intrinsic functions, which a template alone may have."""


class _Resource(NamedTuple):
    """A resource of a template: its name there, its type, its properties."""

    name: str
    type: str
    properties: dict[str, Any]

    def steps(self, *inner: str | int) -> Steps:
        """Return the steps to a property, or to what is in one."""
        return ("Resources", self.name, "Properties", *inner)


def read_template(source: Source, beside: Beside) -> Described:
    """Read the keys and IAM policies of a template. Raises InputError with every problem."""
    reader = _TemplateReader(source, beside.home_of(_key_policies(source.data), source.path))
    reader.name_resources()
    reader.read_keys()
    reader.read_aliases()
    reader.read_iam()
    if reader.problems:
        raise InputError(reader.problems)
    return reader.gathering.finish(_LACKS)


def _key_policies(data: dict[str, Any]) -> list[str]:
    """Return every key policy of a template as text, to tell whose keys these are."""
    keys = [one for one in data["Resources"].values() if isinstance(one, dict) and one.get("Type") in _KEYS]
    return [json.dumps(one["Properties"].get("KeyPolicy")) for one in keys if isinstance(one.get("Properties"), dict)]


class _TemplateReader:
    def __init__(self, source: Source, home: Home) -> None:
        self.source = source
        self.home = home
        self.gathering = Gathering(source.path)
        self.problems: list[Diagnostic] = []
        pseudo = {
            "Partition": home.partition,
            "AccountId": home.account,
            "Region": home.region,
            "URLSuffix": "amazonaws.com",
        }
        self.values = Values({f"AWS::{name}": value for name, value in pseudo.items()})
        parameters = source.data.get("Parameters")
        for name, parameter in (parameters if isinstance(parameters, dict) else {}).items():
            if isinstance(parameter, dict) and isinstance(parameter.get("Default"), str):
                self.values.known[name] = parameter["Default"]

    def resources(self, *types: str) -> Iterator[_Resource]:
        """Yield the resources of some types."""
        for name, resource in self.source.data["Resources"].items():
            if isinstance(resource, dict) and resource.get("Type") in types:
                properties = resource.get("Properties")
                yield _Resource(name, resource["Type"], properties if isinstance(properties, dict) else {})

    def name_resources(self) -> None:
        """Give every key, role and user the ARN by which others refer to it; who has no name that is told is called as here."""
        keys = list(self.resources(*_KEYS))
        for key, arn in zip(keys, self.home.key_arns(len(keys)), strict=True):
            self.values.known[key.name] = arn.rpartition("/")[2]
            self.values.attributes |= {f"{key.name}.Arn": arn, f"{key.name}.KeyId": self.values.known[key.name]}
        for holder in self.resources(*_HOLDERS):
            kind, field_name = _HOLDERS[holder.type]
            given = self.worked_out(holder.properties.get(field_name), None)
            self.values.known[holder.name] = given if isinstance(given, str) else holder.name
            self.values.attributes[f"{holder.name}.Arn"] = self.home.principal(kind, self.values.known[holder.name])

    def worked_out(self, data: object, otherwise: object) -> Any:  # noqa: ANN401 - plain data
        """Return data with its functions worked out, or something else where only a deployment knows."""
        try:
            return self.values.of(data)
        except UnknownValueError:
            return otherwise

    def read_keys(self) -> None:
        for key in self.resources(*_KEYS):
            multi_region = self.told(key, "MultiRegion", "false").lower() == "true"
            described = Key(
                self.values.attributes[f"{key.name}.Arn"],
                spec=self.told(key, "KeySpec", "SYMMETRIC_DEFAULT"),
                usage=self.told(key, "KeyUsage", "ENCRYPT_DECRYPT"),
                origin=self.told(key, "Origin", "AWS_KMS"),
                multi_region=multi_region,
                multi_region_key_type="PRIMARY" if multi_region else None,
            )
            steps = key.steps("KeyPolicy")
            policy = self.key_policy(key.properties["KeyPolicy"], steps) if "KeyPolicy" in key.properties else None
            self.gathering.add_key(key.name, described, policy, below(self.source.where, *steps))

    def told(self, key: _Resource, name: str, default: str) -> str:
        """Return a property of a key as text; one that only a deployment knows is a problem."""
        try:
            value = self.values.of(key.properties.get(name))
        except UnknownValueError as unknown:
            self.refuse_unknown(f"`{name}` of the key", unknown, key.steps(name))
            return default
        if isinstance(value, list | dict):
            self.problems.append(Diagnostic(self.source.where(key.steps(name)), "not-a-text", f"`{name}` must be a text"))
        return default if value is None else str(value)

    def refuse_unknown(self, what: str, unknown: UnknownValueError, steps: Steps) -> None:
        """Keep the problem that something depends on what only a deployment knows, with the place of that."""
        message = f"{what} depends on {unknown}, which only a deployment knows"
        place = self.source.where((*steps, *unknown.steps))
        self.problems.append(Diagnostic(place, "unknown-value", message, "give the parameter a default"))

    def key_policy(self, data: object, steps: Steps) -> Document | None:
        try:
            return self.parsed(data, steps, "required")
        except UnknownValueError as unknown:
            self.refuse_unknown("the key policy", unknown, steps)
        except KmsgenError as error:
            self.problems += error.diagnostics
        return None

    def parsed(self, data: object, steps: Steps, principals: str) -> Document:
        return parse_document(self.values.of(data), below(self.source.where, *steps), principals)

    def read_aliases(self) -> None:
        for alias in self.resources("AWS::KMS::Alias"):
            target, name = (self.worked_out(alias.properties.get(one), None) for one in ("TargetKeyId", "AliasName"))
            named = [key for key in self.gathering.keys if target in self.names_of(key)]
            if named and isinstance(name, str):
                self.gathering.add_alias(named[0], name)
            else:
                message = f"the alias {alias.name} is left out: the template does not tell its key or its name"
                self.gathering.note(self.source.where(alias.steps()), "untold-alias", message)

    def names_of(self, key: str) -> tuple[str, str]:
        """Return what a key of the template is named by: its ARN and its id."""
        return self.values.attributes[f"{key}.Arn"], self.values.attributes[f"{key}.KeyId"]

    def read_iam(self) -> None:
        for holder in self.resources(*_HOLDERS):
            principal = self.values.attributes[f"{holder.name}.Arn"]
            self.gathering.add_principal(principal)
            if holder.properties.get("ManagedPolicyArns"):
                why = "managed policies from outside the template are attached to it"
                self.gathering.leave_open(principal, why, self.source.where(holder.steps("ManagedPolicyArns")))
            inline = holder.properties.get("Policies")
            for index, one in enumerate(inline if isinstance(inline, list) else ()):
                policy = one.get("PolicyDocument") if isinstance(one, dict) else None
                self.attach(principal, policy, holder.steps("Policies", index, "PolicyDocument"))
        for policy in self.resources(*_ATTACHED):
            for principal in self.holders(policy):
                self.attach(principal, policy.properties.get("PolicyDocument"), policy.steps("PolicyDocument"))

    def holders(self, policy: _Resource) -> Iterator[str]:
        """Yield the principals that a policy is attached to."""
        for field_name, kind in _ATTACHED[policy.type]:
            held = policy.properties.get(field_name, [])
            for index, holder in enumerate(held if isinstance(held, list) else [held]):
                try:
                    yield self.home.principal(kind, str(self.values.of(holder)))
                except UnknownValueError as unknown:
                    message = f"the policy {policy.name} is left out: who holds it depends on {unknown}"
                    self.gathering.note(self.source.where(policy.steps(field_name, index)), "unknown-holder", message)

    def attach(self, principal: str, data: object, steps: Steps) -> None:
        """Add a policy to a principal, or note that it is not told."""
        try:
            self.gathering.add_policy(principal, self.parsed(data, steps, "forbidden"), below(self.source.where, *steps))
        except UnknownValueError as unknown:
            place = self.source.where((*steps, *unknown.steps))
            self.gathering.leave_open(principal, f"one of its policies depends on {unknown}", place)
        except KmsgenError as error:
            self.problems += error.diagnostics
