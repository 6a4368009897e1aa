"""Statements: which of a policy fit what is needed, in Action, Resource and Condition.

Source: IAM User Guide, reference_policies_elements_action, reference_policies_elements_resource,
reference_policies_elements_condition; KMS Developer Guide, key-policy-overview.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.reference.held import Lookup
from tests.reference.language import Condition, action_matches, excluded_by, holds, resource_matches
from tests.reference.need import Need
from tests.reference.three import Answer, all_of, any_of, negate
from tests.reference.view import texts

Data = Mapping[str, Any]


@dataclass(frozen=True)
class Statement:
    """One statement of a policy with what it is called in reasons (`key-policy/AllowUse`, `scp/#2`)."""

    label: str
    data: dict[str, Any]
    version: str

    @property
    def allows(self) -> bool:
        """Whether this is an Allow."""
        return bool(self.data["Effect"] == "Allow")

    def fits(self, need: Need, lookup: Lookup) -> Answer:
        """Tell whether Action, Resource and Condition fit; a statement that lacks one of the first two does nothing."""
        if not self._action(need):
            return False
        resource = self._resource(need, lookup)
        return False if resource is False else all_of([resource, *self._conditions(lookup)])

    def _action(self, need: Need) -> bool:
        if "NotAction" in self.data:
            return not any(action_matches(pattern, need.iam_action) for pattern in texts(self.data["NotAction"]))
        return any(action_matches(pattern, need.iam_action) for pattern in texts(self.data.get("Action", ())))

    def _resource(self, need: Need, lookup: Lookup) -> Answer:
        if "NotResource" in self.data:
            patterns = texts(self.data["NotResource"])
            return negate(any_of(excluded_by(pattern, need.resource, self.version, lookup) for pattern in patterns))
        patterns = texts(self.data.get("Resource", ()))
        return any_of(resource_matches(pattern, need.resource, self.version, lookup) for pattern in patterns)

    def _conditions(self, lookup: Lookup) -> Iterator[Answer]:
        for operator, keys in (self.data.get("Condition") or {}).items():
            for key, values in keys.items():
                yield holds(Condition(operator, key, texts(values), self.version), lookup)


def statements(layer: str, documents: Iterable[Data]) -> Iterator[Statement]:
    """Yield the statements of a layer; those without a Sid go by their number in it."""
    count = 0
    for document in documents:
        found = document["Statement"]
        for data in found if isinstance(found, list) else [found]:
            count += 1
            yield Statement(f"{layer}/{data.get('Sid') or f'#{count}'}", data, document.get("Version") or "2008-10-17")
