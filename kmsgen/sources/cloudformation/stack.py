"""A stack described by a template: its resources with loops unrolled, and the evaluation of their properties."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from kmsgen.reading import Source, Steps, Where
from kmsgen.sources.cloudformation.language.evaluation import Evaluation, ToldOfStack
from kmsgen.sources.cloudformation.language.for_each import entries, is_loop
from kmsgen.sources.cloudformation.language.namings import KEYS
from kmsgen.sources.cloudformation.language.policies import WrittenPolicy, policy_of
from kmsgen.sources.cloudformation.language.resources import TemplateResource, macro_of, of_types, resource_of, section
from kmsgen.sources.cloudformation.language.values import is_true
from kmsgen.sources.cloudformation.serverless import written_out_functions
from kmsgen.sources.places import below
from kmsgen.sources.unknown.unknown import ABSENT, Unknown

_NESTED = ("AWS::CloudFormation::Stack", "AWS::Serverless::Application", "AWS::CloudFormation::CustomResource")
_CUSTOM, _MODULE = "Custom::", "::MODULE"
_OF_ACCESS = ("AWS::KMS::", "AWS::IAM::", "AWS::Serverless::", "AWS::CloudFormation::StackSet")


class Stack(NamedTuple):
    """One stack: its file, its resources by logical id, and their evaluation.

    `name` is empty unless it is nested; then its resources are named `name/resource`. `given`: parameters that its parent sets.
    `untold_loop`: a loop over a list that is not told, which may make keys or policies. `sure`: nothing keeps it from being made.
    """

    source: Source
    evaluation: Evaluation
    resources: Mapping[str, TemplateResource]
    name: str = ""
    given: frozenset[str] = frozenset()
    untold_loop: str | None = None
    sure: bool = True

    @property
    def where(self) -> Where:
        """The places of parts of the template, by steps."""
        return self.source.where

    @property
    def macro(self) -> str | None:
        """The macro, or the loop, that may add anything to the template; None without one."""
        return macro_of(self.source.data) or self.untold_loop

    def of(self, *types: str) -> Iterator[TemplateResource]:
        """Yield the resources of these types that may be created."""
        return (one for one in of_types(self.resources, *types) if self.evaluation.made(one) != ())

    def of_untold_contents(self) -> Iterator[TemplateResource]:
        """Yield nested stacks, modules and custom resources, which can do whatever is written elsewhere."""
        made = (one for one in self.resources.values() if self.evaluation.made(one) != ())
        return (one for one in made if one.type in _NESTED or one.type.startswith(_CUSTOM) or one.type.endswith(_MODULE))

    def named(self, resource: TemplateResource) -> str:
        """Return the name of a resource, unique among all stacks of the file."""
        return f"{self.name}/{resource.name}" if self.name else resource.name

    def always_made(self, resource: TemplateResource) -> bool:
        """Return whether a resource is created for all values of the parameters, those of the stacks around it too."""
        return self.sure and self.evaluation.always_made(resource)

    def value(self, resource: TemplateResource, name: str) -> Any:  # noqa: ANN401 - plain data with markers
        """Return a property of a resource, evaluated; None without one."""
        value = self.evaluation.value(resource.properties.get(name), resource.at(name), self.assumed(resource))
        return None if value == ABSENT else value

    def assumed(self, resource: TemplateResource) -> Mapping[str, str | bool | None]:
        """Return the assumptions that hold whenever a resource is created, if a single case tells them."""
        cases = self.evaluation.made(resource)
        return cases[0] if cases and len(cases) == 1 else {}

    def policy(self, resource: TemplateResource, raw: object, *inner: str | int) -> WrittenPolicy:
        """Evaluate a policy in a resource. Raises InputError for a text that is not JSON."""
        if macro := self.macro_in(resource):
            return WrittenPolicy(Unknown(f"what the macro {macro} makes", resource.steps), self.place(resource))
        return policy_of(self.evaluation, self.source, raw, resource.at(*inner), self.assumed(resource))

    def macro_in(self, resource: TemplateResource) -> str | None:
        """Return the macro, or loop over what is not told, that may set any property of a resource; None without one."""
        within = (name for name in resource.properties if name == "Fn::Transform" or is_loop(name))
        return self.macro or next(within, None)

    def place(self, resource: TemplateResource, *inner: str | int) -> Where:
        """Return the places of parts of a resource's property."""
        return below(self.where, *resource.at(*inner))


def stack_of(source: Source, told: ToldOfStack, name: str = "") -> Stack:
    """Read a template as a stack."""
    evaluation = Evaluation(source.data, told)
    found: dict[str, TemplateResource] = {}
    untold_loop = None
    steps: Steps = ("Resources",)
    for logical, data, place in entries(section(source.data, "Resources"), evaluation.list_of, steps):
        resource = resource_of(logical, data, place)
        if resource is not None:
            found[logical] = resource
        elif is_loop(logical) and _makes_access(data):
            untold_loop = logical
    resources = written_out_functions(found, section(section(source.data, "Globals"), "Function"))
    evaluation.references.resources = resources
    return Stack(source, evaluation, resources, name, untold_loop=untold_loop)


def _makes_access(data: object) -> bool:
    """Return whether plain data holds resources that give access, or hold what is written elsewhere."""
    items = data if isinstance(data, list) else list(data.values()) if isinstance(data, dict) else []
    of = data.get("Type") if isinstance(data, dict) else None
    found = isinstance(of, str) and (of in _NESTED or of.startswith((*_OF_ACCESS, _CUSTOM)) or of.endswith(_MODULE))
    return found or any(map(_makes_access, items))


def give_key_arns(stack: Stack, arns: Iterator[str], *, known: bool) -> None:
    """Give each key of a stack the next ARN; a multi-Region key gets an `mrk-` id, unless the ARNs are real (`known`)."""
    found = {}
    for key in of_types(stack.resources, *KEYS):
        arn = next(arns)
        many = key.type == "AWS::KMS::ReplicaKey" or is_true(stack.value(key, "MultiRegion"))
        head, _, key_id = arn.rpartition("/")
        found[key.name] = f"{head}/mrk-{key_id.replace('-', '')}" if many and not known else arn
    stack.evaluation.references.key_arns = found
