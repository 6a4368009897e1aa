"""What is asked: one call of one principal."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from kmsgen.policy.grant import Grant

Values = tuple[str, ...]


class Request(NamedTuple):
    """A call to KMS.

    `principal` is an ARN (a role ARN stands for some session of that role), a service principal's name, or `*` for an
    anonymous caller. `resources` empty means the bundle's first key. `context` holds condition keys that cannot be
    derived; what can be is derived and never believed. No values (an empty tuple) tell that a key is absent, and what is not told
    is open where AWS may send it; with `complete` it is absent: whoever asks has chosen every key that matters. `create_grant`
    holds the parameters of a CreateGrant.
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
