"""Condition keys: those of KMS, and the global ones.

A name never minds case. A family (`kms:EncryptionContext:`, `aws:PrincipalTag/`) holds every key that begins with it.
Source: KMS Developer Guide, conditions-kms, conditions-aws; IAM User Guide, reference_policies_condition-keys.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache

from kmsgen.catalogue import _condition_keys
from kmsgen.catalogue.actions import find as find_action
from kmsgen.catalogue.model import ConditionKey, DisputedKey
from kmsgen.policy.document import Condition
from kmsgen.policy.letter_case import folded

KMS_KEYS: dict[str, ConditionKey] = {row[0]: ConditionKey(*row) for row in _condition_keys.KMS_ROWS}
GLOBAL_KEYS: dict[str, ConditionKey] = {row[0]: ConditionKey(*row) for row in _condition_keys.GLOBAL_ROWS}
SESSION_KEYS: dict[str, ConditionKey] = {row[0]: ConditionKey(*row) for row in _condition_keys.SESSION_ROWS}
"""Keys of other services that sessions carry to KMS; `<oidc-provider>` stands for a provider's domain name."""
CONDITION_KEYS: dict[str, ConditionKey] = {
    **SESSION_KEYS,
    **GLOBAL_KEYS,
    **KMS_KEYS,
}
DISPUTED: tuple[DisputedKey, ...] = tuple(DisputedKey(*row) for row in _condition_keys.DISPUTED)

_FAMILY_ENDS = (":", "/")
_BY_LOWER_CASE = {folded(name): key for name, key in CONDITION_KEYS.items()}
_FAMILIES = tuple(name for name in _BY_LOWER_CASE if name.endswith(_FAMILY_ENDS))
ENCRYPTION_CONTEXT = "kms:encryptioncontext:"
"""The family of the pairs of an encryption context."""
ENCRYPTION_CONTEXT_KEYS = "kms:encryptioncontextkeys"
"""The names of the pairs of an encryption context."""
RESOURCE_TAG, REQUEST_TAG, PRINCIPAL_TAG = "aws:resourcetag/", "aws:requesttag/", "aws:principaltag/"
OF_CALLERS_ARN = frozenset({"aws:principalarn", "aws:username", "aws:principaltype", "aws:principalaccount", "kms:calleraccount"})
"""What the caller's ARN tells, whatever else a request says of it."""
_OF_CALLERS = OF_CALLERS_ARN | frozenset(
    {"aws:userid", "aws:multifactorauthpresent", "aws:multifactorauthage", "aws:federatedprovider", "aws:sourceidentity"}
)
VIA_SERVICE = "kms:viaservice"
"""Through which AWS service a call came."""
TAG_KEYS = "aws:tagkeys"
"""The names of the tags that a request sets or removes."""
OLD_NAMES = {name: folded(key.same_as) for name, key in _BY_LOWER_CASE.items() if key.same_as}
"""Deprecated condition keys, in lower case, and those that took their place (conditions-kms)."""
FOR_AWS_RESOURCE = Condition("Bool", "kms:GrantIsForAWSResource", ("true",))
"""A grant is made by an AWS service for its resource."""


class GrantKey(StrEnum):
    """The condition keys that the parameters of CreateGrant give, in lower case."""

    GRANTEE = "kms:granteeprincipal"
    GRANTEE_SERVICE = "kms:granteeserviceprincipal"
    RETIRING = "kms:retiringprincipal"
    RETIRING_SERVICE = "kms:retiringserviceprincipal"
    OPERATIONS = "kms:grantoperations"
    CONSTRAINT_TYPE = "kms:grantconstrainttype"
    CONSTRAINT_SOURCE_ARN = "kms:grantconstraintsourcearn"


GRANT_KEYS = frozenset(GrantKey)

# The keys that requests of some actions carry only: those of KMS, and the global ones that it lists by action.
_OF_KMS_ACTIONS = ("kms:", REQUEST_TAG, RESOURCE_TAG, TAG_KEYS)
OIDC_PROVIDER = "<oidc-provider>:"


@lru_cache(maxsize=4096)
def find(name: str) -> ConditionKey | None:
    """Return the condition key of that name, or the family it belongs to; None if there is no such key.

    The name of a member (`kms:EncryptionContext:aws:s3:arn`) may hold colons and slashes; it may not be empty.
    """
    lower = folded(name)
    family = family_of(lower)
    if family:
        return _BY_LOWER_CASE[family]
    claim = oidc_claim(lower)
    if claim:
        found = _BY_LOWER_CASE.get(OIDC_PROVIDER + claim)
        return found and found._replace(name=name)
    return None if lower.endswith(_FAMILY_ENDS) else _BY_LOWER_CASE.get(lower)


@lru_cache(maxsize=4096)
def title(key: str) -> str:
    """Return the documented spelling of a condition key, whatever its case; the name of a member as it is given."""
    found, family = find(key), family_of(key)
    if found is None:
        return key
    return f"{found.name}{key[len(family) :]}" if family else found.name


def pair_key(name: str) -> str:
    """Return the condition key of the pair of an encryption context that has this name."""
    return f"kms:EncryptionContext:{name}"


def oidc_claim(name: str) -> str | None:
    """Return the claim in a key of an OIDC provider: `sub` of `accounts.google.com:sub`; None if the key is of no provider.

    Source: IAM User Guide, reference_policies_iam-condition-keys: a provider's keys begin with its URL, without `https://`.
    """
    provider, _, claim = folded(name).rpartition(":")
    return claim if "." in provider.partition("/")[0] and ":" not in provider else None


def family_of(name: str) -> str | None:
    """Return the family that the key is a member of, in lower case: `kms:encryptioncontext:`; None if it has none."""
    lower = folded(name)
    return next((family for family in _FAMILIES if lower.startswith(family) and lower != family), None)


@lru_cache(maxsize=16384)
def on_action(name: str, action: str) -> bool:
    """Return whether requests of that action can carry the key.

    False for an unknown key or action. Where the sources contradict each other (C11), as DISPUTED says.
    """
    found, known = find(name), find_action(action)
    if found is None or known is None:
        return False
    lower = folded(found.same_as or found.name)
    if not lower.startswith(_OF_KMS_ACTIONS):
        return True
    if lower.startswith("kms:recipientattestation:"):
        lower = "kms:recipientattestation:"
    return lower in known.condition_keys


@lru_cache(maxsize=16384)
def carried(name: str, action: str) -> bool:
    """Return whether requests of an action can carry a condition key, for all that is known.

    True where nothing speaks against it: a key that nobody knows, a global key on an action of another service.
    """
    if find(name) is None or find_action(action) is None:
        return not folded(name).startswith("kms:" if find(name) is None else _OF_KMS_ACTIONS)
    return on_action(name, action)


@lru_cache(maxsize=16384)
def disputed(name: str, action: str) -> DisputedKey | None:
    """Return the contradiction between AWS sources about that key on that action, if there is one (C11)."""
    known, found = find_action(action), find(name)
    lower = folded((found.same_as or family_of(name) or name) if found else name)
    rows = (row for row in DISPUTED if row.key == lower and known is not None and known.name in row.actions)
    return next(rows, None)


def is_for_iam_only(name: str) -> bool:
    """Return whether no key policy can rest on the key: aws:ResourceTag and kms:ResourceAliases work in IAM policies only (C4).

    Source: KMS Developer Guide, conditions-kms (kms:ResourceAliases), conditions-aws (aws:ResourceTag).
    """
    found = find(name)
    return found is not None and found.policies == "iam"


def tells_caller(key: str) -> bool:
    """Return whether a condition key is about who calls: some of those whom a line means may meet it where others cannot."""
    lower = folded(key)
    return lower in _OF_CALLERS or lower.startswith(PRINCIPAL_TAG)
