"""The request: one call of one principal to KMS."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from kmsgen.policy.grant import Grant

Values = tuple[str, ...]


class Request(NamedTuple):
    """A call to KMS; `principal` is an ARN (of a role: some session of it), a service principal, or `*` for anonymous.

    An untold condition key is open where AWS may send it, and absent if `complete`.
    """

    principal: str
    action: str
    resources: tuple[str, ...] = ()  # ARNs; none: the bundle's first key
    encryption_context: Mapping[str, str] = MappingProxyType({})
    context: Mapping[str, Values] = MappingProxyType({})  # keys that cannot be derived; an empty tuple: absent
    grant_tokens: tuple[str, ...] = ()
    create_grant: Grant | None = None  # what CreateGrant asks for
    grant_id: str | None = None
    parameters: Mapping[str, object] = MappingProxyType({})
    complete: bool = False
