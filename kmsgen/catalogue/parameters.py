"""The request parameters of KMS's operations. Source: the API model of KMS."""

from __future__ import annotations

from kmsgen.catalogue import _parameters
from kmsgen.catalogue.actions import PREFIX
from kmsgen.catalogue.actions import find as find_action
from kmsgen.catalogue.model import Values
from kmsgen.policy.letter_case import folded

_OF_TWO_ACTIONS = {"reencrypt": "ReEncryptFrom"}


def parameters_of(action: str) -> Values | None:
    """Return the names of the parameters that requests of an action, or of the operation ReEncrypt, can have.

    None where that is not known: an action that KMS does not have, or has no public operation for.
    """
    found = find_action(_OF_TWO_ACTIONS.get(folded(action).removeprefix(PREFIX), action))
    return None if found is None else _parameters.ROWS[found.name]
