"""The request parameters of KMS's operations. Source: the API model of KMS."""

from __future__ import annotations

from collections.abc import Mapping

from kmsgen.catalogue import _parameters
from kmsgen.catalogue.actions import PREFIX
from kmsgen.catalogue.actions import find as find_action
from kmsgen.catalogue.model import Values
from kmsgen.policy.letter_case import folded

RANGES: Mapping[str, tuple[str, int, int]] = {
    "ScheduleKeyDeletion": ("PendingWindowInDays", 7, 30),
    "EnableKeyRotation": ("RotationPeriodInDays", 90, 2560),
}
"""By action: a parameter that is a number, the least and the greatest value that KMS takes.

Source: KMS API Reference, ScheduleKeyDeletion, EnableKeyRotation.
"""
_OF_TWO_ACTIONS = {"reencrypt": "ReEncryptFrom"}


def parameters_of(action: str) -> Values | None:
    """Return the names of the parameters that requests of an action, or of the operation ReEncrypt, can have.

    None where that is not known: an action that KMS does not have, or has no public operation for.
    """
    found = find_action(_OF_TWO_ACTIONS.get(folded(action).removeprefix(PREFIX), action))
    return None if found is None else _parameters.ROWS[found.name]
