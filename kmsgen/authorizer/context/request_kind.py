"""Kinds of requests by signer, route and action: which condition keys AWS sends with all of them.

Source: the availability of condition keys in the catalogue, each row with its pages.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from kmsgen.authorizer.memo import Memo
from kmsgen.catalogue.availability import Occurrence, Presence, PrincipalKind, Route, availability
from kmsgen.catalogue.model import Values

MAX_KINDS = 256
MAX_KEYS = 256


class Consequences(NamedTuple):
    """Condition keys that follow from told ones: `implied` with their value (empty for any), and `excluded` ones."""

    implied: Mapping[str, str]
    excluded: frozenset[str]


class RequestKind:
    """The requests of one kind of signer, by one route, for one action; `signer` is None for who cannot call KMS.

    `occurrence`: how AWS sends a condition key (in lower case) with them, None for an unknown key. `tellable`: whether such a
    request may tell the key. `consequences`: what follows from all keys that one tells.
    """

    __slots__ = ("__weakref__", "action", "consequences", "occurrence", "route", "signer", "tellable")

    def __init__(self, signer: PrincipalKind | None, route: Route, action: str) -> None:
        self.signer = signer
        self.route = route
        self.action = action
        self.occurrence = Memo(MAX_KEYS, self._occurrence)
        self.tellable = Memo(MAX_KEYS, self._tellable)
        self.consequences = Memo(MAX_KEYS, self._consequences)

    def _occurrence(self, key: str) -> Occurrence | None:
        row = availability(key) if self.signer is not None else None
        return None if row is None or self.signer is None else row.occurrence(self.signer, self.route, self.action)

    def _tellable(self, key: str) -> bool:
        """Return whether a request may tell a key; a forward access session also those of the request that it began with."""
        if self.signer is None or not _never(self, key):
            return True
        if self.route is not Route.FORWARD_ACCESS_SESSION:
            return False
        first = (kind_of_requests(self.signer, route, self.action) for route in Route)
        return any(kind.occurrence[key] is not None and not _never(kind, key) for kind in first)

    def _consequences(self, told: Values) -> Consequences:
        rows = [row for row in map(availability, filter(self.tellable.__getitem__, told)) if row is not None]
        implied: dict[str, str] = {}
        for row in rows:
            for name, value in row.implies:
                implied.setdefault(name, value)
        return Consequences(implied, frozenset(key for row in rows for key in row.excludes))


def _never(kind: RequestKind, key: str) -> bool:
    found = kind.occurrence[key]
    return found is not None and found.presence is Presence.NEVER


@lru_cache(maxsize=MAX_KINDS)
def kind_of_requests(signer: PrincipalKind | None, route: Route, action: str) -> RequestKind:
    """Return the one RequestKind of a signer, route and action, with what it remembers."""
    return RequestKind(signer, route, action)
