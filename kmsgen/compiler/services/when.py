"""`can` and `when` of a line of `services`: which conditions hold on an action, and what could never hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product

from kmsgen.catalogue.availability import Availability, Presence, PrincipalKind, Route, availability
from kmsgen.catalogue.condition_keys import VIA_SERVICE
from kmsgen.catalogue.model import Service, ServiceStatement
from kmsgen.compiler.conditions import (
    carries,
    fails_when_absent,
    grant_conditions,
    is_context_key,
    reads_metadata,
    share_no_value,
)
from kmsgen.compiler.permit import Conditions
from kmsgen.compiler.principals import is_service_linked
from kmsgen.compiler.services.filling import name_of, readable, refuse_broken
from kmsgen.compiler.services.parts import ServicePart
from kmsgen.errors import input_error
from kmsgen.intent.intent import ServiceUse
from kmsgen.policy.document import Condition
from kmsgen.policy.letter_case import folded
from kmsgen.policy.operators import exact_values

CREATE_GRANT = "kms:CreateGrant"
_OF_A_USER = (PrincipalKind.USER, PrincipalKind.FEDERATED_USER)
_OF_A_ROLE = (
    PrincipalKind.ROLE_SESSION,
    PrincipalKind.WEB_IDENTITY_SESSION,
    PrincipalKind.SAML_SESSION,
    PrincipalKind.SERVICE_LINKED_ROLE,
)
_OF_AN_ACCOUNT = (*_OF_A_USER, *_OF_A_ROLE, PrincipalKind.ROOT_USER)
_CALLERS_ROUTES = (Route.DIRECT, Route.VPC_ENDPOINT, Route.FORWARD_ACCESS_SESSION)


def conditions_on(
    action: str, part: ServicePart, conditions: Conditions, said: Conditions, use: ServiceUse
) -> Iterator[Condition]:
    """Yield the conditions that hold on an action: the catalogue's and, where `when` is about the part, the line's."""
    yield from _of_the_catalogue(action, part, conditions, use)
    if part.narrowed:
        yield from _of_the_line(action, said, use)
        yield from grant_conditions(use.when.grant) if action == CREATE_GRANT else ()


def _of_the_catalogue(action: str, part: ServicePart, conditions: Conditions, use: ServiceUse) -> Iterator[Condition]:
    """Yield what requests for the action carry; an action that is added must not slip past the others."""
    for condition in conditions:
        if carries(action, condition.key):
            yield condition
        elif part.beside is not None and fails_when_absent(condition) and not _goes_without(action, condition):
            message = f"`{action}` never carries `{condition.key}`, under which the catalogue lets `{name_of(use)}` in"
            raise input_error(use.location, "service-can", message, "say it under `users`, without the service")


def _of_the_line(action: str, said: Conditions, use: ServiceUse) -> Iterator[Condition]:
    for condition in said:
        if carries(action, condition.key):
            yield condition
        elif fails_when_absent(condition) and not _goes_without(action, condition):
            message = f"`{action}` never carries `{condition.key}`, so it could never be allowed under this condition"
            raise input_error(use.location, "when-never-holds", message, "leave the action out with `can`, or the condition")


def _goes_without(action: str, condition: Condition) -> bool:
    """Return whether a condition does not concern an action: one on grants, or on the context of a call that has none."""
    return folded(condition.key).startswith("kms:grant") or (is_context_key(condition.key) and reads_metadata(action))


def check_said(service: Service, part: ServicePart, said: Conditions, use: ServiceUse, known: Mapping[str, str]) -> None:
    """Refuse a condition of `when` that breaks the service, or that no request of a principal carries."""
    limits = grant_conditions(use.when.grant) if CREATE_GRANT in part.actions else ()
    for condition in (*said, *limits) if part.narrowed else ():
        refuse_broken(service, part.statement, condition.key, use)
        for name in part.principals or (part.statement.principal,) if fails_when_absent(condition) else ():
            if not _is_sent(condition, name, part):
                way = " through the service" if _comes_through(part.statement) else ""
                who = readable(name, known)
                message = f"no page says that a request of `{who}`{way} carries `{condition.key}`, so `when` may never hold"
                raise input_error(use.location, "when-never-holds", message, "leave the condition out")


def _is_sent(condition: Condition, name: str, part: ServicePart) -> bool:
    """Return whether AWS sends what a condition asks for with a principal's requests for an action that can carry its key."""
    row = availability(condition.key)
    actions = [action for action in part.actions if carries(action, condition.key)]
    if row is None or not actions:
        return True
    values = exact_values(condition.operator, condition.values)
    if _comes_through(part.statement) and not _is_ever_sent(row, name, part.statement, actions):
        return False
    cases = product(_kinds(name, part.statement), _routes(part.statement), actions)
    found = (row.occurrence(kind, way, action) for kind, way, action in cases)
    return any(each.presence is not Presence.UNDOCUMENTED and each.may_hold(values) for each in found)


def _kinds(name: str, statement: ServiceStatement) -> tuple[PrincipalKind, ...]:
    if statement.principal_kind == "Service":
        return (PrincipalKind.SERVICE_PRINCIPAL,)
    if is_service_linked(name):
        return (PrincipalKind.SERVICE_LINKED_ROLE,)
    return next((kinds for text, kinds in ((":user/", _OF_A_USER), (":role/", _OF_A_ROLE)) if text in name), _OF_AN_ACCOUNT)


def _routes(statement: ServiceStatement) -> tuple[Route, ...]:
    if statement.principal_kind == "Service":
        return (Route.SERVICE_PRINCIPAL,)
    return (Route.FORWARD_ACCESS_SESSION,) if _is_through(statement) else _CALLERS_ROUTES


def _comes_through(statement: ServiceStatement) -> bool:
    """Return whether the calls of a statement's callers come through the service, whether or not its page prints that."""
    through = any(folded(row.condition.key) == VIA_SERVICE for row in statement.conditions)
    return statement.caller and not statement.by_itself and through


def _is_ever_sent(row: Availability, name: str, statement: ServiceStatement, actions: list[str]) -> bool:
    cases = product(_kinds(name, statement), (Route.FORWARD_ACCESS_SESSION,), actions)
    return any(row.occurrence(*case).presence is not Presence.NEVER for case in cases)


def _is_through(statement: ServiceStatement) -> bool:
    return any(folded(row.condition.key) == VIA_SERVICE and row.status == "documented" for row in statement.conditions)


def check_apart(parts: Iterable[tuple[ServicePart, Conditions]], said: Conditions, use: ServiceUse) -> None:
    """Refuse a `when` that leaves nothing of a part in whatever way it is filled."""
    possible: dict[ServicePart, bool] = {}
    for part, conditions in parts:
        possible[part] = possible.get(part, False) or holds_with(part, conditions, said)
    if not all(possible.values()):
        message = f"`when` asks for other values than those with which `{name_of(use)}` calls, so it could never hold"
        raise input_error(use.location, "when-never-holds", message, "leave the condition out")


def holds_with(part: ServicePart, conditions: Conditions, said: Conditions) -> bool:
    """Return whether a request can meet a part's conditions and those of `when`: no key is pinned to other values in each."""
    return not part.narrowed or not any(share_no_value(one, other) for one in conditions for other in said)
