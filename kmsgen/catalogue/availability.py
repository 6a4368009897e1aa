"""Availability of condition keys: which requests AWS sends each key with, and what a request that does not tell one holds.

Source: IAM User Guide, reference_policies_condition-keys, access_forward_access_sessions; KMS Developer Guide, conditions-kms;
each row names its pages. Where pages contradict each other or are silent, that is the answer, with what they say.
"""

from collections.abc import Collection
from enum import StrEnum
from functools import lru_cache
from types import ModuleType
from typing import Any, NamedTuple

from kmsgen.catalogue.actions import find as find_action
from kmsgen.catalogue.condition_keys import OIDC_PROVIDER, carried, disputed, family_of, find, oidc_claim
from kmsgen.catalogue.model import DisputedKey, Values
from kmsgen.policy.letter_case import folded

Reading = tuple[str, str]  # the page, and what it says


class PrincipalKind(StrEnum):
    """Whose credentials sign a request. A role session is one whose ARN does not tell how the role was assumed."""

    USER = "user"
    ROLE_SESSION = "role session"
    WEB_IDENTITY_SESSION = "web identity session"
    SAML_SESSION = "SAML session"
    FEDERATED_USER = "federated user"
    ROOT_USER = "root user"
    SERVICE_PRINCIPAL = "service principal"
    SERVICE_LINKED_ROLE = "service-linked role"


class Route(StrEnum):
    """How a request reaches KMS. A forward access session is an AWS service that acts for its caller (kms:ViaService)."""

    DIRECT = "direct"
    VPC_ENDPOINT = "VPC endpoint"
    FORWARD_ACCESS_SESSION = "forward access session"
    SERVICE_PRINCIPAL = "service principal"


class Presence(StrEnum):
    """Whether a request holds a key. CONTRADICTION: AWS's pages differ; UNDOCUMENTED: none says."""

    ALWAYS = "always"
    SOMETIMES = "sometimes"
    NEVER = "never"
    CONTRADICTION = "contradiction"
    UNDOCUMENTED = "undocumented"


class Untold(StrEnum):
    """What a key is taken to hold in a scenario's request that neither tells it nor tells or describes what it follows from.

    DERIVED: what it follows from is always told (the caller's ARN, the route, a parameter's default).
    ABSENT: whoever sends such a request would have told the key. OPEN: unknown, be it the value or whether it is there.
    """

    ABSENT = "absent"
    OPEN = "open"
    DERIVED = "derived"


ORIGINS = (
    "caller ARN",
    "caller description",  # tags, the role's path, the account's organization
    "resource ARN",
    "key",  # its description
    "parameters",
    "encryption context",
    "grant",
    "route",
)


class Occurrence(NamedTuple):
    """How a key occurs in the requests of some callers, by some routes, of some actions; empty: of any."""

    kinds: Values
    routes: Values
    actions: Values
    presence: Presence
    untold: Untold
    values: Values  # all that it can hold; empty: not limited here, see the key's type and values
    shape: str  # of it, or of one of its values: `*:${session}`; * is any text without a colon, ${...} a part of the caller's ARN
    why: str
    readings: tuple[Reading, ...]  # what the pages say of a contradiction or a silence

    def may_hold(self, asked: Collection[str]) -> bool:
        """Return whether the key can be there with one of some values; none: with whatever value."""
        limited = asked and self.values and not any(value in self.values for value in asked)
        return self.presence is not Presence.NEVER and not limited

    def fits(self, kind: PrincipalKind, route: Route, action: str) -> bool:
        """Return whether it is about such a request."""
        return (
            (not self.kinds or kind in self.kinds)
            and (not self.routes or route in self.routes)
            and (not self.actions or action in self.actions)
        )


_NOT_CARRIED = Occurrence((), (), (), Presence.NEVER, Untold.ABSENT, (), "", "no page gives the action the key", ())


class Availability(NamedTuple):
    """When AWS sends one condition key, and what it follows from."""

    key: str  # as it was asked for, in lower case; of a deprecated name the key it stands for
    follows_from: Values  # of ORIGINS; empty: nothing tells it
    how: str
    occurrences: tuple[Occurrence, ...]  # the first that fits
    parameter: str  # the request parameter that it is, or empty
    default: str  # what KMS takes for an absent parameter, or empty
    implies: tuple[tuple[str, str], ...]  # keys that are there too, each with its value, or empty for any
    excludes: Values  # keys that are then not there
    note: str
    sources: Values

    def occurrence(self, kind: PrincipalKind, route: Route, action: str) -> Occurrence:
        """Return how the key occurs in a request of an action (`Decrypt`); a service principal has its own route only."""
        known = find_action(action)
        route = Route.SERVICE_PRINCIPAL if kind is PrincipalKind.SERVICE_PRINCIPAL else route
        found = next(each for each in self.occurrences if each.fits(kind, route, known.name if known else action))
        dispute = disputed(self.key, action)
        if dispute is not None and not dispute.settled and found.presence is not Presence.NEVER:
            return _in_dispute(dispute)
        return found if carried(self.key, action) else _NOT_CARRIED

    def for_caller(self, kind: PrincipalKind, route: Route, action: str) -> Presence:
        """Return whether requests of such a caller hold the key."""
        return self.occurrence(kind, route, action).presence

    def untold(self, kind: PrincipalKind, route: Route, action: str) -> Untold:
        """Return what the key is taken to hold where nothing tells it."""
        return self.occurrence(kind, route, action).untold


def _in_dispute(row: DisputedKey) -> Occurrence:
    given = [(source, "gives the action the key") for source in row.given_by]
    missing = [(source, "does not give the action the key") for source in row.not_by]
    readings = (*given, *missing)
    return Occurrence((), (), row.actions, Presence.CONTRADICTION, Untold.OPEN, (), "", row.why, readings)


@lru_cache(maxsize=4096)
def availability(key: str) -> Availability | None:
    """Return the row of a condition key in any case, or of the family it belongs to; None for a key that nobody knows."""
    found = find(key)
    lower = folded(found.same_as if found and found.same_as else key)
    keys = _data().KEYS
    number = next((keys[name] for name in _names(lower) if name in keys), None)
    return None if number is None else _build(lower, number)


def _data() -> ModuleType:
    from kmsgen.catalogue import _availability  # noqa: PLC0415 - a run that decides nothing needs no row

    return _availability


def _names(key: str) -> Values:
    """Return the names that a key's row can have, the narrowest first; none for a family without a member."""
    if key.endswith((":", "/")):
        return ()
    claim = oidc_claim(key)
    if claim:
        return (OIDC_PROVIDER + claim, OIDC_PROVIDER)
    return (key, family_of(key) or "", key[: key.rfind(":") + 1], key[: key.find(":") + 1])


def _build(key: str, number: int) -> Availability:
    follows_from, how, occurrences, parameter, default, implies, *rest = _data().ROWS[number]
    others = tuple(pair for pair in implies if pair[0] != key)
    return Availability(key, follows_from, how, tuple(map(_occurrence, occurrences)), parameter, default, others, *rest)


def _occurrence(row: tuple[Any, ...]) -> Occurrence:
    kinds, routes, actions, presence, untold, values, shape, why, readings = row
    said = _data().READINGS.get(readings, ())
    return Occurrence(kinds, routes, actions, Presence(presence), Untold(untold), values, shape, why, said)
