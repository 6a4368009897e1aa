"""Configuration in a Terraform plan: which attributes of which resources an expression refers to.

Source: Terraform documentation, JSON Output Format, Configuration and Expression Representation. Local values are not in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from kmsgen.sources.terraform.resources import PlannedResource, listed, without_indexes

_PART = re.compile(r'([A-Za-z_][\w-]*)(\[(?:"(?:[^"\\]|\\.)*"|[^\]]*)\])?')
_DEEPEST = 20
_NO_RESOURCES = ("var", "local", "module", "data")
_NUMBERED = ("count.index", "each.key", "each.value")


class Referent(NamedTuple):
    """An attribute that an expression refers to; `resource` is None if the plan does not have it.

    `constant`: what is known of a variable, or of a number or key of an instance; nothing of anything else.
    """

    reference: str
    resource: PlannedResource | None = None
    attribute: str = ""
    constant: tuple[Any, ...] = ()


class Standpoint(NamedTuple):
    """The place of an expression: the address of its module instance, and its resource's index (`count` or `for_each`).

    `each` is the expression of its `for_each`, `instances` how many instances it has.
    """

    module: str
    number: str | int | None = None
    each: object = None
    instances: int = 0


class Configuration:
    """The modules of a configuration, and the planned resources by module, mode, type and name."""

    def __init__(self, data: object, resources: list[PlannedResource], variables: object = None) -> None:
        root = data.get("root_module") if isinstance(data, dict) else None
        self.root: dict[str, Any] = root if isinstance(root, dict) else {}
        providers = data.get("provider_config") if isinstance(data, dict) else None
        self.providers: dict[str, Any] = providers if isinstance(providers, dict) else {}
        self.variables: dict[str, Any] = variables if isinstance(variables, dict) else {}
        self.told = bool(self.root)
        self.resources: dict[tuple[str, str, str, str], list[PlannedResource]] = {}
        for one in resources:
            self.resources.setdefault((one.module, one.mode, one.type, one.name), []).append(one)

    def expression(self, resource: PlannedResource, *path: str | int) -> Any:  # noqa: ANN401 - plain data
        """Return the expression of a resource's value at a path of blocks; None if there is none."""
        data: Any = self._declared(resource).get("expressions")
        for step in path:
            if isinstance(step, str):
                data = data.get(step) if isinstance(data, dict) else None
            else:
                data = data[step] if isinstance(data, list) and step < len(data) else None
        return data

    def standpoint(self, resource: PlannedResource) -> Standpoint:
        """Return the place of a resource's expressions."""
        count = len(self.resources.get((resource.module, resource.mode, resource.type, resource.name), ()))
        return Standpoint(resource.module, resource.number, self._declared(resource).get("for_each_expression"), count)

    def provider(self, resource: PlannedResource) -> dict[str, Any]:
        """Return the expressions of a resource's provider."""
        return self.provider_named(self.provider_name(resource))

    def provider_name(self, resource: PlannedResource) -> str | None:
        """Return the key of a resource's provider configuration; None if it is not told."""
        key = self._declared(resource).get("provider_config_key")
        return key if isinstance(key, str) else None

    def provider_named(self, key: str | None) -> dict[str, Any]:
        """Return the expressions of the provider configuration with a key."""
        found = self.providers.get(key) if key is not None else None
        expressions = found.get("expressions") if isinstance(found, dict) else None
        return expressions if isinstance(expressions, dict) else {}

    def _declared(self, resource: PlannedResource) -> dict[str, Any]:
        module = self._module(resource.module)
        for one in listed(module.get("resources")):
            if isinstance(one, dict) and (one.get("mode"), one.get("type"), one.get("name")) == resource[2:5]:
                return one
        return {}

    def _module(self, address: str) -> dict[str, Any]:
        module = self.root
        for name in re.findall(r"module\.([\w-]+)", without_indexes(address)):
            call = _call(module, name)
            inner = call.get("module")
            module = inner if isinstance(inner, dict) else {}
        return module

    def targets(self, expression: object, scope: Standpoint, depth: int = 0) -> list[Referent]:
        """Return everything that an expression refers to, each attribute once."""
        texts = _references(expression)
        longest = _longest(texts)
        numbered = scope.number if any(one in _NUMBERED for one in texts) else None
        found = [target for one in longest for target in self._targets(one, scope._replace(number=numbered), depth)]
        return _unique(found)

    def _targets(self, reference: str, scope: Standpoint, depth: int) -> Iterator[Referent]:
        parts = [(match[1], match[2] or "") for match in _PART.finditer(reference)]
        if depth > _DEEPEST or not parts:
            yield Referent(reference)
        elif reference in _NUMBERED:
            yield Referent(reference, constant=(str(scope.number),))
        elif reference.startswith("each.value."):
            yield self._of_each(parts[2:], reference, scope)
        elif parts[0][0] == "var" and len(parts) > 1:
            yield from self._of_variable(parts[1][0], scope, depth)
        elif parts[0][0] == "module" and len(parts) > 2:
            yield from self._of_output(parts, reference, scope, depth)
        else:
            yield from self._of_resource(parts, reference, scope)

    def _of_each(self, rest: list[tuple[str, str]], reference: str, scope: Standpoint) -> Referent:
        """Return what an attribute of `each.value` is where `for_each` goes over the instances of one resource."""
        over = _longest(_references(scope.each))
        parts = [(match[1], match[2] or "") for match in _PART.finditer(over[0])] if len(over) == 1 else []
        if len(parts) == 2 and not parts[1][1] and parts[0][0] not in _NO_RESOURCES:
            one = (parts[1][0], f'["{scope.number}"]')
            return next(self._of_resource([parts[0], one, *rest], reference, scope))
        return Referent(reference)

    def _of_variable(self, name: str, scope: Standpoint, depth: int) -> Iterator[Referent]:
        """Follow a variable to the module call that sets it; variables of the root, and defaults, are known in a plan."""
        parent, inner, call = scope.module.rpartition("module.")
        told = self.variables.get(name) if not inner else None
        expressions = _call(self._module(parent.rstrip(".")), without_indexes(call)).get("expressions") if inner else None
        expression = expressions.get(name) if isinstance(expressions, dict) else None
        if isinstance(expression, dict) and "references" in expression:
            yield from self.targets(expression, Standpoint(parent.rstrip(".")), depth + 1)
            return
        for known, field in ((told, "value"), (expression, "constant_value"), (self._default(name, scope.module), "default")):
            if isinstance(known, dict):
                yield Referent(f"var.{name}", constant=(known.get(field),))
                return

    def _default(self, name: str, module: str) -> Any:  # noqa: ANN401 - plain data
        variables = self._module(module).get("variables")
        return variables.get(name) if isinstance(variables, dict) else None

    def _of_output(self, parts: list[tuple[str, str]], reference: str, scope: Standpoint, depth: int) -> Iterator[Referent]:
        (_, _), (name, index), (output, _) = parts[:3]
        address = f"{scope.module}{'.' if scope.module else ''}module.{name}{index}"
        outputs = self._module(address).get("outputs")
        told = outputs.get(output) if isinstance(outputs, dict) else None
        expression = told.get("expression") if isinstance(told, dict) else None
        if isinstance(expression, dict) and expression.get("references"):
            yield from self.targets(expression, Standpoint(address), depth + 1)
        else:
            yield Referent(reference)

    def _of_resource(self, parts: list[tuple[str, str]], reference: str, scope: Standpoint) -> Iterator[Referent]:
        mode = "data" if parts[0][0] == "data" else "managed"
        rest = parts[1:] if mode == "data" else parts
        if len(rest) < 2:
            yield Referent(reference)
            return
        (of, _), (name, index) = rest[:2]
        attribute = ".".join(f"{one}{number}" for one, number in rest[2:])
        instances = self.resources.get((scope.module, mode, of, name), [])
        wanted = index.strip("[]").strip('"') if index else None
        if wanted is None and scope.number is not None and len(instances) > 1:
            # which of them a number that is reckoned from `count.index` means is told only where there are as many
            number = str(scope.number)
            wanted = "" if number.isdigit() and len(instances) != scope.instances else number
        chosen = [one for one in instances if wanted is None or str(one.number) == wanted]
        yield Referent(reference, chosen[0] if len(chosen) == 1 else None, attribute)


def _call(module: dict[str, Any], name: str) -> dict[str, Any]:
    calls = module.get("module_calls")
    found = calls.get(name) if isinstance(calls, dict) else None
    return found if isinstance(found, dict) else {}


def _references(expression: object) -> list[str]:
    references = listed(expression.get("references") if isinstance(expression, dict) else None)
    return [one for one in references if isinstance(one, str)]


def _longest(references: list[str]) -> list[str]:
    """Return references without those that others go on from."""
    return [one for one in references if not any(other.startswith((f"{one}.", f"{one}[")) for other in references)]


def _unique(found: list[Referent]) -> list[Referent]:
    """Return the targets, each attribute of a resource once."""
    named = {(one.resource.address if one.resource else one.reference, one.attribute): one for one in found}
    return list(named.values())
