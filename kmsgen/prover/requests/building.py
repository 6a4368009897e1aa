"""Requests from what the search decided of them; which condition keys a request decides, and which follow from the rest.

Source: CreateGrant (API reference); KMS Developer Guide, conditions-kms.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kmsgen.authorizer.context.lookup import lookup
from kmsgen.authorizer.context.view import View
from kmsgen.authorizer.evaluation.grants import CREATE, RETIRE
from kmsgen.authorizer.language.principal import CallerKind
from kmsgen.authorizer.request import Request
from kmsgen.catalogue import grants, key_specs
from kmsgen.catalogue.condition_keys import carried, title
from kmsgen.policy.bundle import Key
from kmsgen.policy.grant import Grant
from kmsgen.policy.letter_case import folded
from kmsgen.prover.problem import Assignment, Values
from kmsgen.prover.requests.constraints import CONTEXT, CONTEXT_KEYS, TAG, TAG_KEYS
from kmsgen.prover.requests.parts.grant_request import CONSTRAINT_TYPE, GRANT_KEYS
from kmsgen.prover.values.domains import SERVICE_NAMES

_FIRST_OPERATIONS = ("Decrypt", "Sign", "GenerateMac", "DeriveSharedSecret", "Decapsulate", "Encrypt", "DescribeKey")
_AGE, _MFA = "aws:multifactorauthage", "aws:multifactorauthpresent"
PROBE = "kmsgen-probe"


def first_grant(key: Key, grantee: str) -> Grant:
    """Return a grant that KMS would create on the key: one operation, no constraint."""
    offered = grants.operations(key_specs.key_type(key.spec, key.usage) or "symmetric")
    operation = next((name for name in _FIRST_OPERATIONS if name in offered), "DescribeKey")
    return Grant("new-grant", grantee, (operation,))


def build(base: Request, decided: Assignment, derived: Iterable[str]) -> Request:
    """Return the base request with what was decided of it, absent keys told too; keys that are `derived` follow from the rest."""
    context = {**base.context, **_context(decided, derived)}
    request = base._replace(context=context, principal=decided.principal or base.principal, complete=False)
    if base.create_grant is not None:
        return request._replace(create_grant=decided.grant or base.create_grant)
    pairs = decided.pairs.get(CONTEXT)
    return request._replace(encryption_context=dict(pairs)) if pairs else request


def _context(decided: Assignment, derived: Iterable[str]) -> Mapping[str, Values]:
    left_out = {*derived, CONTEXT_KEYS, *GRANT_KEYS}
    told = {key: values or () for key, values in decided.values.items() if key not in left_out and not key.startswith(CONTEXT)}
    tags = decided.pairs.get(TAG, ())
    context = {title(key): values for key, values in told.items() if not (key.startswith(TAG) and values) and key != TAG_KEYS}
    context |= {f"aws:RequestTag/{name}": (value,) for name, value in tags}
    return {**context, title(TAG_KEYS): tuple(name for name, _ in tags)} if tags or TAG_KEYS in told else context


_COMPANIONS = {_AGE: {title(_MFA): ("true",)}}


def decides(key: str, view: View) -> bool:
    """Return whether a request decides a condition key: what it says of the key changes what the authorizer sees of it."""
    if not carried(key, view.action.name):
        return False
    if any(folded(name) == key for name in view.request.context):
        return False
    if key.startswith(CONTEXT) or key in (CONTEXT_KEYS, CONSTRAINT_TYPE):
        return takes_context(view.target.key) and view.action.name != RETIRE
    if key in GRANT_KEYS:
        return view.action.name == CREATE
    given = {key: (_probe_value(key, view),), **_COMPANIONS.get(key, {})}
    asked = view.request._replace(context={**view.request.context, **given})
    return lookup(View(asked, view.caller, view.action, view.target, view.grant), key) != lookup(view, key)


def takes_context(key: Key | None) -> bool:
    """Return whether requests to a key have an encryption context: symmetric encryption keys alone take one."""
    return key is not None and key.spec == "SYMMETRIC_DEFAULT"


def _probe_value(key: str, view: View) -> str:
    if key == "kms:requestalias" and view.target.key is not None and view.target.key.aliases:
        return view.target.key.aliases[0]
    if key == _MFA:
        return "false"
    if key == SERVICE_NAMES:
        return view.caller.name
    if key == "aws:userid" and view.caller.kind in (CallerKind.SESSION, CallerKind.ROLE):
        return f"AROAEXAMPLE:{view.caller.session or PROBE}"
    if key == "aws:userid" and view.caller.kind is CallerKind.USER:
        return "AIDAEXAMPLE"
    return PROBE
