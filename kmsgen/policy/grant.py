"""Grants: on one key, to one grantee, a list of operations. Source: KMS Developer Guide, grants; CreateGrant."""

from typing import NamedTuple

Pairs = tuple[tuple[str, str], ...]


class GrantConstraints(NamedTuple):
    """What a request must carry. None where the constraint is absent; an empty tuple where it is present and empty."""

    encryption_context_equals: Pairs | None = None
    encryption_context_subset: Pairs | None = None
    source_arn: str | None = None


class Grant(NamedTuple):
    """One grant, or the parameters of a CreateGrant request.

    `propagated` is False for a grant that is usable with its token only. A grant has one grantee: a principal's ARN or
    a service principal's name, and `grantee_is_service` tells which field of the API holds it; likewise for retiring. `faults`
    are what parameters of a CreateGrant may say and no grant can be: both of two fields, or none; KMS refuses them.
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
    propagated: bool = True
    parent: str | None = None
    faults: tuple[str, ...] = ()
