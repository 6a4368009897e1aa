"""Principals whose IAM policies could not be read: they may hold any policy and be limited by any.

A bundle leaves them undescribed, and the prover assumes every IAM policy and none. If asked by name, the answer must be the same
with a policy that allows everything and with one that denies everything.
"""

from __future__ import annotations

from collections.abc import Mapping

from kmsgen.authorizer.language.principal import Caller, CallerKind, caller_of
from kmsgen.policy.bundle import Bundle, PrincipalPolicies
from kmsgen.policy.document import Document, Effect, Statement

ANYBODY = "*"
"""Stands, in place of an ARN, for whoever is not described."""

_WITH_POLICIES = (CallerKind.USER, CallerKind.ROLE, CallerKind.SESSION)


def why_unread(unread: Mapping[str, str], principal: str, bundle: Bundle) -> str:
    """Return why a principal's IAM policies are unknown; empty if they are known, or if it has none."""
    caller = caller_of(principal, bundle.principals)
    if not unread or caller.described or caller.kind not in _WITH_POLICIES:
        return ""
    why = unread.get(caller.arn) or unread.get(_holder(caller)) or unread.get(ANYBODY)
    return f"the IAM policies of {_holder(caller)}: {why}" if why else ""


def as_they_may_be(bundle: Bundle, principal: str) -> tuple[Bundle, Bundle]:
    """Return the bundle with the principal allowed everything by IAM, and with it denied everything."""
    allowing, denying = (held_by(bundle, [_holder(caller_of(principal, bundle.principals))], one) for one in Effect)
    return allowing, denying


def held_by(bundle: Bundle, principals: list[str], effect: Effect) -> Bundle:
    """Return the bundle in which these principals hold one policy that allows, or denies, everything."""
    everything = PrincipalPolicies((Document((Statement(effect, ("*",), ("*",), sid="unknown"),)),))
    return bundle._replace(principals={**bundle.principals, **dict.fromkeys(principals, everything)})


def _holder(caller: Caller) -> str:
    return caller.role or caller.arn
