"""The request: one call of one principal to KMS."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from kmsgen.policy.grant import Grant

Values = tuple[str, ...]


class Request(NamedTuple):
    """A call to KMS; `principal` is an ARN (of a role: some session of it), a service principal, or `*` for anonymous.

    No `resources` mean the bundle's first key. `context` holds condition keys that cannot be derived; an empty tuple tells that a
    key is absent. An untold key is open where AWS may send it, and absent if `complete`. `create_grant`: the grant of a
    CreateGrant.
    """

    principal: str
    action: str
    resources: tuple[str, ...] = ()
    encryption_context: Mapping[str, str] = MappingProxyType({})
    context: Mapping[str, Values] = MappingProxyType({})
    grant_tokens: tuple[str, ...] = ()
    create_grant: Grant | None = None
    grant_id: str | None = None
    parameters: Mapping[str, object] = MappingProxyType({})
    complete: bool = False
