"""Keys that could not be read, and principals whose IAM policies could not: any policy may allow or limit them.

A bundle leaves such principals undescribed, and the prover assumes every IAM policy and none. If asked by name, the answer must
be the same with a policy that allows everything and with one that denies everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kmsgen.authorizer.language.principal import Caller, CallerKind, caller_of
from kmsgen.authorizer.request import Request
from kmsgen.policy.bundle import ALIASES, KIND, MULTI_REGION, ORIGIN, TAGS, Bundle, KeyAccess, PrincipalPolicies
from kmsgen.policy.document import EVERYONE, Document, Effect, Statement

ANYBODY = "*"
"""Stands, in place of an ARN, for whoever is not described."""

_OF_A_KEY = frozenset({TAGS, ALIASES, KIND, ORIGIN})
_MULTI_REGION_ID = "mrk-"
_WITH_POLICIES = (CallerKind.USER, CallerKind.ROLE, CallerKind.SESSION)


def why_unread(unread: Mapping[str, str], principal: str, bundle: Bundle) -> str:
    """Return why a principal's IAM policies are unknown; empty if they are known, or if it has none."""
    caller = caller_of(principal, bundle.principals)
    if not unread or caller.described or caller.kind not in _WITH_POLICIES:
        return ""
    why = unread.get(caller.arn) or unread.get(_holder(caller)) or unread.get(ANYBODY)
    return f"the IAM policies of {_holder(caller)}: {why}" if why else ""


def why_key_unread(unread: Mapping[str, str], request: Request, bundle: Bundle) -> str:
    """Return why a key is unknown that a request is about, or may be about by an alias; empty if it is known."""
    missing = [access.key.arn for access in bundle.keys if access.key.arn in unread]
    if not missing:
        return ""
    known = {access.key.arn for access in bundle.keys} - set(missing)
    named = request.resources or (bundle.keys[0].key.arn,)
    first = next((missing[0] if one not in missing else one for one in named if one not in known), "")
    return f"the key {first}: {unread[first]}" if first else ""


def as_keys_may_be(bundle: Bundle, arns: Iterable[str], effect: Effect) -> Bundle:
    """Return the bundle in which these keys allow, or deny, everybody everything; what else they are is not told."""
    everything = Document((Statement(effect, ("*",), ("*",), (EVERYONE,), sid="unknown"),))
    unread = set(arns)

    def maybe(access: KeyAccess) -> KeyAccess:
        related = access.key.arn.rpartition("/")[2].startswith(_MULTI_REGION_ID)
        untold = _OF_A_KEY | ({MULTI_REGION} if related else set())
        return KeyAccess(access.key._replace(multi_region=related, untold=untold), everything)

    return bundle._replace(keys=tuple(maybe(one) if one.key.arn in unread else one for one in bundle.keys))


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
