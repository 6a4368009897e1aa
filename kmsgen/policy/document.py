"""The policy language as frozen data.

Source: IAM User Guide, reference_policies_grammar; KMS Developer Guide, key-policy-overview.
"""

from enum import StrEnum
from typing import NamedTuple


class Effect(StrEnum):
    """What a statement says, spelled as in policy JSON."""

    ALLOW = "Allow"
    DENY = "Deny"


class Principal(NamedTuple):
    """One entry of a Principal element: `kind` is AWS, Service, Federated, CanonicalUser, or `*` for a bare star."""

    kind: str
    value: str


EVERYONE = Principal("AWS", "*")


class Condition(NamedTuple):
    """One operator on one condition key, as written: `ForAnyValue:StringLikeIfExists`, `kms:EncryptionContext:app`."""

    operator: str
    key: str
    values: tuple[str, ...]


class Statement(NamedTuple):
    """One statement. `principals` is None where the element is absent, as in identity policies.

    An absent Action or Resource is an empty tuple: KMS accepts such a key-policy statement and it does nothing.
    """

    effect: Effect
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    principals: tuple[Principal, ...] | None = None
    conditions: tuple[Condition, ...] = ()
    sid: str | None = None
    not_principal: bool = False
    not_action: bool = False
    not_resource: bool = False


class Document(NamedTuple):
    """A policy: its statements, and the version that decides whether `${...}` is a variable."""

    statements: tuple[Statement, ...]
    version: str = "2012-10-17"
    id: str | None = None
