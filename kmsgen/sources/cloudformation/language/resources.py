"""Sections and resources of a template: type, properties, condition and place of each resource."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from kmsgen.reading import Steps
from kmsgen.sources.cloudformation.language.conditions import plain

_SUB = re.compile(r"\$\{\s*([A-Za-z0-9]+)")


class TemplateResource(NamedTuple):
    """A resource of a template; `steps` lead to where it is written, for an unrolled loop to the loop's body."""

    name: str
    type: str
    properties: dict[str, Any]
    condition: str | None = None
    steps: Steps = ()

    def at(self, *inner: str | int) -> Steps:
        """Return the steps to a property, or to a part of one."""
        return (*self.steps, "Properties", *inner)


Resources = Mapping[str, TemplateResource]


def resource_of(name: str, data: object, steps: Steps) -> TemplateResource | None:
    """Read a resource; None if it is none (no mapping, or no Type)."""
    if not isinstance(data, dict) or not isinstance(data.get("Type"), str):
        return None
    properties, condition = data.get("Properties"), plain(data.get("Condition"))
    held = properties if isinstance(properties, dict) else {}
    return TemplateResource(name, data["Type"], held, condition if isinstance(condition, str) else None, steps)


def section(data: object, name: str) -> dict[str, Any]:
    """Return a section of a template; empty if it is missing or no mapping."""
    found = data.get(name) if isinstance(data, dict) else None
    return found if isinstance(found, dict) else {}


def named_in(data: object) -> Iterator[str]:
    """Yield the logical ids that plain data refers to by Ref, Fn::GetAtt and Fn::Sub."""
    if isinstance(data, list):
        for item in data:
            yield from named_in(item)
    elif isinstance(data, dict):
        for name, value in data.items():
            if name in ("Ref", "Fn::GetAtt"):
                first = value[0] if isinstance(value, list) and value else value
                yield str(first).partition(".")[0]
            texts = value if isinstance(value, list) else [value]
            if name == "Fn::Sub" and texts and isinstance(texts[0], str):
                yield from (found[1] for found in _SUB.finditer(texts[0]))
            yield from named_in(value)


# Transforms that leave the policies in a template as they are; roles that SAM adds are added in `serverless`.
_HARMLESS = ("AWS::Serverless-", "AWS::LanguageExtensions", "AWS::CodeDeployBlueGreen", "AWS::SecretsManager-")


def macro_of(data: object) -> str | None:
    """Return the macro that may change everything in a template; None without one."""
    raw = data.get("Transform") if isinstance(data, dict) else None
    named = raw if isinstance(raw, list) else [] if raw is None else [raw]
    names = (one if isinstance(one, str) else one.get("Name") if isinstance(one, dict) else one for one in named)
    everywhere = next((str(name) for name in names if not str(name).startswith(_HARMLESS)), None)
    return everywhere or ("Fn::Transform" if "Fn::Transform" in section(data, "Resources") else None)


def of_types(resources: Resources, *types: str) -> Iterator[TemplateResource]:
    """Yield the resources of these types."""
    return (one for one in resources.values() if one.type in types)
