"""What the policies of a scenario speak of: statements, condition keys, variables, and what they compare with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

Data = dict[str, Any]


def statements(scenario: Data) -> Iterator[Data]:
    """Yield every statement of a scenario."""
    for document in documents(scenario):
        yield from document["Statement"]


def documents(scenario: Data) -> Iterator[Data]:
    """Yield every policy of a scenario."""
    for access in [scenario, *scenario["keys"]]:
        yield access["policy"]
    for beside in scenario["principals"].values():
        yield from beside.get("identity_policies", [])
        yield from [beside["boundary"]] if beside.get("boundary") else []
        yield from beside.get("session_policies", [])
        yield from (document for level in beside.get("scps", []) for document in level)
    yield from (document for level in scenario["rcps"] for document in level)
    yield from scenario["vpc_endpoint_policies"].values()


def texts(value: Any) -> list[str]:
    """Return one value or several as a list."""
    return [value] if isinstance(value, str) else list(value or ())


@dataclass
class Spoken:
    """What the policies of a scenario compare each condition key with; variables count as spoken of too."""

    values: dict[str, list[str]] = field(default_factory=dict)

    def add(self, key: str, values: Iterable[str]) -> None:
        """Add what one condition says."""
        self.values.setdefault(key.lower(), []).extend(value for value in values)
        for value in values:
            for part in value.split("${")[1:]:
                self.values.setdefault(part.partition("}")[0].partition(",")[0].strip().lower(), [])


def spoken_of(scenario: Data) -> Spoken:
    """Collect what the policies of a scenario speak of."""
    found = Spoken()
    for statement in statements(scenario):
        for operator, block in statement.get("Condition", {}).items():
            for key, values in block.items():
                found.add(key, [] if operator == "Null" else texts(values))
        found.add("resource", texts(statement.get("Resource", ())))
    return found
