"""A whole request: every permission it needs, and what KMS then still refuses.

Source: KMS Developer Guide, policy-evaluation, key-policy-default (lockout); KMS API Reference, PutKeyPolicy, CreateKey.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.reference import tables
from tests.reference.caller import Caller, Kind, of_request
from tests.reference.need import Need, region_of
from tests.reference.needs import accesses, needs, new_key, resources
from tests.reference.patterns import text_of
from tests.reference.permission import Permission
from tests.reference.refusals import Refusal, context_on_asymmetric, names_of, new_policy, refusals
from tests.reference.three import Answer, all_of, any_of
from tests.reference.view import View

Data = Mapping[str, Any]


@dataclass(frozen=True)
class Verdict:
    """The outcome and its reasons; for `error` the refusals that apply.

    `incomplete`: the request names not all that it is about, or what its key cannot have: which refusal it meets is open.
    """

    outcome: str
    reasons: tuple[str, ...]
    refusals: tuple[Refusal, ...] = ()
    incomplete: bool = False


def decide(scenario: Data, request: Data, *, generous: bool = False, whole: bool = True) -> Verdict:
    """Decide a request. What is open gives nothing and takes away; in the generous reading it gives and takes nothing away.

    Of a request that is not the `whole` call only what it names is asked for.
    """
    name = tables.canonical(request["action"])
    if name != "ReEncrypt" and not tables.is_action(name):
        return Verdict("implicitDeny", ("no such action",))
    caller = of_request(request, scenario)
    needed = [need for need in needs(scenario, request, caller) if whole or text_of(need.resource) in resources(request)]
    incomplete = any(need.half == "untold" for need in needed) or context_on_asymmetric(needed)
    asked = [_asked(View(scenario, request, caller, need), generous=generous) for need in needed]
    for outcome in ("explicitDeny", "implicitDeny"):
        found = [one for one in asked if one.outcome == outcome]
        if found:
            return Verdict(outcome, _reasons(found), incomplete=incomplete)
    described = [name for access in accesses(scenario) for name in names_of(access["key"])]
    refused = (*refusals(request, caller, needed, described), *_lockout(scenario, request, caller))
    if refused:
        return Verdict("error", tuple(one.rule for one in refused), refused)
    return Verdict("allowed", _reasons(asked))


def _reasons(found: list[Verdict]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(reason for one in found for reason in one.reasons))


def _asked(view: View, *, generous: bool) -> Verdict:
    """Decide one permission."""
    permission = Permission(view)
    if view.caller.kind is Kind.ANONYMOUS:
        return Verdict("implicitDeny", ("unsigned",))
    denies = [label for label, answer in permission.denies() if answer or (answer is None and not generous)]
    if denies:
        return Verdict("explicitDeny", tuple(denies))
    gates, ways = list(permission.gates()), permission.ways()

    def passes(answer: Answer) -> bool:
        return answer is True or (answer is None and generous)

    through = [way for way in ways if passes(way.answer)]
    closed = [layer for layer, answer in gates if not passes(answer)]
    if through and not closed:
        return Verdict("allowed", tuple(reason for way in through for reason in way.reasons))
    missing = [layer for way in ways for layer, answer in way.gates if not passes(answer)]
    return Verdict("implicitDeny", tuple(dict.fromkeys([*closed, *([] if through else missing or _sources(view))])))


def _sources(view: View) -> list[str]:
    """Name what would have had to allow, where nothing is about the caller at all."""
    if view.need.half != "key":
        return ["identity-policy"]
    return ["grant"] if view.need.action == "RetireGrant" else ["key-policy", "identity-policy"]


def allowed(scenario: Data, request: Data) -> Answer:
    """Tell whether a request is allowed: surely, surely not, or open."""
    if decide(scenario, request).outcome == "allowed":
        return True
    return None if decide(scenario, request, generous=True).outcome == "allowed" else False


# --- the lockout check --------------------------------------------------------------------------------------------------


def _lockout(scenario: Data, request: Data, caller: Caller) -> Iterator[Refusal]:
    """Yield the refusal of a key policy that would not let its author put another (S3: conditions and limits count)."""
    policy = new_policy(request)
    if policy is None:
        return
    need = _put_again(scenario, request, caller, policy)
    again = {"principal": request["principal"], "action": "kms:PutKeyPolicy", "context": request.get("context")}
    permission = Permission(View(scenario, again, caller, need))
    denied = any(answer is not False for _label, answer in permission.denies())
    through = any_of(way.answer for way in permission.ways())
    if denied or all_of([through, *(answer for _layer, answer in permission.gates())]) is not True:
        yield Refusal("lockout", ("MalformedPolicyDocumentException",))


def _put_again(scenario: Data, request: Data, caller: Caller, policy: Data) -> Need:
    if tables.canonical(request["action"]) == "PutKeyPolicy":
        asked = needs(scenario, {**request, "action": "kms:PutKeyPolicy"}, caller)[0]
        access = {"key": (asked.access or scenario)["key"], "policy": policy, "grants": []}
        return Need("PutKeyPolicy", "key", asked.resource, asked.region, access)
    parameters = request.get("parameters") or {}
    resource = new_key(caller, parameters.get("ReplicaRegion"))
    access = {"key": {"arn": text_of(resource)}, "policy": policy, "grants": []}
    return Need("PutKeyPolicy", "key", resource, region_of(text_of(resource)), access)
