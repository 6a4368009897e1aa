"""References in a plan: values known only after apply, found through what their expressions refer to.

The name and path of a planned role are known, and so is its ARN. A plan tells what an expression refers to, not the functions
around it: an expression that refers to one value, and to no other text, is assumed to be that value, and this is noted.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from kmsgen.reading import Where
from kmsgen.sources.described import Home
from kmsgen.sources.terraform.accounts import IAM_KINDS, Accounts
from kmsgen.sources.terraform.configuration import Configuration, Referent
from kmsgen.sources.terraform.resources import AFTER_APPLY, PlannedResource
from kmsgen.sources.unknown.unknown import Text, Unknown, is_marker, text_of

POLICY_DOCUMENT = "aws_iam_policy_document"
_ARNS = ("arn", "id", "")

Value = str | Unknown | Text


class PlanReferences(NamedTuple):
    """What references stand for: `key_arns` of keys by address, and the `home` of everything else.

    `accounts` tells the account of each resource: ARNs in one that is not told stay unknown. `assumed` collects where
    expressions are taken to be what they refer to; with `strict` they never are.
    """

    configuration: Configuration
    home: Home
    key_arns: dict[str, str]
    accounts: Accounts
    assumed: dict[str, Where]
    strict: bool = False

    def arn_of(self, resource: PlannedResource) -> Value:
        """Return the ARN of an IAM resource, unknown where its name or path is."""
        if resource.known("arn"):
            return resource.known("arn")
        account = self.accounts.of(resource)
        if account is None:
            return Unknown(f"{resource.address}.arn, {AFTER_APPLY}: of an account that its provider tells", resource.steps)
        path = resource.value("path") or "/"
        head = f"arn:{self.home.partition}:iam::{account}:{IAM_KINDS[resource.type]}"
        name = self.name_of(resource)
        parts = [head, path if isinstance(path, str) else Unknown(f"{resource.address}.path, {AFTER_APPLY}", resource.steps)]
        return text_of([*parts, *(name.parts if isinstance(name, Text) else (name,))])

    def name_of(self, resource: PlannedResource) -> Value:
        """Return the name of an IAM resource, unknown in part with a name_prefix."""
        unknown = Unknown(f"{resource.address}.name, {AFTER_APPLY}", resource.steps)
        return resource.known("name") or text_of([resource.known("name_prefix"), unknown])

    def value(self, target: Referent) -> Value | None:
        """Return the value of a reference; None if the plan does not tell it."""
        resource, attribute = target.resource, target.attribute
        if resource is None:
            return None
        if resource.address in self.key_arns and attribute in ("arn", "id", "key_id"):
            arn = self.key_arns[resource.address]
            return arn if attribute == "arn" else arn.rpartition("/")[2]
        if resource.type in IAM_KINDS and resource.mode == "managed":
            if attribute == "arn" or (attribute, resource.type) == ("id", "aws_iam_policy"):
                return self.arn_of(resource)
            if attribute in ("name", "id"):
                return self.name_of(resource)
        return None

    def open_targets(self, resource: PlannedResource, *path: str | int) -> list[Referent]:
        """Return what an expression refers to and the plan does not know yet."""
        return [one for one in self._targets(resource, *path) if not _is_known(one)]

    def plain_targets(self, resource: PlannedResource, *path: str | int, beside: int = 0) -> list[Referent]:
        """Return what an expression refers to and the plan does not know yet, where it can stand in it as it is; else nothing.

        `beside`: how many known texts it holds beside unknown ones. More known texts than that can only be parts of functions,
        or indexes of what has an index.
        """
        targets = self._targets(resource, *path)
        found = [one for one in targets if not _is_known(one)]
        texts = sum(_texts_in(_known_of(one)) for one in targets if _is_known(one))
        is_indexed = any(not one.attribute for one in found)
        return found if texts <= beside or is_indexed else []

    def assume(self, resource: PlannedResource, field: str | int, targets: list[Referent]) -> None:
        """Note that a field is taken to be what it refers to."""
        said = ", ".join(_name_of(one) for one in targets)
        self.assumed[f"{resource.address}: `{field}` is taken to be {said} as it is"] = resource.where

    def _targets(self, resource: PlannedResource, *path: str | int) -> list[Referent]:
        expression = self.configuration.expression(resource, *path)
        return self.configuration.targets(expression, self.configuration.standpoint(resource))

    def filled(self, value: Any, resource: PlannedResource, *path: str | int) -> Any:  # noqa: ANN401 - plain data with markers
        """Return an ARN or a list of ARNs with unknown ones replaced by what the expression refers to.

        They stay unknown unless there are as many references as unknown texts, as nothing else tells which is which.
        """
        entries = value if isinstance(value, list) else [value]
        places = [number for number, one in enumerate(entries) if isinstance(one, Unknown)]
        if not places:
            return value
        known = sum(isinstance(one, str) for one in entries)
        targets = self.plain_targets(resource, *path, beside=known)
        # of `x[each.key].arn` the configuration tells `x` alone
        found = [
            self.value(one._replace(attribute=one.attribute or "arn")) if one.attribute in _ARNS else None for one in targets
        ]
        found = [one if one is None or _is_arn(one) else None for one in found]
        if self.strict or len(found) != len(places) or any(one is None for one in found):
            named = [_called(one, self.open_targets(resource, *path)) for one in entries]
        else:
            self.assume(resource, path[-1], targets)
            stands_for = dict(zip(places, found, strict=True))
            named = [stands_for.get(number, one) for number, one in enumerate(entries)]
        return named if isinstance(value, list) else named[0]

    def resource_of(self, resource: PlannedResource, *fields: str) -> PlannedResource | None:
        """Return the resource that the expressions of these fields refer to; None unless it is a single one."""
        targets = [target for field in fields for target in self.plain_targets(resource, field)]
        return targets[0].resource if len(targets) == 1 else None


def _called(value: Any, targets: list[Referent]) -> Any:  # noqa: ANN401 - plain data with markers
    """Return an unknown value described by what it depends on."""
    if not isinstance(value, Unknown) or not targets:
        return value
    return value._replace(what=f"{', '.join(map(_name_of, targets))}, {AFTER_APPLY}")


def _name_of(target: Referent) -> str:
    return f"{target.resource.address}.{target.attribute}" if target.resource and target.attribute else target.reference


def _is_arn(value: Value) -> bool:
    text = value.known if isinstance(value, Text) else value
    return isinstance(text, str) and text.startswith("arn:")


def _is_known(target: Referent) -> bool:
    if target.constant:
        return True
    resource = target.resource
    if resource is None or not target.attribute:
        return False
    name = _field_of(target)
    return name in resource.values and not is_marker(resource.value(name))


def _known_of(target: Referent) -> Any:  # noqa: ANN401 - plain data
    return target.constant[0] if target.constant or not target.resource else target.resource.value(_field_of(target))


def _field_of(target: Referent) -> str:
    return target.attribute.partition(".")[0].partition("[")[0]


def _texts_in(data: object) -> int:
    """Return how many texts and numbers there are in plain data; a truth value is what a choice goes by, and nothing else."""
    if isinstance(data, dict | list):
        return sum(map(_texts_in, data.values() if isinstance(data, dict) else data))
    return int(isinstance(data, str | int | float) and not isinstance(data, bool) and data != "")
