"""The authorizer: policies compiled once, then one decision a request."""

from __future__ import annotations

from collections.abc import Iterator

from kmsgen.authorizer.applicable.key_rules import NO_RULES, KeyRules
from kmsgen.authorizer.applicable.plan import Plan, State
from kmsgen.authorizer.applicable.rule_set import RuleSet, rules_of, rules_of_levels, rules_of_one
from kmsgen.authorizer.combine import combine
from kmsgen.authorizer.context.lookup import View
from kmsgen.authorizer.context.permissions import Part, Targets, needed_beside
from kmsgen.authorizer.decision import Decision, Outcome, StatementTrace
from kmsgen.authorizer.evaluation import kms_errors, lockout
from kmsgen.authorizer.evaluation.access_paths import held_by_scps, reached_by_rcps, routes
from kmsgen.authorizer.evaluation.grants import RETIRE, meant_by
from kmsgen.authorizer.evaluation.outcome import GENEROUS, Facts, Settlement, settle
from kmsgen.authorizer.explain import trace
from kmsgen.authorizer.explain.notes import notes_of
from kmsgen.authorizer.language.principal import Caller, CallerKind, caller_of
from kmsgen.authorizer.language.statement import Layer
from kmsgen.authorizer.request import Request
from kmsgen.catalogue.grants import MAX_TOKENS_PER_REQUEST
from kmsgen.policy.bundle import Bundle, PrincipalPolicies

MAX_PLANS = 65536
MAX_STATES = 4096
# parameters that make a request need more permissions
ADDING = frozenset({"Tags", "ReplicaRegion", "MultiRegion"})
PlanKey = tuple[str, str, tuple[str, ...], str | None, bool]


class Authorizer:
    """Decides requests on the keys of a bundle. What it keeps beside the bundle is only memory of work done.

    What AWS leaves open it reads on the safe side: no access. `generous` reads all of that the other way, for whoever has to
    know that no reading gives access.
    """

    def __init__(self, bundle: Bundle, *, generous: bool = False) -> None:
        self.bundle = bundle
        self.generous = generous
        self._targets = Targets(bundle.keys)
        self._keys = KeyRules(bundle.keys)
        self._rcps = rules_of_levels(bundle.rcps, Layer.RCP) if bundle.rcps else NO_RULES
        self._endpoints = {name: rules_of_one(policy, Layer.ENDPOINT) for name, policy in bundle.vpc_endpoint_policies.items()}
        self._beside: dict[tuple[int, bool], tuple[RuleSet, ...]] = {}
        self._callers: dict[str, Caller] = {}
        self._facts: dict[tuple[object, ...], Facts] = {}
        self._parts: dict[tuple[str, tuple[str, ...]], tuple[tuple[Part, ...], str | None]] = {}
        self._settlements: dict[tuple[object, ...], tuple[Settlement, Decision]] = {}
        self._refusals: dict[tuple[Part, bool], kms_errors.Refusal | None] = {}
        self._plans: dict[PlanKey, tuple[Plan, ...]] = {}

    # --- decisions --------------------------------------------------------------------------------------------------------

    def decide(self, request: Request, *, trace: bool = False) -> Decision:
        """Decide a request, and say why; with `trace`, how every statement and grant met it."""
        plans = self.plans(request)
        if not plans:
            return Decision(Outcome.IMPLICIT_DENY, ("action",), notes=(f"there is no KMS action `{request.action}`",))
        if len(plans) == 1:
            decision = self._one(plans[0], request, with_trace=trace)
        else:
            decision = combine([self._one(plan, request, with_trace=trace) for plan in plans])
        if decision.outcome is Outcome.ALLOWED and "Policy" in request.parameters:
            refusal = lockout.refusal(request, self.bundle, lambda bundle, again: Authorizer(bundle).decide(again))
            return decision if refusal is None else _refused(decision, refusal)
        return decision

    def _one(self, plan: Plan, request: Request, *, with_trace: bool) -> Decision:
        view: View | None = None
        state: State = ()
        if plan.conditional or plan.grants:
            view = self.view(plan, request)
            state = plan.state(view)
        decision = plan.decisions.get(state)
        if decision is None:
            view = view or self.view(plan, request)
            decision = self._settled(plan, state)
            if len(plan.decisions) < MAX_STATES:
                plan.decisions[state] = decision
        if decision.outcome is Outcome.ALLOWED:
            if _needs_inspection(plan, request):
                refusal = kms_errors.refusal_of_request(view or self.view(plan, request))
                decision = decision if refusal is None else _refused(decision, refusal)
        elif plan.grants and decision.outcome is Outcome.IMPLICIT_DENY:
            decision = _with_notes(decision, trace.notes_of_grants(plan, view or self.view(plan, request)))
        if not with_trace:
            return decision
        return decision._replace(trace=self._trace(plan, view or self.view(plan, request)))

    def _settled(self, plan: Plan, state: State) -> Decision:
        matched = tuple(plan.matched(state))
        key = (id(plan.facts), *((id(rule), naming) for rule, naming in matched))
        found = self._settlements.get(key)
        if found is None:
            if len(self._settlements) >= MAX_PLANS:
                self._settlements.clear()
            settlement = settle(plan.facts, matched)
            decision = Decision(settlement.outcome, settlement.reason, notes=settlement.notes)
            found = self._settlements[key] = (settlement, decision)
        settlement, decision = found
        if plan.caller.kind is CallerKind.SESSION or plan.doubtful(state):
            decision = _with_notes(decision, notes_of(plan, state, settlement))
        if decision.outcome is Outcome.ALLOWED and plan.refusal is not None:
            return _refused(decision, plan.refusal)
        return decision

    def view(self, plan: Plan, request: Request) -> View:
        """Return the context of a request as conditions see it."""
        grant = None
        if plan.action.name == RETIRE:
            meant = meant_by(request, self._keys.grants(plan.target.arn))
            grant = meant[0].grant if meant else None
        return View(request, plan.caller, plan.action, plan.target, grant)

    def _trace(self, plan: Plan, view: View) -> tuple[StatementTrace, ...]:
        if plan.traces is None:
            plan.traces = trace.prepare(plan, self._keys.grants(plan.target.arn))
        return trace.fill(plan.traces, view)

    # --- plans ------------------------------------------------------------------------------------------------------------

    def plans(self, request: Request) -> tuple[Plan, ...]:
        """Return what can matter for a request, a plan a permission that it needs; nothing for an action that KMS lacks."""
        endpoint = self._endpoint(request) if self._endpoints else None
        whole = bool(request.parameters) and not ADDING.isdisjoint(request.parameters)
        key = (request.principal, request.action, request.resources, endpoint, whole)
        found = self._plans.get(key)
        if found is None:
            found = self._new_plans(request, endpoint)
            if whole:  # depends on more of the parameters than the key tells
                return found
            if len(self._plans) >= MAX_PLANS:
                self._plans.clear()
            self._plans[key] = found
        return found

    def _endpoint(self, request: Request) -> str | None:
        """Return the VPC endpoint that the request came through, if its policy is known."""
        named = (values for name, values in request.context.items() if name.lower() == "aws:sourcevpce")
        return next((value for values in named for value in values if value in self._endpoints), None)

    def caller(self, principal: str) -> Caller:
        """Return what follows from a principal."""
        caller = self._callers.get(principal)
        if caller is None:
            if len(self._callers) >= MAX_PLANS:
                self._callers.clear()
            caller = self._callers[principal] = caller_of(principal, self.bundle.principals)
        return caller

    def _new_plans(self, request: Request, endpoint: str | None) -> tuple[Plan, ...]:
        caller = self.caller(request.principal)
        parts, beside = self._parts_of(request)
        return tuple(self.plan(caller, part, endpoint, beside) for part in parts)

    def _parts_of(self, request: Request) -> tuple[tuple[Part, ...], str | None]:
        """Find the permissions that a request needs; where its parameters say nothing on it, once for all requests alike."""
        if request.parameters:
            parts = self._targets.parts(request)
            return parts, needed_beside(parts)
        key = (request.action, request.resources)
        found = self._parts.get(key)
        if found is None:
            parts = self._targets.parts(request)
            found = (parts, needed_beside(parts))
            if len(self._parts) < MAX_PLANS:
                self._parts[key] = found
        return found

    def plan(self, caller: Caller, part: Part, endpoint: str | None = None, beside: str | None = None) -> Plan:
        """Collect what can matter for one permission. `endpoint` is the VPC endpoint that the request came through."""
        action, target = part.action, part.target
        layers = self._layers(caller, part, endpoint)
        facts = self._facts_of(caller, part, endpoint_policy=endpoint in self._endpoints)
        plan = Plan(caller, action, target, facts, generous=self.generous)
        plan.beside = beside
        plan.refusal = self._refusal(caller, part)
        plan.sets = layers
        for rules in layers:
            plan.add(rules)
        if target.access is not None:
            plan.add_grants(self._keys.grants_for(caller, target.arn))
        return plan

    def facts(self, request: Request) -> Iterator[tuple[Facts, kms_errors.Refusal | None]]:
        """Yield what holds of each permission that a request needs, whatever the policies say; through no VPC endpoint."""
        caller = self.caller(request.principal)
        parts, _ = self._parts_of(request)
        for part in parts:
            yield self._facts_of(caller, part, endpoint_policy=False), self._refusal(caller, part)

    def _facts_of(self, caller: Caller, part: Part, *, endpoint_policy: bool) -> Facts:
        """Return the facts of a caller and a permission, the same object for the same facts."""
        ways, wanted, cross = routes(caller, part)
        policies = caller.policies
        boundary, session = policies.boundary is not None, bool(policies.session_policies)
        levels = len(policies.scps) if held_by_scps(caller) else 0
        root = caller.kind is CallerKind.ROOT
        key = (id(ways), wanted, boundary, session, levels, endpoint_policy, cross, root)
        facts = self._facts.get(key)
        if facts is None:
            ways = GENEROUS.get(ways, ways) if self.generous else ways
            facts = self._facts[key] = Facts(ways, wanted, boundary, session, levels, endpoint_policy, cross, root)
        return facts

    def _refusal(self, caller: Caller, part: Part) -> kms_errors.Refusal | None:
        key = (part, caller.account is not None and caller.account != part.target.account)
        if key not in self._refusals:
            if len(self._refusals) >= MAX_PLANS:
                self._refusals.clear()
            self._refusals[key] = kms_errors.refusal_of_key(part.action, caller, part.target)
        return self._refusals[key]

    def _layers(self, caller: Caller, part: Part, endpoint: str | None) -> tuple[RuleSet, ...]:
        layers: list[RuleSet] = []
        retiring = part.action.name == RETIRE
        if part.target.kind == "key" and not retiring:
            layers.append(self._keys.policy(part.target.arn))
        layers += self._rules_beside(caller)
        if not retiring and reached_by_rcps(caller, part):
            layers.append(self._rcps)
        if endpoint in self._endpoints and endpoint is not None:
            layers.append(self._endpoints[endpoint])
        return tuple(layers)

    def _rules_beside(self, caller: Caller) -> tuple[RuleSet, ...]:
        """Compile the policies beside a caller, those that limit it included."""
        if caller.account is None or not caller.described:
            return ()
        policies = caller.policies
        identity = (id(policies), caller.service_linked)
        found = self._beside.get(identity)
        if found is None:
            found = self._beside[identity] = _compile_beside(policies, scps=held_by_scps(caller))
        return found


def _compile_beside(policies: PrincipalPolicies, *, scps: bool) -> tuple[RuleSet, ...]:
    sets = [rules_of(policies.identity_policies, Layer.IDENTITY)]
    if policies.boundary is not None:
        sets.append(rules_of_one(policies.boundary, Layer.BOUNDARY))
    if policies.session_policies:
        sets.append(rules_of(policies.session_policies, Layer.SESSION))
    if scps:
        sets.append(rules_of_levels(policies.scps, Layer.SCP))
    return tuple(sets)


def _needs_inspection(plan: Plan, request: Request) -> bool:
    """Return whether what a request holds can be a reason to refuse it."""
    if request.parameters or request.create_grant is not None or len(request.grant_tokens) > MAX_TOKENS_PER_REQUEST:
        return True
    return bool(request.encryption_context) and plan.target.key is not None and plan.target.key.spec != "SYMMETRIC_DEFAULT"


def _refused(decision: Decision, refusal: kms_errors.Refusal) -> Decision:
    notes = decision.notes if refusal.note is None else (*decision.notes, refusal.note)
    return decision._replace(outcome=Outcome.ERROR, reason=(refusal.rule,), error=refusal.error, notes=notes,
        because=refusal.because, also=refusal.also,
    )  # fmt: skip


def _with_notes(decision: Decision, notes: tuple[str, ...]) -> Decision:
    return decision._replace(notes=tuple(dict.fromkeys((*decision.notes, *notes)))) if notes else decision


def authorize(request: Request, bundle: Bundle, *, trace: bool = False) -> Decision:
    """Decide one request on a bundle; for several, make one `Authorizer`."""
    return Authorizer(bundle).decide(request, trace=trace)
