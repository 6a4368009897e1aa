"""Routes of example calls: whether a caller can send what a situation tells, and what of it no page says for sure.

Source: the pages that the rows of catalogue.availability name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import product

from kmsgen.arn import is_service_principal, parse_arn
from kmsgen.catalogue.availability import Availability, Occurrence, Presence, PrincipalKind, Route, availability
from kmsgen.catalogue.condition_keys import OF_CALLERS_ARN, carried
from kmsgen.checks.example_requests import ExampleSituation
from kmsgen.checks.intent.specification import is_service_linked
from kmsgen.policy.letter_case import folded

Values = tuple[str, ...]

_SESSIONS = (PrincipalKind.ROLE_SESSION, PrincipalKind.WEB_IDENTITY_SESSION, PrincipalKind.SAML_SESSION)
_KINDS = {
    "user": (PrincipalKind.USER,),
    "role": _SESSIONS,
    "assumed-role": _SESSIONS,
    "federated-user": (PrincipalKind.FEDERATED_USER,),
    "root": (PrincipalKind.ROOT_USER,),
}
_ROUTES = (Route.DIRECT, Route.VPC_ENDPOINT, Route.FORWARD_ACCESS_SESSION)
_UNSURE = (Presence.CONTRADICTION, Presence.UNDOCUMENTED)
_BY_ROUTE = ("route",)


def as_sent(situation: ExampleSituation, caller: str, action: str, said: Collection[str] = ()) -> ExampleSituation | None:
    """Return the situation as a caller can send it, by one route; None if no route brings all of it.

    Of what follows from the route, values that AWS's pages contradict each other about or do not tell are left out, except of
    the condition keys `said` (lower case): whatever they are, the call has to be allowed.
    """
    told = list(_told(situation, action))
    for kind, route in product(_kinds(caller), _ROUTES):
        found = [(folded(name), values, row, row.occurrence(kind, route, action)) for name, values, row in told]
        if all(one.may_hold(values) for _, values, _, one in found if values):
            return situation.without({name for name, _, row, one in found if _is_unsure(row, one)}.difference(said))
    return None


def _told(situation: ExampleSituation, action: str) -> Iterator[tuple[str, Values, Availability]]:
    """Yield what a situation tells, with the row of each key; not what the caller's ARN tells or the action never carries."""
    for name, values in situation.context.items():
        row = availability(name)
        if row is not None and carried(name, action) and folded(name) not in OF_CALLERS_ARN:
            yield name, values, row


def _is_unsure(row: Availability, found: Occurrence) -> bool:
    return row.follows_from == _BY_ROUTE and found.presence in _UNSURE


def _kinds(caller: str) -> tuple[PrincipalKind, ...]:
    if is_service_principal(caller):
        return (PrincipalKind.SERVICE_PRINCIPAL,)
    if is_service_linked(caller):
        return (PrincipalKind.SERVICE_LINKED_ROLE,)
    arn = parse_arn(caller)
    return _KINDS.get(arn.kind, _SESSIONS) if arn is not None else _SESSIONS
