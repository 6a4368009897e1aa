"""The authorizer: compiles the policies of a bundle once, then decides each request."""

from __future__ import annotations

from collections.abc import Iterator

from kmsgen.authorizer.applicable.plan import Plan, State
from kmsgen.authorizer.applicable.plans import Plans, Reach
from kmsgen.authorizer.context.parameters import flag
from kmsgen.authorizer.context.permissions import Permission
from kmsgen.authorizer.context.view import View
from kmsgen.authorizer.decision import Decision, Outcome, combine
from kmsgen.authorizer.evaluation import lockout
from kmsgen.authorizer.evaluation.grants import RETIRE, meant_by
from kmsgen.authorizer.evaluation.outcome import Facts, Match, Settlement, settle
from kmsgen.authorizer.evaluation.refusal import DRY_RUN, Refusal
from kmsgen.authorizer.evaluation.request_errors import refusal_of_call, refusal_of_request
from kmsgen.authorizer.explain import trace
from kmsgen.authorizer.explain.notes import notes_of
from kmsgen.authorizer.explain.passed_over import passed_over
from kmsgen.authorizer.language.principal import Caller, CallerKind
from kmsgen.authorizer.memo import Memo
from kmsgen.authorizer.request import Request
from kmsgen.catalogue.grants import MAX_TOKENS_PER_REQUEST
from kmsgen.policy.bundle import Bundle

MAX_REMEMBERED = 65536


class Authorizer:
    """Decides requests on the keys of a bundle; all other state is a cache.

    What AWS leaves open is decided as no access. `generous` decides it as access, so that a denial holds in every reading.
    """

    def __init__(self, bundle: Bundle, *, generous: bool = False) -> None:
        self.bundle = bundle
        self.generous = generous
        self._plans = Plans(bundle, generous=generous)
        self._decisions = Memo(MAX_REMEMBERED, self._settled)
        self._settlements = Memo(MAX_REMEMBERED, _settlement)
        self._traces = Memo(MAX_REMEMBERED, self._prepared)

    def decide(self, request: Request, *, trace: bool = False, whole: bool = True) -> Decision:
        """Decide a request and say why; `trace` adds how every statement and grant met it.

        `whole`: the call must be allowed all permissions that it needs; else only those that the request names are asked for.
        """
        plans = self._plans.of(request, whole=whole)
        if not plans:
            return Decision(Outcome.IMPLICIT_DENY, ("action",), notes=(f"there is no KMS action `{request.action}`",))
        if len(plans) == 1:
            decision = self._one(plans[0], request, with_trace=trace)
        else:
            decision = combine([self._part(plan, request, with_trace=trace) for plan in plans])
            if decision.outcome is Outcome.ALLOWED:
                refusal = refusal_of_call([plan.permission for plan in plans], self.bundle.keys)
                decision = decision if refusal is None else _refused(decision, refusal)
        if request.parameters and decision.outcome is Outcome.ALLOWED:
            refusal = self._refusal_of_parameters(request)
            return decision if refusal is None else _refused(decision, refusal)
        return decision

    def _refusal_of_parameters(self, request: Request) -> Refusal | None:
        """Return why KMS refuses an allowed call for its parameters: the policy in it locks out, or it is a trial (DryRun)."""
        if "Policy" in request.parameters:
            refusal = lockout.refusal(request, self.bundle, lambda bundle, again: Authorizer(bundle).decide(again))
            if refusal is not None:
                return refusal
        return DRY_RUN if flag(request.parameters, "DryRun") else None

    def parts(self, request: Request) -> list[tuple[Permission, Decision]]:
        """Decide each permission of the whole call by itself, with its trace."""
        return [(plan.permission, self._one(plan, request, with_trace=True)) for plan in self._plans.of(request, whole=True)]

    def plans(self, request: Request) -> tuple[Plan, ...]:
        """Return a plan for each permission that a request names; empty for an action that KMS does not have."""
        return self._plans.of(request)

    def could_allow(self, request: Request) -> bool:
        """Upper bound: could any request for these permissions be allowed? False only if none is, whatever it holds."""
        bounds = (self._settlements[plan.facts, tuple(plan.at_most)] for plan in self.plans(request))
        return all(decision.outcome is Outcome.ALLOWED for _settlement, decision in bounds)

    def passed_over(self, request: Request) -> tuple[str, ...]:
        """Return a note on each condition key that the request tells in vain, for the rest of the request says otherwise."""
        return tuple(passed_over([self.view(plan, request) for plan in self.plans(request)])) if request.context else ()

    def caller(self, principal: str) -> Caller:
        """Return the caller that a principal (ARN, account id, service principal, `*`) stands for."""
        return self._plans.caller(principal)

    def facts(self, request: Request) -> Iterator[tuple[Facts, Refusal | None]]:
        """Yield the facts and KMS's refusal for each permission of a request, without any statement; through no VPC endpoint."""
        return self._plans.facts(request)

    def reach(self, principal: str, action: str) -> Reach:
        """Return what reaches the requests of a principal for an action on one resource, if they come through no VPC endpoint."""
        return self._plans.reach(principal, action)

    def view(self, plan: Plan, request: Request) -> View:
        """Return the context of a request as conditions see it."""
        grant = None
        if plan.action.name == RETIRE:
            meant = meant_by(request, self._plans.grants(plan.target.arn))
            grant = meant[0].grant if meant else None
        return View(request, plan.caller, plan.action, plan.target, grant)

    def _part(self, plan: Plan, request: Request, *, with_trace: bool) -> Decision:
        """Decide one permission of several; where it is denied and the request does not name it, a note (P9) says which it is."""
        decision = self._one(plan, request, with_trace=with_trace)
        missing = plan.permission.left_out if decision.outcome is not Outcome.ALLOWED else ""
        return _with_notes(decision, (f"P9:{missing}",)) if missing else decision

    def _one(self, plan: Plan, request: Request, *, with_trace: bool) -> Decision:
        view = self.view(plan, request) if plan.asks else None
        state = plan.known if view is None else plan.state(view)
        decision = self._decisions[plan, state]
        if decision.outcome is Outcome.ALLOWED:
            if _needs_inspection(plan, request):
                refusal = refusal_of_request(view or self.view(plan, request))
                decision = decision if refusal is None else _refused(decision, refusal)
        elif (plan.grants or plan.doubtful_grants) and decision.outcome is Outcome.IMPLICIT_DENY:
            decision = _with_notes(decision, trace.notes_of_grants(plan, view or self.view(plan, request)))
        if not with_trace:
            return decision
        return decision._replace(trace=trace.fill(self._traces[plan], view or self.view(plan, request)))

    def _settled(self, key: tuple[Plan, State]) -> Decision:
        """Decide by how the statements and grants of a plan met a request (`State`)."""
        plan, state = key
        settlement, decision = self._settlements[plan.facts, tuple(plan.matched(state))]
        if plan.caller.kind is CallerKind.SESSION or plan.doubtful(state):
            decision = _with_notes(decision, notes_of(plan, state, settlement))
        if decision.outcome is Outcome.ALLOWED and plan.refusal is not None:
            return _refused(decision, plan.refusal)
        return decision

    def _prepared(self, plan: Plan) -> tuple[trace.Prepared, ...]:
        return trace.prepare(plan, self._plans.grants(plan.target.arn))


def _settlement(key: tuple[Facts, tuple[Match, ...]]) -> tuple[Settlement, Decision]:
    settlement = settle(*key)
    return settlement, Decision(settlement.outcome, settlement.reason, notes=settlement.notes)


def _needs_inspection(plan: Plan, request: Request) -> bool:
    """Whether the request holds anything for which KMS could refuse it."""
    if (
        request.parameters
        or request.create_grant is not None
        or request.grant_id
        or len(request.grant_tokens) > MAX_TOKENS_PER_REQUEST
    ):
        return True
    return bool(request.encryption_context) and plan.target.key is not None and plan.target.key.spec != "SYMMETRIC_DEFAULT"


def _refused(decision: Decision, refusal: Refusal) -> Decision:
    notes = decision.notes if refusal.note is None else (*decision.notes, refusal.note)
    return decision._replace(outcome=Outcome.ERROR, reason=(refusal.rule,), error=refusal.error, notes=notes,
        because=refusal.because, also=refusal.also,
    )  # fmt: skip


def _with_notes(decision: Decision, notes: tuple[str, ...]) -> Decision:
    return decision._replace(notes=tuple(dict.fromkeys((*decision.notes, *notes)))) if notes else decision


def authorize(request: Request, bundle: Bundle, *, trace: bool = False) -> Decision:
    """Decide one request on a bundle; for several, make one `Authorizer`."""
    return Authorizer(bundle).decide(request, trace=trace)
