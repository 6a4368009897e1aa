"""Of an access that was not given: which statement came nearest, and what would have to change."""

from collections.abc import Iterable
from typing import NamedTuple

from kmsgen.authorizer.decision import Decision, ElementMatch, Outcome, StatementTrace
from kmsgen.authorizer.request import Request
from kmsgen.catalogue.actions import find
from kmsgen.policy.document import Effect

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
_CHANGE = {
    "key-policy": "a key-policy statement that allows {action} to {principal}",
    "identity-policy": "an identity policy of {principal} that allows {action} on the key",
    "boundary": "a permissions boundary that allows {action}",
    "session-policy": "session policies that allow {action}",
    "scp": "an SCP that allows {action} at each level from the root to the account",
    "vpc-endpoint-policy": "an endpoint policy that allows {action}",
    "grant": "a grant whose retiring principal is {principal}, or that lists RetireGrant for it",
}
_DENIED = "no Allow helps against an explicit Deny: change the statement, or the request so that the statement does not match"


class Miss(NamedTuple):
    """A statement or grant that nearly allowed, and the elements on which it failed."""

    source: str
    failed: tuple[ElementMatch, ...]


class Explanation(NamedTuple):
    """Why access was not given, which statement of each layer came nearest, and what would change the answer."""

    why: tuple[str, ...] = ()
    nearest: tuple[Miss, ...] = ()
    change: tuple[str, ...] = ()


def explain(request: Request, decision: Decision) -> Explanation:
    """Explain a decision with its trace; nothing to say of an access that is given."""
    if decision.outcome is Outcome.ALLOWED:
        return Explanation()
    if decision.outcome is Outcome.ERROR:
        return Explanation((decision.because,) if decision.because else ())
    if decision.outcome is Outcome.EXPLICIT_DENY:
        return Explanation((f"denied by {', '.join(decision.reason)}",), (), (_DENIED,))
    words = {"action": request.action, "principal": request.principal}
    alone = any(_allows(trace) and trace.matched for trace in decision.trace if trace.layer == "identity-policy")
    why = [(_ALONE if alone and layer == "key-policy" else _WHY.get(layer, layer)).format(**words) for layer in decision.reason]
    change = [_CHANGE[layer].format(**words) for layer in decision.reason if layer in _CHANGE]
    action = find(request.action)
    if "key-policy" in decision.reason and action is not None and action.grantable:
        change.append(f"or a grant of {action.name} to {request.principal}")
    return Explanation(tuple(why), tuple(_misses(decision)), tuple(change))


def _misses(decision: Decision) -> Iterable[Miss]:
    layers = dict.fromkeys([*decision.reason, *(("grant",) if "key-policy" in decision.reason else ())])
    for layer in layers:
        missed = [trace for trace in decision.trace if trace.layer == layer and _allows(trace) and not trace.matched]
        if missed:
            nearest = min(missed, key=_distance)
            if _distance(nearest) < _WEIGHTS["Principal"] + _WEIGHTS["Action"]:
                yield Miss(nearest.source, tuple(element for element in nearest.elements if not element.matched))


def _allows(trace: StatementTrace) -> bool:
    return trace.effect is Effect.ALLOW


def _distance(trace: StatementTrace) -> int:
    return sum(_WEIGHTS.get(element.element, _FALLBACK_WEIGHT) for element in trace.elements if not element.matched)
