"""State files of Terraform and OpenTofu (`terraform.tfstate`, format version 4), read as resources of a plan.

Source: Terraform, internal/states/statefile/version4.go.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kmsgen.reading import Source, Steps
from kmsgen.sources.terraform.resources import PlannedResource, listed

_VERSION = "4"


def is_state_file(data: object) -> bool:
    """Return whether plain data is a state file of version 4."""
    return (
        isinstance(data, dict)
        and data.get("version") == _VERSION
        and isinstance(data.get("resources"), list)
        and "serial" in data
    )


def resources_of_state(source: Source) -> list[PlannedResource]:
    """Return one resource for each instance in a state, deposed ones included."""
    return [
        one
        for number, item in enumerate(source.data["resources"])
        if isinstance(item, dict)
        for one in _instances(source, item, ("resources", number))
    ]


def _instances(source: Source, item: dict[str, Any], steps: Steps) -> Iterator[PlannedResource]:
    module, mode, kind, name = (str(item.get(field) or "") for field in ("module", "mode", "type", "name"))
    address = ".".join(part for part in (module, "data" if mode == "data" else "", kind, name) if part)
    for number, instance in enumerate(listed(item.get("instances"))):
        values = instance.get("attributes") if isinstance(instance, dict) else None
        if not isinstance(values, dict):
            continue
        index = instance.get("index_key")
        whole = f"{address}{_index(index)}{f' (deposed {one})' if (one := instance.get('deposed')) else ''}"
        numbered = index if isinstance(index, str | int) else None
        place = (*steps, "instances", number, "attributes")
        yield PlannedResource(whole, module, mode, kind, name, numbered, values, {}, source, place)


def _index(index: object) -> str:
    if index is None:
        return ""
    return f"[{index}]" if isinstance(index, str) and index.isdigit() else f'["{index}"]'
