"""A principal and an action against one bundle: what matches already, and which tests a request still has to meet."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import NamedTuple

from kmsgen.authorizer import Authorizer, Decision, Request, settle
from kmsgen.authorizer.applicable.plan import Plan
from kmsgen.authorizer.applicable.programs import check as check_condition
from kmsgen.authorizer.context.lookup import View
from kmsgen.authorizer.decision import Outcome
from kmsgen.authorizer.evaluation.grants import CREATE, RETIRE, GrantRule, compile_grants
from kmsgen.authorizer.evaluation.outcome import GENEROUS, Facts
from kmsgen.authorizer.language.conditions import ConditionTest
from kmsgen.authorizer.language.principal import ACCOUNT, Naming
from kmsgen.authorizer.language.statement import ResourceTest, Rule
from kmsgen.catalogue.actions import KEY_STATES
from kmsgen.policy.bundle import Bundle
from kmsgen.prover.requests.constraints import (
    CONTEXT,
    CONTEXT_KEYS,
    Doubts,
    GrantTest,
    KeyTest,
    Look,
    ResourceLook,
    key_test,
    others,
    pair_keys,
)
from kmsgen.prover.requests.probing import decides
from kmsgen.prover.requests.witness import build
from kmsgen.prover.search.baseline import Covers, Matchable
from kmsgen.prover.search.search import Clause, Known, Values
from kmsgen.prover.search.search import settle as settle_clauses

KEY_STATE = "key-state"


class Situation(NamedTuple):
    """What is known of every request of one principal for one action: clause indices that match, clauses that are open.

    `facts` is what the outcome rests on beside the clauses; `known` the condition keys that follow from principal, action
    and key; `defaults` what an open key is where a request says nothing of it.
    """

    facts: Facts
    matched: frozenset[int]
    open: tuple[Clause, ...]
    known: Mapping[str, Values | None]
    defaults: Mapping[str, Values | None]


class Side:
    """One bundle with its authorizer; clauses are numbered from `first` on.

    `pairs` are the names of pairs that policies name.
    """

    def __init__(
        self, bundle: Bundle, first: int, pairs: Mapping[str, Values], covers: tuple[Matchable, ...], doubts: Doubts
    ) -> None:
        self.bundle = bundle
        self.first = first
        self.pairs = pairs
        # no rule of the bundle has so high a number
        self.covers = Covers(covers, first + (1 << 19), bundle.keys[0].key.arn if bundle.keys else "")
        self.doubts = doubts
        self.authorizer = Authorizer(bundle, generous=doubts.generous)
        self.matches: list[tuple[Matchable, Naming]] = []
        self._indices: dict[tuple[Matchable, Naming], int] = {}
        self._tests: dict[ConditionTest, KeyTest] = {}
        self._in_state: dict[str, Authorizer] = {}
        self._grant_tests: dict[tuple[object, ...], GrantTest] = {}
        self._free: dict[tuple[object, ...], bool] = {}
        self._allowed: dict[Facts, dict[frozenset[int], bool]] = {}
        self._widened: dict[Facts, Facts] = {}

    @cached_property
    def grants(self) -> tuple[GrantRule, ...]:
        """The grants of the first key and of the covers."""
        own = compile_grants(self.bundle.keys[0].grants) if self.bundle.keys else []
        return (*own, *self.covers.grants)

    def index(self, rule: Matchable, naming: Naming) -> int:
        """Return the number of a rule as it names a caller."""
        key = (rule, naming)
        found = self._indices.get(key)
        if found is None:
            found = self._indices[key] = self.first + len(self.matches)
            self.matches.append(key)
        return found

    def rule(self, index: int) -> Matchable:
        """Return the statement or grant of a number."""
        return self.matches[index - self.first][0]

    def is_deny(self, index: int) -> bool:
        """Return whether a clause is a Deny."""
        return self.matches[index - self.first][0].deny

    def allowed(self, facts: Facts, matched: Iterable[int]) -> bool:
        """Return whether access follows when exactly these clauses match, as the authorizer settles it."""
        own = frozenset([index for index in matched if self.first <= index < self.first + len(self.matches)])
        answers = self._allowed.setdefault(facts, {})
        answer = answers.get(own)
        if answer is None:
            settlement = settle(facts, [self.matches[index - self.first] for index in own])
            answer = answers[own] = settlement.outcome is Outcome.ALLOWED
        return answer

    def most(self, facts: Facts, matched: frozenset[int], open_: frozenset[int]) -> bool:
        """Return whether access can follow: every open Allow matches, no open Deny does."""
        return self.allowed(facts, [*matched, *(i for i in open_ if self._mine(i) and not self.is_deny(i))])

    def least(self, facts: Facts, matched: frozenset[int], open_: frozenset[int]) -> bool:
        """Return whether access follows in any case: every open Deny matches, no open Allow does."""
        return self.allowed(facts, [*matched, *(i for i in open_ if self._mine(i) and self.is_deny(i))])

    def _mine(self, index: int) -> bool:
        return self.first <= index < self.first + len(self.matches)

    def plan(self, base: Request) -> Plan | None:
        """Return what can matter for a request; None where KMS refuses it in every state of the key."""
        (plan,) = self.authorizer.plans(base)
        self.doubts.met = self.doubts.met or bool(plan.fixed_doubts) or _rests_on_grants(plan)
        return plan if plan.refusal is None or plan.refusal.rule == KEY_STATE else None

    def decide(self, request: Request) -> Decision:
        """Decide a request; where the key's state is in the way, in the first state in which it is not."""
        decision = self.authorizer.decide(request)
        if decision.reason != (KEY_STATE,):
            return decision
        return next(
            (other for state in KEY_STATES if (other := self._in(state).decide(request)).reason != (KEY_STATE,)), decision
        )

    def _in(self, state: str) -> Authorizer:
        """Return an authorizer of the bundle with its keys in a state."""
        found = self._in_state.get(state)
        if found is None:
            keys = tuple(access._replace(key=access.key._replace(state=state)) for access in self.bundle.keys)
            bundle = self.bundle._replace(keys=keys)
            found = self._in_state[state] = Authorizer(bundle, generous=self.doubts.generous)
        return found

    def could_with(self, base: Request, allows: Iterable[int]) -> bool:
        """Return whether access can follow where these clauses match and no Deny does, in whichever reading of a silence."""
        allows = list(allows)
        return any(
            (refusal is None or refusal.rule == KEY_STATE) and self.allowed(self._generous(facts), allows)
            for facts, refusal in self.authorizer.facts(base)
        )

    def _generous(self, facts: Facts) -> Facts:
        found = self._widened.get(facts)
        if found is None:
            found = self._widened[facts] = facts._replace(routes=GENEROUS.get(facts.routes, facts.routes))
        return found

    def could(self, plan: Plan) -> bool:
        """Return whether access can follow at all, every Allow and grant taken to match and no conditional Deny."""
        allows = [*plan.fixed, *(match for match in plan.conditional if not match[0].deny), *plan.grants]
        return self.allowed(plan.facts, [self.index(rule, naming) for rule, naming in allows])

    def situation(self, base: Request, plan: Plan, *, covered: bool = False) -> Situation:
        """Evaluate what principal, action and key decide; with `covered` of the covers too."""
        view = self.authorizer.view(plan, base)
        matched = [self.index(rule, naming) for rule, naming in plan.fixed]
        clauses: list[Clause] = []
        for rule, naming in plan.conditional:
            tests = self._open(rule, view)
            if tests:
                clauses.append(Clause(self.index(rule, naming), tests))
            elif tests is not None:
                matched.append(self.index(rule, naming))
        for grant, naming in plan.grants:
            if plan.action.name == RETIRE:
                matched += [self.index(grant, naming)] if base.grant_id == grant.grant.id else []
            else:
                clauses.append(Clause(self.index(grant, naming), (self._grant(grant, base, plan),)))
        for number, cover in self.covers.naming(plan) if covered else ():
            tests = self._covered(cover, base, plan, view)
            if tests:
                clauses.append(Clause(number, tests))
            elif tests is not None:
                matched.append(number)
        return self._situation(plan.facts, matched, clauses, view)

    def _covered(self, cover: Matchable, base: Request, plan: Plan, view: View) -> tuple[Look, ...] | None:
        """Return what a request has to meet for a cover to match it; None where it cannot."""
        if isinstance(cover, GrantRule):
            if plan.action.name == RETIRE:
                return () if cover.grant.id == base.grant_id else None
            return (self._grant(cover, base, plan),) if cover.depends(plan.action.name) else ()
        if not cover.resource.variables and cover.resource.check(plan.target.arn, view.lookup) is not True:
            return None
        return self._open(cover, view)

    def _situation(self, facts: Facts, matched: list[int], clauses: list[Clause], view: View) -> Situation:
        reads = {key for clause in clauses for test in clause.tests for key in test.reads}
        known: dict[str, Values | None] = {}
        defaults: dict[str, Values | None] = {}
        for key in reads:
            if key.startswith(("name of ", "others of ")):
                continue
            if self.free(key, view):
                defaults[key] = view.lookup(key) or None
            else:
                known[key] = view.lookup(key) or None
        if not self.free(CONTEXT_KEYS, view):
            known |= {key: None for key in reads if key.startswith(("name of ", "others of ")) and CONTEXT in key}
        settled, left = settle_clauses(tuple(clauses), known)
        return Situation(facts, settled.union(matched), left, known, defaults)

    def _open(self, rule: Rule, view: View) -> tuple[Look, ...] | None:
        """Return the tests of a rule that a request has to meet; None where one fails already."""
        tests: list[Look] = []
        for test in rule.conditions:
            if any(self.free(key, view) for key in (test.variable, *test.variables)):
                tests.append(self._key_test(test))
            elif not self.doubts.settle(check_condition(test, view), deny=rule.deny):
                return None
        if rule.resource.variables:
            looked = self._resource(rule.resource, view, deny=rule.deny)
            if looked is False:
                return None
            tests += [] if looked is True else [looked]
        return tuple(tests)

    def _resource(self, test: ResourceTest, view: View, *, deny: bool) -> ResourceLook | bool:
        if any(self.free(key, view) for key in test.variables):
            return ResourceLook(test, view.target.arn, self.doubts, deny=deny)
        return self.doubts.settle(test.check(view.target.arn, view.lookup), deny=deny)

    def _key_test(self, test: ConditionTest) -> KeyTest:
        found = self._tests.get(test)
        if found is None:
            aliases = self.bundle.keys[0].key.aliases if self.bundle.keys else ()
            found = self._tests[test] = key_test(test, self.pairs, self.doubts, aliases)
        return found

    def _grant(self, rule: GrantRule, base: Request, plan: Plan) -> GrantTest:
        signature = (rule, plan.action.name, plan.caller.kind, plan.target.arn, tuple(base.context.items()))
        found = self._grant_tests.get(signature)
        if found is None:
            found = self._grant_tests[signature] = self._new_grant(rule, base, plan)
        return found

    def _new_grant(self, rule: GrantRule, base: Request, plan: Plan) -> GrantTest:
        constraints = rule.grant.constraints
        pairs = constraints.encryption_context_equals or constraints.encryption_context_subset or ()
        reads: set[str] = set()
        if constraints.encryption_context_equals is not None or constraints.encryption_context_subset is not None:
            reads |= {*pair_keys(self.pairs, CONTEXT), others(CONTEXT)}
        if constraints.source_arn is not None:
            reads.add("kms:grantconstraintsourcearn" if plan.action.name == CREATE else "aws:sourcearn")
        if plan.action.name == CREATE:
            reads |= {"kms:grantoperations", "kms:grantconstrainttype"}
        return GrantTest(rule, lambda known: self._view(base, plan, known), frozenset(reads), pairs)

    def _view(self, base: Request, plan: Plan, known: Known) -> View:
        return self.authorizer.view(plan, build(base, known))

    def free(self, key: str, view: View) -> bool:
        """Return whether a request can decide a condition key: what the caller says of it changes what the authorizer sees."""
        caller = view.caller
        policies = caller.policies
        signature = (
            key, view.action.name, caller.kind, policies.tags, policies.organization, caller.session, tuple(view.request.context)
        )  # fmt: skip
        found = self._free.get(signature)
        if found is None:
            found = self._free[signature] = decides(key, view)
        return found


def _rests_on_grants(plan: Plan) -> bool:
    """Return whether what limits a grant, or to whom in an account it gives, is open (S1, S6)."""
    grants = [naming for rule, naming in (*plan.fixed, *plan.grants) if isinstance(rule, GrantRule)]
    limited = plan.facts.boundary or plan.facts.session
    return bool(grants) and (limited or (plan.action.name != RETIRE and any(naming & ACCOUNT for naming in grants)))
