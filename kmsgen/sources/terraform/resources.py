"""Resources of a Terraform plan or state, with markers where values are known only after apply.

Source: Terraform documentation, JSON Output Format.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from kmsgen.errors import InputError, input_error
from kmsgen.reading import Source, Steps, Where
from kmsgen.sources.places import below
from kmsgen.sources.unknown.unknown import Unknown

_INDEX = re.compile(r"\[[^\]]*\]")
AFTER_APPLY = "known after apply"


class PlannedResource(NamedTuple):
    """A resource: address, type, values, which of them are unknown, and their place.

    `module` is the address of its module instance, empty for the root; `number` its `count` or `for_each` index.
    """

    address: str
    module: str
    mode: str
    type: str
    name: str
    number: str | int | None
    values: dict[str, Any]
    unknown: dict[str, Any]
    source: Source
    steps: Steps

    @property
    def where(self) -> Where:
        """The places of its values, by steps."""
        return below(self.source.where, *self.steps)

    def value(self, field: str) -> Any:  # noqa: ANN401 - plain data with markers
        """Return a value, Unknown where known only after apply; None if there is none."""
        return _marked(self.values.get(field), self.unknown.get(field), f"{self.address}.{field}", (*self.steps, field))

    def text(self, *fields: str) -> str | Unknown | None:
        """Return the first of these fields that has a text or Unknown; None if none has. Raises InputError for anything else."""
        for field in fields:
            value = self.value(field)
            if value and not isinstance(value, str | Unknown):
                raise self.refusal("not-a-text", f"`{field}` must be a text", field)
            if value:
                return value  # type: ignore[no-any-return]
        return None

    def texts(self, field: str) -> list[str | Unknown]:
        """Return the texts of a list field, or of a field for one text; Unknown for unknown ones. Raises InputError otherwise."""
        value = self.value(field)
        several = field.endswith("s")
        items = value if isinstance(value, list) and several else [value] if value else []
        for one in items:
            if not isinstance(one, str | Unknown):
                raise self.refusal("not-a-text", f"`{field}` must be a {'list of texts' if several else 'text'}", field)
        return items

    def known(self, field: str) -> str:
        """Return a known text, else an empty one. Raises InputError for anything but a text."""
        value = self.values.get(field)
        if value and not isinstance(value, str):
            raise self.refusal("not-a-text", f"`{field}` must be a text", field)
        return value or ""

    def known_mapping(self, field: str) -> dict[str, str]:
        """Return the texts of a known mapping, else an empty one."""
        value = self.values.get(field)
        return {name: one for name, one in value.items() if isinstance(one, str)} if isinstance(value, dict) else {}

    def refusal(self, code: str, message: str, *steps: str) -> InputError:
        """Build the error that a resource's value cannot be used."""
        return input_error(self.where(steps), code, f"{self.address}: {message}")


def resources_of(source: Source, *steps: str) -> list[PlannedResource]:
    """Return all resources in all modules of the values at `steps`, such as `planned_values`."""
    unknown = _after_unknown(source.data) if steps[0] == "planned_values" else {}
    found: Any = source.data
    for step in (*steps, "root_module"):
        found = found.get(step) if isinstance(found, dict) else None
    return list(_resources(source, found, (*steps, "root_module"), unknown))


def resources_after(source: Source, prior: list[PlannedResource]) -> list[PlannedResource]:
    """Return what there is once a plan is applied, or in a state. Raises InputError for a plan that stopped at an error."""
    if source.data.get("errored") is True:
        hint = "what could not be planned is missing: mend the configuration, and plan again"
        raise input_error(source.where(("errored",)), "unfinished-plan", "Terraform stopped planning at an error", hint)
    if "planned_values" not in source.data:
        return resources_of(source, "values")
    return [*resources_of(source, "planned_values"), *_left_alone(source, prior)]


def _left_alone(source: Source, prior: list[PlannedResource]) -> list[PlannedResource]:
    """Return the prior resources that a plan neither plans nor deletes: those beside its targets, and those to be forgotten."""
    planned = {one.address for one in resources_of(source, "planned_values")}
    changed = set()
    for item in listed(source.data.get("resource_changes")):
        change = item.get("change") if isinstance(item, dict) else None
        if isinstance(change, dict) and change.get("actions") != ["forget"]:
            changed |= {str(item.get("address")), str(item.get("previous_address"))}
    return [one for one in prior if one.mode == "managed" and one.address not in planned | changed]


def _after_unknown(data: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return `after_unknown` of resource changes, by address."""
    found: dict[str, dict[str, Any]] = {}
    for item in listed(data.get("resource_changes")):
        change = item.get("change") if isinstance(item, dict) else None
        unknown = change.get("after_unknown") if isinstance(change, dict) else None
        if isinstance(unknown, dict):
            found[str(item.get("address"))] = unknown
    return found


def _resources(source: Source, module: object, steps: Steps, unknown: dict[str, dict[str, Any]]) -> Iterator[PlannedResource]:
    if not isinstance(module, dict):
        return
    address = str(module.get("address") or "")
    for number, item in enumerate(listed(module.get("resources"))):
        values = item.get("values", {}) if isinstance(item, dict) else None  # left out where none is known
        if isinstance(item, dict) and isinstance(values, dict):
            name, index = str(item.get("address")), item.get("index")
            yield PlannedResource(
                name, address, str(item.get("mode")), str(item.get("type")), str(item.get("name")),
                index if isinstance(index, str | int) else None, values, unknown.get(name, {}),
                source, (*steps, "resources", number, "values"),
            )  # fmt: skip
    for number, child in enumerate(listed(module.get("child_modules"))):
        yield from _resources(source, child, (*steps, "child_modules", number), unknown)


def _marked(value: Any, unknown: Any, what: str, steps: Steps) -> Any:  # noqa: ANN401 - plain data
    if unknown is True:
        return Unknown(f"{what}, {AFTER_APPLY}", steps)
    if isinstance(unknown, dict) and isinstance(value, dict):
        names = dict.fromkeys((*value, *unknown))
        return {name: _marked(value.get(name), unknown.get(name), f"{what}.{name}", (*steps, name)) for name in names}
    if isinstance(unknown, list) and isinstance(value, list):
        longer = [*unknown, *[None] * (len(value) - len(unknown))]
        return [_marked(one, longer[n], f"{what}[{n}]", (*steps, n)) for n, one in enumerate(value)]
    return value


def without_indexes(address: str) -> str:
    """Return an address as the configuration has it: `module.a[0].module.b["x"]` becomes `module.a.module.b`."""
    return _INDEX.sub("", address)


def listed(data: object) -> list[Any]:
    """Return a list as it is; an empty one for anything else."""
    return data if isinstance(data, list) else []
