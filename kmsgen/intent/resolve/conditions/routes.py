"""Callers and routes of a call: which request holds every condition key that a line asks for.

A call that a service makes for a principal does not come through the principal's VPC endpoint, and one through an endpoint has
no source address: conditions on two of them never hold together. Source: the pages that the rows of catalogue.availability name.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from kmsgen.catalogue import condition_keys
from kmsgen.catalogue.availability import PrincipalKind, Route, availability
from kmsgen.intent.intent import When
from kmsgen.intent.resolve.context import Context
from kmsgen.intent.resolve.principals import Who
from kmsgen.policy.document import Condition
from kmsgen.policy.operators import exact_values, split_operator
from kmsgen.reading import Steps

Values = tuple[str, ...]
_Request = tuple[PrincipalKind, Route, str]

_ROLE = (PrincipalKind.ROLE_SESSION, PrincipalKind.WEB_IDENTITY_SESSION, PrincipalKind.SAML_SESSION)
_KINDS = {
    "user": (PrincipalKind.USER, PrincipalKind.FEDERATED_USER),
    "role": _ROLE,
    "assumed-role": (*_ROLE, PrincipalKind.SERVICE_LINKED_ROLE),
    "federated-user": (PrincipalKind.FEDERATED_USER,),
}
_ANYONE = (*_KINDS["user"], *_KINDS["assumed-role"], PrincipalKind.ROOT_USER)
_ROUTES = (Route.DIRECT, Route.VPC_ENDPOINT, Route.FORWARD_ACCESS_SESSION)
# field of `when` -> the condition key that it asks for
_FIELDS = {
    "via": "kms:ViaService",
    "source_vpce": "aws:SourceVpce",
    "source_ip": "aws:SourceIp",
    "mfa": "aws:MultiFactorAuthPresent",
    "principal_tags": "aws:PrincipalTag/any",
    "organization": "aws:PrincipalOrgID",
}
_VALUES = {"mfa": frozenset({"true"})}


def check_routes(when: When, allowed: Values, steps: Steps, who: Who | None, context: Context) -> None:
    """Report conditions whose keys no request of the principal for an action of the line holds, alone or together."""
    asked = dict(_asked(when))
    actions = [action for action in allowed if action.startswith("kms:")]
    if who is None or not asked or not actions:
        return
    linked = (PrincipalKind.SERVICE_LINKED_ROLE,) if who.service_linked else None
    possible = set(product(linked or _KINDS.get(who.kind, _ANYONE), _ROUTES, actions))
    met: list[str] = []
    for name, (key, values) in asked.items():
        left = possible & _holding(key, values, possible)
        if not left:
            context.refuse(steps, "when-never-holds", _message(name, met, who), "two lines, one with each" if met else "")
            return
        if left != possible:
            met.append(name)
        possible = left


def _message(name: str, met: list[str], who: Who) -> str:
    if not met:
        return f"no request of `{who.arn}` for an action of this line holds what `{name}` asks for"
    others = " and ".join(f"`{other}`" for other in met)
    return f"`{name}` never holds together with {others}: no call comes by both ways"


def _asked(when: When) -> Iterator[tuple[str, tuple[str, frozenset[str]]]]:
    """Yield what a request must hold: the word of the file, with the condition key and, where it asks for such, its values."""
    yield from ((name, (key, _VALUES.get(name, frozenset()))) for name, key in _FIELDS.items() if getattr(when, name))
    if when.grant.for_aws:
        yield "for_aws", ("kms:GrantIsForAWSResource", frozenset({"true"}))
    yield from ((each.key, (each.key, exact_values(each.operator, each.values))) for each in when.conditions if _needs_key(each))


def _holding(key: str, values: frozenset[str], requests: set[_Request]) -> set[_Request]:
    """Return the requests that may hold a key: all but those of which a page says that they never do, or never so."""
    row = availability(key)
    if row is None:
        return requests
    return {each for each in requests if row.occurrence(*each).may_hold(values) or not _is_carried(key, each[2])}


def _is_carried(key: str, action: str) -> bool:
    """Tell whether an action's requests can hold a key at all; conditions on what they cannot are reported elsewhere."""
    return condition_keys.on_action(key, action)


def _needs_key(condition: Condition) -> bool:
    """Tell whether a condition cannot hold in a request without its key."""
    name = split_operator(condition.operator)
    if name is None or name.if_exists or name.quantifier == "ForAllValues":
        return False
    return "false" in condition.values if name.base == "Null" else "Not" not in name.base
