"""Grants: on one key, to one grantee, a list of operations. Source: KMS Developer Guide, grants; CreateGrant."""

from typing import NamedTuple

Pairs = tuple[tuple[str, str], ...]


class GrantConstraints(NamedTuple):
    """What a request must carry. None where the constraint is absent; an empty tuple where it is present and empty."""

    encryption_context_equals: Pairs | None = None
    encryption_context_subset: Pairs | None = None
    source_arn: str | None = None


class Grant(NamedTuple):
    """One grant, or the parameters of a CreateGrant request; grantee and retiring principal are ARNs or names of services.

    `grantee_is_service` and `retiring_is_service` tell which field of the API holds them.
    """

    id: str
    grantee: str
    operations: tuple[str, ...]
    constraints: GrantConstraints = GrantConstraints()
    grantee_is_service: bool = False
    retiring: str | None = None
    retiring_is_service: bool = False
    name: str | None = None
    issuing_account: str | None = None
    tokens: tuple[str, ...] = ()
    propagated: bool = True  # False: usable with its token only
    parent: str | None = None
    faults: tuple[str, ...] = ()  # what parameters of CreateGrant may say and no grant can be; KMS refuses it
