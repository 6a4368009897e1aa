"""Condition keys: those of KMS, and the global ones.

A name never minds case. A family (`kms:EncryptionContext:`, `aws:PrincipalTag/`) holds every key that begins with it.
Source: KMS Developer Guide, conditions-kms, conditions-aws; IAM User Guide, reference_policies_condition-keys.
"""

from __future__ import annotations

from functools import lru_cache

from kmsgen.catalogue import _condition_keys
from kmsgen.catalogue.actions import find as find_action
from kmsgen.catalogue.model import ConditionKey, DisputedKey

KMS_KEYS: dict[str, ConditionKey] = {row[0]: ConditionKey(*row) for row in _condition_keys.KMS_ROWS}
GLOBAL_KEYS: dict[str, ConditionKey] = {row[0]: ConditionKey(*row) for row in _condition_keys.GLOBAL_ROWS}
CONDITION_KEYS: dict[str, ConditionKey] = {
    **GLOBAL_KEYS,
    **KMS_KEYS,
}
DISPUTED: tuple[DisputedKey, ...] = tuple(DisputedKey(*row) for row in _condition_keys.DISPUTED)

_FAMILY_ENDS = (":", "/")
_BY_LOWER_CASE = {name.lower(): key for name, key in CONDITION_KEYS.items()}
_FAMILIES = tuple(name for name in _BY_LOWER_CASE if name.endswith(_FAMILY_ENDS))
# The global keys that not every request can carry: KMS lists them for its own actions.
_LISTED_BY_ACTION = ("aws:requesttag/", "aws:resourcetag/", "aws:tagkeys")


@lru_cache(maxsize=4096)
def find(name: str) -> ConditionKey | None:
    """Return the condition key of that name, or the family it belongs to; None if there is no such key.

    The name of a member (`kms:EncryptionContext:aws:s3:arn`) may hold colons and slashes; it may not be empty.
    """
    lower = name.lower()
    family = family_of(lower)
    if family:
        return _BY_LOWER_CASE[family]
    return None if lower.endswith(_FAMILY_ENDS) else _BY_LOWER_CASE.get(lower)


def family_of(name: str) -> str | None:
    """Return the family that the key is a member of, in lower case: `kms:encryptioncontext:`; None if it has none."""
    lower = name.lower()
    return next((family for family in _FAMILIES if lower.startswith(family) and lower != family), None)


@lru_cache(maxsize=16384)
def on_action(name: str, action: str) -> bool:
    """Return whether requests of that action can carry the key.

    False for an unknown key or action. Where the sources contradict each other (C11), as DISPUTED says.
    """
    found, known = find(name), find_action(action)
    if found is None or known is None:
        return False
    lower = found.name.lower()
    if lower.startswith("aws:") and not lower.startswith(_LISTED_BY_ACTION):
        return True
    if lower.startswith("kms:recipientattestation:"):
        lower = "kms:recipientattestation:"
    return lower in known.condition_keys


def disputed(name: str, action: str) -> DisputedKey | None:
    """Return the contradiction between AWS sources about that key on that action, if there is one (C11)."""
    known = find_action(action)
    lower = family_of(name) or name.lower()
    rows = (row for row in DISPUTED if row.key == lower and known is not None and known.name in row.actions)
    return next(rows, None)


def works_in_key_policy(name: str) -> bool:
    """Return whether a key policy can rest on the key; aws:ResourceTag and kms:ResourceAliases work in IAM only (C4)."""
    found = find(name)
    return found is not None and found.policies != "iam"
