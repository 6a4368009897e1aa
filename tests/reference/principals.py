"""Whom a Principal element means, and whom a NotPrincipal spares.

Source: IAM User Guide, reference_policies_elements_principal, reference_policies_elements_notprincipal,
reference_policies_evaluation-logic_policy-eval-denyallow, id_credentials_temp_control-access_getfederationtoken.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from tests.reference.caller import Caller, Kind
from tests.reference.patterns import compare, literal, wild
from tests.reference.three import Answer, any_of


class Named(IntEnum):
    """How an entry of a Principal element means a caller, from the least to the most direct."""

    BY_ACCOUNT = 1
    BY_USER = 2  # a federated session by the user behind it
    BY_ROLE = 3
    AS_ANYONE = 4
    DIRECTLY = 5


@dataclass(frozen=True)
class Entry:
    """One entry of a Principal element: `kind` is AWS, Service, Federated, CanonicalUser, or `*` for a bare star."""

    kind: str
    value: str


def entries(element: Any) -> list[Entry]:
    """Return the entries of a Principal or NotPrincipal element."""
    if element == "*":
        return [Entry("*", "*")]
    pairs = ((kind, values if isinstance(values, list) else [values]) for kind, values in element.items())
    return [Entry(kind, value) for kind, values in pairs for value in values]


def meaning(entry: Entry, caller: Caller) -> tuple[Named, Answer] | None:
    """Tell how an entry means a caller, and whether it surely does; None if it does not."""
    if entry.value == "*" and entry.kind in ("*", "AWS"):
        return Named.AS_ANYONE, True
    if caller.kind in (Kind.SERVICE, Kind.ANONYMOUS):
        return (Named.DIRECTLY, True) if entry.kind == "Service" and entry.value == caller.arn else _canonical(entry)
    if entry.kind != "AWS":
        return _canonical(entry)
    return _of_account(entry.value, caller)


def _canonical(entry: Entry) -> tuple[Named, Answer] | None:
    """S13: whom a CanonicalUser names in a key policy is not said."""
    return (Named.DIRECTLY, None) if entry.kind == "CanonicalUser" else None


def _of_account(value: str, caller: Caller) -> tuple[Named, Answer] | None:
    if caller.is_account(value):
        return (Named.DIRECTLY if caller.kind is Kind.ROOT else Named.BY_ACCOUNT), True
    if caller.names_role(value):
        return Named.BY_ROLE, True
    if value == caller.arn:
        return Named.DIRECTLY, True
    return _perhaps(value, caller)


def _perhaps(value: str, caller: Caller) -> tuple[Named, Answer] | None:
    """Return what an entry may mean: the user behind a federated session, a pattern.

    A role asked about stands for a session of it that no policy names.
    """
    if caller.kind is Kind.FEDERATED and value.startswith(f"arn:{caller.partition}:iam::{caller.account}:user/"):
        return Named.BY_USER, None
    names = (literal(caller.arn), *caller.role_shapes)
    if set("*?") & set(value) and any(compare(wild(value), name) is not False for name in names):
        return Named.DIRECTLY, None
    return None


def meanings(statement: dict[str, Any], caller: Caller) -> Iterator[tuple[Named, Answer]]:
    """Yield the ways in which a statement's Principal element means a caller."""
    for entry in entries(statement.get("Principal") or {}):
        found = meaning(entry, caller)
        if found is not None:
            yield found


def reaches(statement: dict[str, Any], caller: Caller) -> Answer:
    """Tell whether a Deny, or a statement of an endpoint policy, is about a caller."""
    if "NotPrincipal" in statement:
        return not_spared(statement, caller)
    return any_of(answer for _named, answer in meanings(statement, caller))


def not_spared(statement: dict[str, Any], caller: Caller) -> Answer:
    """Tell whether NotPrincipal leaves a caller out of those it spares.

    Spared is who is listed with its account; a session must be listed with its role and its account. Whoever has a permissions
    boundary is never spared. Whatever the page leaves open is open (S11).
    """
    if caller.beside.get("boundary") is not None:
        return True
    listed = entries(statement["NotPrincipal"])
    if caller.kind in (Kind.SERVICE, Kind.ANONYMOUS):
        return not any(entry.kind == "Service" and entry.value == caller.arn for entry in listed)
    names = [entry.value for entry in listed if entry.kind in ("AWS", "*")]
    if "*" in names:
        return None
    account = any(caller.is_account(name) for name in names)
    own = caller.arn in names or (caller.kind is Kind.ROOT and account)
    role = caller.kind is not Kind.ROLE or any(caller.names_role(name) for name in names)
    if caller.kind is Kind.ROLE and not caller.is_session:
        # A role stands for a session of it, which is not listed.
        return None if account and role else True
    if account and own and role:
        return False
    return None if own or (caller.kind is Kind.ROLE and role) else True
