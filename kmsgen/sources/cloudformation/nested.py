"""Nested stacks: templates beside a template (`TemplateURL`), and the bodies of StackSets.

Nothing is fetched, and no file outside the template's folder is read. Parameters that the parent gives count as defaults.
Source: AWS CloudFormation Template Reference, AWS::CloudFormation::Stack, AWS::CloudFormation::StackSet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kmsgen.errors import InputError
from kmsgen.reading import MAX_JSON_BYTES, Dialect, Mark, Source, parse, read_file
from kmsgen.sources.cloudformation.language.evaluation import ToldOfStack
from kmsgen.sources.cloudformation.language.resources import TemplateResource, section
from kmsgen.sources.cloudformation.language.values import JsonText
from kmsgen.sources.cloudformation.stack import Stack, give_key_arns, stack_of

MOST_DEPTH = 4
_BESIDE = {
    "AWS::CloudFormation::Stack": "TemplateURL",
    "AWS::Serverless::Application": "Location",
}
_STACK_SET = "AWS::CloudFormation::StackSet"


def nested_stacks(parent: Stack, told: ToldOfStack, arns: Iterator[str], dialect: Dialect, depth: int = 0) -> Iterator[Stack]:
    """Yield the stacks nested in a stack whose templates are present, depth first; their outputs become known to the parent."""
    if depth > MOST_DEPTH:
        return
    for resource in parent.of(*_BESIDE, _STACK_SET):
        source = _template(parent, resource, dialect)
        if source is None or not dialect.belong_to(source.data):
            continue
        inner = ToldOfStack(told.home, told.sure and resource.type != _STACK_SET, _sure_parameters(parent, resource), told.strict)
        parameters = _parameters(parent, resource)
        stack = stack_of(_with_defaults(source, parameters), inner, parent.named(resource))
        sure = resource.type != _STACK_SET and parent.always_made(resource)  # a StackSet names its accounts elsewhere
        stack = stack._replace(given=frozenset(parameters), sure=sure)
        give_key_arns(stack, arns, known=False)
        yield stack
        yield from nested_stacks(stack, inner, arns, dialect, depth + 1)
        if resource.type != _STACK_SET:
            _tell_outputs(parent, resource, stack)


def _template(parent: Stack, resource: TemplateResource, dialect: Dialect) -> Source | None:
    if resource.type == _STACK_SET:
        return _body(parent, resource, dialect)
    named = resource.properties.get(_BESIDE[resource.type])
    if not isinstance(named, str) or ":" in named or "\0" in named or parent.source.path == "-":
        return None
    folder = Path(parent.source.path).parent.resolve()
    path = (folder / named).resolve()
    if not path.is_relative_to(folder) or not path.is_file():
        return None
    return read_file(Path(parent.source.path).parent / named, MAX_JSON_BYTES, dialect)


def _body(parent: Stack, resource: TemplateResource, dialect: Dialect) -> Source | None:
    """Read the TemplateBody of a StackSet; all its parts have the place of the text."""
    body = parent.value(resource, "TemplateBody")
    place = parent.where(resource.at("TemplateBody"))
    here = Mark(place.line, place.column)
    if isinstance(body, JsonText):
        return Source(place.path, body.data, lambda: here)
    if not isinstance(body, str):
        return None
    ending = ".json" if body.lstrip().startswith("{") else ".yaml"
    try:
        return Source(place.path, parse(body, f"body{ending}", dialect).data, lambda: here)
    except InputError as error:
        raise InputError(one._replace(location=place) for one in error.diagnostics) from None


def _parameters(parent: Stack, resource: TemplateResource) -> Mapping[str, Any]:
    """Return the parameters that a parent gives a nested stack, evaluated."""
    return _by_name(parent.value(resource, "Parameters"))


def _sure_parameters(parent: Stack, resource: TemplateResource) -> Mapping[str, str]:
    """Return the parameters that a parent gives and that are told for sure."""
    raw = _by_name(resource.properties.get("Parameters"))
    told = {name: parent.evaluation.sure_text(value) for name, value in raw.items()}
    return {name: text for name, text in told.items() if text is not None}


def _by_name(data: Any) -> Mapping[str, Any]:  # noqa: ANN401 - plain data
    """Return parameters by name, from a mapping or a list of ParameterKey and ParameterValue."""
    if isinstance(data, dict):
        return data
    pairs = data if isinstance(data, list) else []
    return {str(one.get("ParameterKey")): one.get("ParameterValue") for one in pairs if isinstance(one, dict)}


def _with_defaults(source: Source, given: Mapping[str, Any]) -> Source:
    """Return a template with given parameters as defaults; an unknown one loses its default."""
    parameters = {name: dict(one) for name, one in section(source.data, "Parameters").items() if isinstance(one, dict)}
    for name, value in given.items():
        if name in parameters:
            text = ",".join(value) if isinstance(value, list) and all(isinstance(one, str) for one in value) else value
            parameters[name] = {**parameters[name], "Default": text if isinstance(text, str) else None}
    return Source(source.path, {**source.data, "Parameters": parameters}, lambda: source.root)


def _tell_outputs(parent: Stack, resource: TemplateResource, stack: Stack) -> None:
    outputs = section(stack.source.data, "Outputs")
    told = {
        f"{resource.name}.Outputs.{name}": stack.evaluation.value(one.get("Value"), ("Outputs", name, "Value"))
        for name, one in outputs.items()
        if isinstance(one, dict)
    }
    parent.evaluation.references.outputs = {**parent.evaluation.references.outputs, **told}
