"""A CloudFormation template as a bundle: its keys, their policies, and the IAM policies of its roles and users.

Intrinsic functions are worked out as far as a template alone can tell. A value that only a deployment knows is an error in a key
policy; a principal whose IAM policies are not all told is left to have any.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kmsgen.errors import Diagnostic, InputError, KmsgenError
from kmsgen.policy.bundle import Key
from kmsgen.policy.document import Document
from kmsgen.policy.json_form import parse_document
from kmsgen.reading import Source, Steps
from kmsgen.sources.described import Existing, Gathering, Place

FUNCTIONS = (
    "Base64",
    "Cidr",
    "FindInMap",
    "GetAtt",
    "If",
    "ImportValue",
    "Join",
    "Select",
    "Split",
    "Sub",
    "And",
    "Equals",
    "Not",
    "Or",
)
SHORT_TAGS = {"!Ref": "Ref", "!Condition": "Condition", **{f"!{name}": f"Fn::{name}" for name in FUNCTIONS}}
_KEYS = ("AWS::KMS::Key", "AWS::KMS::ReplicaKey")
_VARIABLE = re.compile(r"\$\{([^!}][^}]*)\}")
# type -> (property that names the holders, kind of principal)
_ATTACHED = {
    "AWS::IAM::ManagedPolicy": (("Roles", "role"), ("Users", "user")),
    "AWS::IAM::Policy": (("Roles", "role"), ("Users", "user")),
    "AWS::IAM::RolePolicy": (("RoleName", "role"),),
    "AWS::IAM::UserPolicy": (("UserName", "user"),),
}
_HOLDERS = {"AWS::IAM::Role": ("role", "RoleName"), "AWS::IAM::User": ("user", "UserName")}


def is_template(data: object) -> bool:
    """Return whether plain data is a CloudFormation template."""
    resources = data.get("Resources") if isinstance(data, dict) else None
    return isinstance(resources, dict) and any(isinstance(one, dict) and "Type" in one for one in resources.values())


class UnknownValueError(Exception):
    """A value that only a deployment knows; carries what it depends on."""


@dataclass(slots=True)
class _Values:
    """What references stand for: pseudo parameters, parameters with a default, ARNs and names of the template's resources."""

    known: dict[str, Any] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)

    def of(self, data: Any) -> Any:  # noqa: ANN401 - plain data
        if isinstance(data, list):
            return [self.of(item) for item in data]
        if not isinstance(data, dict):
            return data
        if len(data) == 1:
            name, argument = next(iter(data.items()))
            if name in _INTRINSICS:
                return _INTRINSICS[name](self, argument)
            if name.startswith("Fn::"):
                raise UnknownValueError(name)
        return {name: self.of(value) for name, value in data.items()}

    def ref(self, name: Any) -> Any:  # noqa: ANN401 - plain data
        if not isinstance(name, str) or name not in self.known:
            raise UnknownValueError(str(name))
        return self.known[name]

    def attribute(self, argument: Any) -> str:  # noqa: ANN401 - plain data
        name = ".".join(map(str, argument)) if isinstance(argument, list) else str(argument)
        if name not in self.attributes:
            raise UnknownValueError(name)
        return self.attributes[name]

    def join(self, argument: Any) -> str:  # noqa: ANN401 - plain data
        separator, items = _pair(argument)
        return str(separator).join(str(item) for item in _listed(self.of(items)))

    def select(self, argument: Any) -> Any:  # noqa: ANN401 - plain data
        index, items = _pair(argument)
        values = _listed(self.of(items))
        if not str(index).isdigit() or int(index) >= len(values):
            raise UnknownValueError("Fn::Select")
        return values[int(index)]

    def split(self, argument: Any) -> list[str]:  # noqa: ANN401 - plain data
        separator, text = _pair(argument)
        return str(self.of(text)).split(str(separator))

    def sub(self, argument: Any) -> str:  # noqa: ANN401 - plain data
        text, own = _pair(argument) if isinstance(argument, list) else (argument, {})
        given = {name: self.of(value) for name, value in own.items()} if isinstance(own, dict) else {}

        def put(match: re.Match[str]) -> str:
            name = match[1].strip()
            return str(given[name] if name in given else self.attribute(name) if "." in name else self.ref(name))

        return _VARIABLE.sub(put, str(text)).replace("${!", "${")


def _pair(argument: Any) -> tuple[Any, Any]:  # noqa: ANN401 - plain data
    if not isinstance(argument, list) or len(argument) != 2:
        raise UnknownValueError("a function with other arguments than two")
    return argument[0], argument[1]


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 - plain data
    if not isinstance(value, list):
        raise UnknownValueError("a list that is none")
    return value


_INTRINSICS: Mapping[str, Callable[[_Values, Any], Any]] = {
    "Ref": _Values.ref,
    "Fn::GetAtt": _Values.attribute,
    "Fn::Join": _Values.join,
    "Fn::Select": _Values.select,
    "Fn::Split": _Values.split,
    "Fn::Sub": _Values.sub,
}


def read_template(source: Source, place: Place) -> Existing:
    """Read the keys and IAM policies of a template that is deployed at `place`. Raises InputError with every problem."""
    reader = _Reader(source, place)
    reader.name_resources()
    reader.read_keys()
    reader.read_iam()
    if reader.problems:
        raise InputError(reader.problems)
    return reader.gathering.finish()


class _Reader:
    def __init__(self, source: Source, place: Place) -> None:
        self.source = source
        self.place = place
        self.gathering = Gathering(source.path)
        self.problems: list[Diagnostic] = []
        pseudo = {"Partition": place.partition, "AccountId": place.account, "Region": place.region, "URLSuffix": "amazonaws.com"}
        self.values = _Values({f"AWS::{name}": value for name, value in pseudo.items()})
        parameters = source.data.get("Parameters")
        for name, parameter in (parameters if isinstance(parameters, dict) else {}).items():
            if isinstance(parameter, dict) and isinstance(parameter.get("Default"), str):
                self.values.known[name] = parameter["Default"]

    def resources(self, *types: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
        for name, resource in self.source.data["Resources"].items():
            if isinstance(resource, dict) and resource.get("Type") in types:
                properties = resource.get("Properties")
                yield name, resource["Type"], properties if isinstance(properties, dict) else {}

    def name_resources(self) -> None:
        for number, (name, _, _) in enumerate(self.resources(*_KEYS)):
            arn = self.place.key_arn(number)
            self.values.known[name] = arn.rpartition("/")[2]
            self.values.attributes |= {f"{name}.Arn": arn, f"{name}.KeyId": self.values.known[name]}
        for name, kind, properties in self.resources(*_HOLDERS):
            what, field_name = _HOLDERS[kind]
            given = properties.get(field_name, name)
            self.values.known[name] = given if isinstance(given, str) else name
            self.values.attributes[f"{name}.Arn"] = self.place.principal(what, self.values.known[name])

    def read_keys(self) -> None:
        for name, _, properties in self.resources(*_KEYS):
            multi_region = str(properties.get("MultiRegion", "false")).lower() == "true"
            key = Key(
                self.values.attributes[f"{name}.Arn"],
                spec=str(properties.get("KeySpec", "SYMMETRIC_DEFAULT")),
                usage=str(properties.get("KeyUsage", "ENCRYPT_DECRYPT")),
                origin=str(properties.get("Origin", "AWS_KMS")),
                multi_region=multi_region,
                multi_region_key_type="PRIMARY" if multi_region else None,
            )
            steps = ("Resources", name, "Properties", "KeyPolicy")
            policy = self.document(properties.get("KeyPolicy"), steps, "required") if "KeyPolicy" in properties else None
            self.gathering.add_key(name, key, policy)
        for name, _, properties in self.resources("AWS::KMS::Alias"):
            target, alias = properties.get("TargetKeyId"), properties.get("AliasName")
            key_name = next((key for key in self.gathering.keys if target in _references(key)), None)
            if key_name and isinstance(alias, str):
                self.gathering.add_alias(key_name, alias)
            else:
                self.gathering.notes.append(f"the alias {name} is left out: the template does not tell its key or its name")

    def read_iam(self) -> None:
        for name, _, properties in self.resources(*_HOLDERS):
            principal = self.values.attributes[f"{name}.Arn"]
            self.gathering.policies.setdefault(principal, ())
            if properties.get("ManagedPolicyArns"):
                self.gathering.untold[principal] = "managed policies from outside the template are attached to it"
            inline = properties.get("Policies")
            for index, one in enumerate(inline if isinstance(inline, list) else ()):
                inner: Steps = ("Resources", name, "Properties", "Policies", index, "PolicyDocument")
                self.attach(principal, one.get("PolicyDocument") if isinstance(one, dict) else None, inner)
        for name, kind, properties in self.resources(*_ATTACHED):
            steps = ("Resources", name, "Properties", "PolicyDocument")
            for principal in self.holders(kind, properties, name):
                self.attach(principal, properties.get("PolicyDocument"), steps)

    def holders(self, kind: str, properties: dict[str, Any], name: str) -> Iterator[str]:
        for field_name, what in _ATTACHED[kind]:
            held = properties.get(field_name, [])
            for holder in held if isinstance(held, list) else [held]:
                try:
                    yield self.place.principal(what, str(self.values.of(holder)))
                except UnknownValueError as unknown:
                    self.gathering.notes.append(f"the policy {name} is left out: who holds it depends on {unknown}")

    def attach(self, principal: str, data: object, steps: Steps) -> None:
        try:
            self.gathering.add_policy(principal, self.parsed(data, steps, "forbidden"))
        except UnknownValueError as unknown:
            self.gathering.untold[principal] = f"one of its policies depends on {unknown}"
        except KmsgenError as error:
            self.problems += error.diagnostics

    def document(self, data: object, steps: Steps, principals: str) -> Document | None:
        try:
            return self.parsed(data, steps, principals)
        except UnknownValueError as unknown:
            message = f"the key policy depends on {unknown}, which only a deployment knows"
            self.problems.append(Diagnostic(self.source.where(steps), "unknown-value", message, "give the parameter a default"))
        except KmsgenError as error:
            self.problems += error.diagnostics
        return None

    def parsed(self, data: object, steps: Steps, principals: str) -> Document:
        return parse_document(self.values.of(data), lambda inner: self.source.where((*steps, *inner)), principals)


def _references(name: str) -> list[object]:
    return [{"Ref": name}, {"Fn::GetAtt": [name, "Arn"]}, {"Fn::GetAtt": f"{name}.Arn"}, {"Fn::GetAtt": [name, "KeyId"]}]


def key_policy_texts(data: dict[str, Any]) -> list[str]:
    """Return every key policy of a template as text, to tell whose keys these are."""
    keys = [one for one in data["Resources"].values() if isinstance(one, dict) and one.get("Type") in _KEYS]
    return [json.dumps(one["Properties"].get("KeyPolicy")) for one in keys if isinstance(one.get("Properties"), dict)]
