"""`Ref` and `Fn::GetAtt` of pseudo parameters and resources, as far as a template tells.

A key or principal still to be created has a placeholder ARN; any other name that is not given is Unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kmsgen.reading import Steps
from kmsgen.sources.cloudformation.language.namings import NAMINGS, PRINCIPALS, Naming
from kmsgen.sources.cloudformation.language.resources import Resources, TemplateResource
from kmsgen.sources.cloudformation.language.values import NO_VALUE, TextValue, as_text, joined
from kmsgen.sources.described import Home
from kmsgen.sources.unknown.unknown import Text, Unknown

Value = Callable[[Any, Steps], Any]

_STACK = "AWS::StackName"
_MADE_UP = "*-*-*"
"""Names that CloudFormation makes up: of the stack, the logical id and a unique id (aws-properties-name)."""
PSEUDO: Mapping[str, Callable[[Home], str]] = {
    "AWS::Partition": lambda home: home.partition,
    "AWS::AccountId": lambda home: home.account,
    "AWS::Region": lambda home: home.region,
    "AWS::URLSuffix": lambda home: {"aws-cn": "amazonaws.com.cn", "aws-eusc": "amazonaws.eu"}.get(
        home.partition, "amazonaws.com"
    ),
}
"""The pseudo parameters that follow from account, Region and partition of a stack."""


class StackReferences:
    """Names and ARNs in a stack: `key_arns` by logical id, `told` values by the user, `outputs` of nested stacks.

    With `strict` no IAM principal goes by its logical id: one whose name is not told has a name that nobody has.
    """

    def __init__(self, home: Home, told: Mapping[str, str], value: Value, *, strict: bool = False) -> None:
        self.home = home
        self.strict = strict
        self.key_arns: Mapping[str, str] = {}
        self.told = told
        self.value = value
        self.resources: Resources = {}
        self.outputs: Mapping[str, Any] = {}
        self._names: dict[str, TextValue] = {}

    def ref(self, name: str, steps: Steps) -> Any:  # noqa: ANN401 - plain data
        """Evaluate `Ref` of a pseudo parameter or a resource."""
        if name in self.told:
            return self.told[name]
        if name in PSEUDO:
            return PSEUDO[name](self.home)
        if name == "AWS::StackId":
            stack = as_text(self.ref(_STACK, steps), steps)
            return joined([self._here("cloudformation"), "stack/", stack, "/", Unknown(name, steps)])
        if name in self.key_arns:
            return self.key_arns[name].rpartition("/")[2]
        resource = self.resources.get(name)
        naming = NAMINGS.get(resource.type) if resource else None
        if resource is None or (naming is None and resource.type not in PRINCIPALS):
            return Unknown(name, steps)
        return self._arn(resource, naming) if naming and naming.ref_is_arn else self.name_of(resource)

    def attribute(self, name: str, steps: Steps) -> Any:  # noqa: ANN401 - plain data
        """Evaluate `Fn::GetAtt`, given as `Name.Attribute`."""
        if name in self.told:
            return self.told[name]
        if name in self.outputs:
            return self.outputs[name]
        logical, _, attribute = name.partition(".")
        resource = self.resources.get(logical)
        if logical in self.key_arns and attribute in ("Arn", "KeyId"):
            arn = self.key_arns[logical]
            return arn if attribute == "Arn" else arn.rpartition("/")[2]
        if resource and resource.type in PRINCIPALS and attribute == "Arn":
            return self.principal(resource)
        naming = NAMINGS.get(resource.type) if resource else None
        if resource and naming and attribute in naming.arn_attributes:
            return self._arn(resource, naming)
        return self.name_of(resource) if resource and naming and attribute in naming.name_attributes else Unknown(name, steps)

    def name_of(self, resource: TemplateResource) -> Any:  # noqa: ANN401 - a text with markers
        """Return the name of a resource; an IAM principal without one goes by its logical id."""
        if resource.name not in self._names:
            self._names[resource.name] = Unknown(f"the name of {resource.name}", resource.steps)  # while it is worked out
            self._names[resource.name] = self._given_name(resource)
        return self._names[resource.name]

    def _given_name(self, resource: TemplateResource) -> TextValue:
        naming = NAMINGS.get(resource.type)
        field_name = naming.property if naming else PRINCIPALS[resource.type][1]
        given = resource.properties.get(field_name)
        name = as_text(self.value(given, resource.at(field_name)), resource.at(field_name)) if given else None
        if resource.type in PRINCIPALS:
            stands_for_it = f"({resource.name})" if self.strict else resource.name
            return name if isinstance(name, str) else stands_for_it
        return Unknown(f"the name of {resource.name}", resource.steps) if name is None else name

    def pattern_of(self, resource: TemplateResource) -> str | None:
        """Return what matches the ARN of a role, user or group whose name or path is not told; None if both are."""
        kind, field_name = PRINCIPALS[resource.type]
        given, steps = resource.properties.get(field_name), resource.at(field_name)
        name = as_text(self.value(given, steps), steps) if given else None
        path = self._told_path(resource)
        if isinstance(name, str) and path is not None:
            return None
        matched = _MADE_UP if name is None else name if isinstance(name, str) else name.pattern if isinstance(name, Text) else "*"
        return self.home.principal(kind, f"{'*' if path is None else path[1:]}{matched}")

    def principal(self, resource: TemplateResource) -> str:
        """Return the ARN of a role, user or group; an unknown path counts as none."""
        kind = PRINCIPALS[resource.type][0]
        return self.home.principal(kind, f"{self.path_of(resource)[1:]}{self.name_of(resource)}")

    def path_of(self, resource: TemplateResource) -> str:
        """Return the path of an IAM resource, `/` if none is told."""
        return self._told_path(resource) or "/"

    def _told_path(self, resource: TemplateResource) -> str | None:
        path = self.value(resource.properties.get("Path", "/"), resource.at("Path"))
        if path is NO_VALUE:
            return "/"
        return path if isinstance(path, str) and path.startswith("/") and path.endswith("/") else None

    def _arn(self, resource: TemplateResource, naming: Naming) -> TextValue:
        where = self.home
        path = self.path_of(resource) if "{path}" in naming.arn else ""
        head, _, tail = naming.arn.partition("{name}")
        known = {"partition": where.partition, "region": where.region, "account": where.account, "path": path}
        return joined([head.format(**known), self.name_of(resource), tail])

    def _here(self, service: str) -> str:
        return f"arn:{self.home.partition}:{service}:{self.home.region}:{self.home.account}:"
