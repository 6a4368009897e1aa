"""The likely kind of key (spec and usage) for a bare key policy, which does not tell it."""

from __future__ import annotations

from collections.abc import Iterator

from kmsgen.catalogue import services
from kmsgen.catalogue.actions import ACTIONS, expand, fits
from kmsgen.catalogue.key_specs import key_type, usages
from kmsgen.policy.document import Document, Statement
from kmsgen.prover.key_kinds import KINDS

KeyKind = tuple[str, str]  # key spec, key usage


def likely_kind(policy: Document) -> KeyKind:
    """Return the spec and usage that support most actions named in a policy; on a tie, those that its services require."""
    named = {name for statement in policy.statements for name in _actions(statement) if name in _names(statement)}
    kinds = (*_kinds_of_services(policy), *KINDS)
    return max(kinds, key=lambda kind: sum(fits(ACTIONS[name.removeprefix("kms:")], _type(kind)) for name in named))


def _kinds_of_services(policy: Document) -> Iterator[KeyKind]:
    """Yield the kinds that the services named in a policy require, such as Route 53."""
    named = {one.value for statement in policy.statements for one in statement.principals or () if one.kind == "Service"}
    for row in services.SERVICES.values():
        if row.key_specs and not named.isdisjoint(one.principal for one in row.statements):
            yield from ((spec, usage) for spec in row.key_specs for usage in usages(spec))


def _type(kind: KeyKind) -> str:
    return key_type(*kind) or "symmetric"


def _names(statement: Statement) -> frozenset[str]:
    return frozenset(name for action in statement.actions if not set("*?") & set(action) for name in expand(action))


def _actions(statement: Statement) -> tuple[str, ...]:
    """Return the actions of a statement; with NotAction, all."""
    patterns = ("*",) if statement.not_action else statement.actions
    return tuple(dict.fromkeys(name for pattern in patterns for name in expand(pattern)))
