"""Which condition keys a request can decide, found by asking the authorizer's own view of a request with and without them."""

from __future__ import annotations

from kmsgen.authorizer.context.lookup import View, carried
from kmsgen.authorizer.evaluation.grants import CREATE, RETIRE
from kmsgen.authorizer.language.principal import CallerKind
from kmsgen.prover.requests.constraints import CONTEXT, CONTEXT_KEYS
from kmsgen.prover.requests.witness import GRANT_KEYS

PROBE = "kmsgen-probe"
_COMPANIONS = {"aws:multifactorauthage": {"aws:MultiFactorAuthPresent": ("true",)}}


def decides(key: str, view: View) -> bool:
    """Return whether what the caller says of a key changes what the authorizer sees of it."""
    if not carried(key, view.action.name):
        return False
    if key.startswith(CONTEXT) or key in (CONTEXT_KEYS, "kms:grantconstrainttype"):
        symmetric = view.target.key is not None and view.target.key.spec == "SYMMETRIC_DEFAULT"
        return symmetric and view.action.name != RETIRE
    if key in GRANT_KEYS:
        return view.action.name == CREATE
    given = {key: (_probe_value(key, view),), **_COMPANIONS.get(key, {})}
    if any(name.lower() == key for name in view.request.context):
        return False
    asked = view.request._replace(context={**view.request.context, **given})
    return View(asked, view.caller, view.action, view.target, view.grant).lookup(key) != view.lookup(key)


def _probe_value(key: str, view: View) -> str:
    if key == "kms:requestalias" and view.target.key is not None and view.target.key.aliases:
        return view.target.key.aliases[0]
    if key == "aws:userid" and view.caller.kind is CallerKind.SESSION:
        return f"AROAEXAMPLE:{view.caller.session}"
    return PROBE
