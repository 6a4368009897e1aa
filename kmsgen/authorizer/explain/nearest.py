"""Why access was denied, in sentences, and which Allow statement came nearest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from kmsgen.authorizer.decision import Decision, ElementMatch, Outcome, StatementTrace
from kmsgen.authorizer.request import Request
from kmsgen.policy.document import Effect

UNIQUE_ID = re.compile(r"A[A-Z]{3}[A-Z0-9]{5,}\Z")
"""The unique ids that IAM gives: AIDA of a user, AROA of a role, and so on (reference_identifiers)."""
_WEIGHTS = {"Principal": 16, "NotPrincipal": 16, "Grantee": 16, "Action": 8, "NotAction": 8, "Operation": 8, "Resource": 4}
_FALLBACK_WEIGHT = 1
_WHY = {
    "key-policy": "no statement of the key policy allows {action} to {principal}",
    "identity-policy": "no IAM policy of {principal} allows {action}, and this access needs one",
    "boundary": "the permissions boundary of {principal} does not allow {action}",
    "session-policy": "the session policies of {principal} do not allow {action}",
    "scp": "the service control policies above {principal} do not allow {action} at every level",
    "vpc-endpoint-policy": "the policy of the VPC endpoint does not allow {action}",
    "grant": "no grant that the request names may be retired by {principal}",
    "resource": "the request names no key, or no alias of a key, that is known here",
    "principal": "{principal} is not a principal that can call KMS for this",
    "action": "KMS has no such action",
}
_ALONE = "the key policy does not delegate {action} to the account of {principal}; the IAM policy alone is not enough"
_OF_AWS = "the key is an AWS managed key: its key policy is AWS's own, and lets its service call for users"
_OF_NOBODY = "a service principal has no IAM policies, and {action} needs one here"
_GONE = "`{principal}` is the unique id of a principal that may be gone: name the principal by its ARN"
_UNSIGNED = "KMS takes signed requests only: nobody calls it without credentials"


class Miss(NamedTuple):
    """An Allow statement or grant that nearly matched, and the elements that did not."""

    source: str
    failed: tuple[ElementMatch, ...]


def reasons(request: Request, decision: Decision, *, managed: bool) -> Iterator[str]:
    """Yield sentences on why access was denied; `managed`: the key is an AWS managed key."""
    if decision.outcome is Outcome.EXPLICIT_DENY:
        yield f"denied by {', '.join(decision.reason)}"
        return
    words = {"action": request.action, "principal": request.principal}
    alone = any(trace.effect is Effect.ALLOW and trace.matched for trace in decision.trace if trace.layer == "identity-policy")
    for layer in decision.reason:
        yield _sentence(layer, request, alone=alone, managed=managed).format(**words)


def _sentence(layer: str, request: Request, *, alone: bool, managed: bool) -> str:
    if layer == "principal" and request.principal == "*":
        return _UNSIGNED
    if layer == "principal" and UNIQUE_ID.match(request.principal):
        return _GONE
    if layer == "identity-policy" and request.principal.endswith((".amazonaws.com", ".amazonaws.com.cn")):
        return _OF_NOBODY
    if layer == "key-policy":
        return _OF_AWS if managed else (_ALONE if alone else _WHY[layer])
    return _WHY.get(layer, layer)


def misses(decision: Decision) -> Iterator[Miss]:
    """Yield, for each layer that lacks an Allow, the statement that failed on least; with a key policy also the nearest grant."""
    layers = dict.fromkeys([*decision.reason, *(("grant",) if "key-policy" in decision.reason else ())])
    for layer in layers:
        missed = [one for one in decision.trace if one.layer == layer and one.effect is Effect.ALLOW and not one.matched]
        if missed:
            nearest = min(missed, key=_distance)
            if _distance(nearest) < _WEIGHTS["Principal"] + _WEIGHTS["Action"]:
                yield Miss(nearest.source, tuple(element for element in nearest.elements if not element.matched))


def _distance(trace: StatementTrace) -> int:
    return sum(_WEIGHTS.get(element.element, _FALLBACK_WEIGHT) for element in trace.elements if not element.matched)
