"""Sides of a question (one bundle each, with its authorizer) and bases: principal and action, all else still open."""

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from functools import cached_property
from typing import NamedTuple

from kmsgen.authorizer import Authorizer, Decision, Request, settle
from kmsgen.authorizer.applicable.plan import Plan
from kmsgen.authorizer.context.view import View
from kmsgen.authorizer.decision import Outcome
from kmsgen.authorizer.evaluation.grants import GrantRule, compile_grants
from kmsgen.authorizer.evaluation.outcome import GENEROUS, Facts
from kmsgen.authorizer.language.conditions import ConditionTest
from kmsgen.authorizer.language.principal import Naming
from kmsgen.catalogue.actions import KEY_STATES
from kmsgen.catalogue.condition_keys import PRINCIPAL_TAG
from kmsgen.policy.bundle import ALIASES, Bundle
from kmsgen.prover.problem import Values
from kmsgen.prover.requests.building import decides
from kmsgen.prover.requests.constraints import ConstraintTest, KeyTest, Reading
from kmsgen.prover.requests.parts.caller import StandIn
from kmsgen.prover.requests.parts.circumstances import unsettled
from kmsgen.prover.search.baseline import Baseline
from kmsgen.prover.search.clauses import Clause, Clauses, Matchable, OpenClause
from kmsgen.prover.witness import Witness, witness_of

KEY_STATE = "key-state"


class Base(NamedTuple):
    """Principal and action that are asked about; what else a request holds is left to the search.

    `principals` and `actions` are those for which the answer is the same; of a stand-in all whom no policy names.
    """

    request: Request
    principals: Values
    actions: Values
    stand_in: StandIn | None = None

    @property
    def derived(self) -> Values:
        """The condition keys that follow from a stand-in's name."""
        return self.stand_in.keys if self.stand_in else ()


class Situation(NamedTuple):
    """What is known of every request of one principal for one action against one bundle."""

    facts: Facts  # what the outcome rests on beside the clauses
    matched: Clauses
    open: tuple[OpenClause, ...]
    known: Mapping[str, Values | None]  # condition keys that follow from principal, action and key, open ones too
    defaults: Mapping[str, Values | None]  # what a key that the request decides is where it says nothing
    doubtful: bool  # a reading was met that is open


class Looks:
    """The tests of conditions, one object for the same condition, whichever bundle it stands in.

    They are those of another universe (`like`) where that reads what AWS leaves open alike.
    """

    def __init__(self, how: Reading, like: "Looks | None" = None) -> None:
        self.how = how
        shared = like.tests if like is not None and like.how == how else {}
        self.tests: dict[tuple[ConditionTest, Values, frozenset[str]], KeyTest] = shared
        self._constraints: dict[object, ConstraintTest] = {}

    def of(self, test: ConditionTest, aliases: Values, action: str) -> KeyTest:
        """Return a condition as a test of the search in requests of an action."""
        test = self.how.of(test)
        seen = aliases if test.variable == "kms:requestalias" else ()
        disputed = frozenset(key for key in (test.variable, *test.variables) if unsettled(key, action))
        found = self.tests.get((test, seen, disputed))
        if found is None:
            found = self.tests[test, seen, disputed] = KeyTest(test, self.how, seen, disputed)
        return found

    def constraint(self, key: object, make: Callable[[], ConstraintTest]) -> ConstraintTest:
        """Return the test of a constraint, the same for grants that ask the same of the same requests."""
        if key not in self._constraints:
            self._constraints[key] = make()
        return self._constraints[key]


class Side:
    """One bundle of a question with its authorizer."""

    def __init__(
        self, bundle: Bundle, number: int, covers: tuple[Matchable, ...], looks: Looks, *, untagged: bool = False
    ) -> None:
        self.bundle = bundle
        self.untagged = untagged
        self.number = number
        self.looks = looks
        self.baseline = Baseline(covers, bundle.keys[0].key.arn if bundle.keys else "")
        self.authorizer = Authorizer(bundle, generous=looks.how.generous)
        self._in_state: dict[str, Authorizer] = {}
        self._free: dict[tuple[object, ...], bool] = {}
        self._widened: dict[Facts, Facts] = {}
        self._forget_clauses()

    def _forget_clauses(self) -> None:
        self._clauses: dict[tuple[Matchable, Naming], Clause] = {}
        self._allowed: dict[Facts, dict[Clauses, bool]] = {}
        self._first_of: dict[object, Clause] = {}

    def numbered(self, number: int) -> "Side":
        """Return the side under another number: its clauses are others, its authorizer is the same."""
        other = copy(self)
        other.number = number
        other._forget_clauses()  # noqa: SLF001 - the same class
        return other

    @cached_property
    def grants(self) -> tuple[GrantRule, ...]:
        """The grants of the first key and of the baseline."""
        grants = self.bundle.keys[0].grants if self.bundle.keys else ()
        own = compile_grants(grants, generous=self.looks.how.generous)
        return (*own, *self.baseline.grants)

    def clause(self, rule: Matchable, naming: Naming) -> Clause:
        """Return the clause that a rule is as it names a caller."""
        key = (rule, naming)
        found = self._clauses.get(key)
        if found is None:
            found = self._clauses[key] = Clause(rule, naming, self.number)
        return found

    # --- outcomes ---------------------------------------------------------------------------------------------------------

    def allowed(self, facts: Facts, matched: Iterable[Clause]) -> bool:
        """Return whether access follows when exactly these clauses match, as the authorizer settles it."""
        own = frozenset([clause for clause in matched if clause.side == self.number and not clause.cover])
        answers = self._allowed.setdefault(facts, {})
        answer = answers.get(own)
        if answer is None:
            settlement = settle(facts, [(clause.rule, clause.naming) for clause in own])
            answer = answers[own] = settlement.outcome is Outcome.ALLOWED
        return answer

    def most(self, facts: Facts, matched: Clauses, open_: Clauses) -> bool:
        """Upper bound: false only if access follows for no choice of open clauses. Every open Allow counts, no open Deny."""
        return self.allowed(facts, [*matched, *(clause for clause in open_ if not clause.deny)])

    def least(self, facts: Facts, matched: Clauses, open_: Clauses) -> bool:
        """Lower bound: true only if access follows for every choice of open clauses. Every open Deny counts, no open Allow."""
        return self.allowed(facts, [*matched, *(clause for clause in open_ if clause.deny)])

    def could_with(self, base: Request, allows: Iterable[Clause]) -> bool:
        """Upper bound in every reading of a silence: false only if these Allows give nothing even where no Deny matches."""
        # of the Allows of a slot one is enough, always the same, as what was settled is remembered
        ones = [self._first_of.setdefault(clause.slot, clause) for clause in allows]
        return any(
            (refusal is None or refusal.rule == KEY_STATE) and self.allowed(self._generous(facts), ones)
            for facts, refusal in self.authorizer.facts(base)
        )

    def _generous(self, facts: Facts) -> Facts:
        found = self._widened.get(facts)
        if found is None:
            found = self._widened[facts] = facts._replace(routes=GENEROUS.get(facts.routes, facts.routes))
        return found

    def could(self, plan: Plan) -> bool:
        """Cheap upper bound: tell whether access could follow at all, every Allow and grant matching and no conditional Deny."""
        return self.allowed(plan.facts, [self.clause(rule, naming) for rule, naming in plan.at_most])

    def plan(self, base: Request) -> Plan | None:
        """Plan of a request: statements and grants that can matter to it; None only if KMS refuses it in every key state."""
        (plan,) = self.authorizer.plans(base)
        return plan if plan.refusal is None or (plan.refusal.rule == KEY_STATE and self._works(base)) else None

    def _works(self, base: Request) -> bool:
        """Return whether KMS takes a request in some state of the key."""
        plans = (self._in(state).plans(base)[0] for state in KEY_STATES)
        return any(plan.refusal is None or plan.refusal.rule != KEY_STATE for plan in plans)

    def view(self, request: Request) -> View:
        """Return the context of a request for the one permission that it names."""
        (plan,) = self.authorizer.plans(request)
        return self.authorizer.view(plan, request)

    def decide(self, request: Request) -> Decision:
        """Decide a request; where the key's state is in the way, in the first state in which it is not."""
        return self.decided(request)[1]

    def witness(self, request: Request) -> Witness:
        """Return a request that is allowed, with what decides it."""
        bundle, decision = self.decided(request)
        return witness_of(request, bundle, str(decision.outcome))

    def decided(self, request: Request) -> tuple[Bundle, Decision]:
        """Decide a request, and return the bundle with the state of the key in which that was."""
        decision = self.authorizer.decide(request, whole=False)
        if decision.reason != (KEY_STATE,):
            return self.bundle, decision
        others = ((one.bundle, one.decide(request, whole=False)) for one in map(self._in, KEY_STATES))
        return next((other for other in others if other[1].reason != (KEY_STATE,)), (self.bundle, decision))

    def _in(self, state: str) -> Authorizer:
        """Return an authorizer of the bundle with its keys in a state."""
        found = self._in_state.get(state)
        if found is None:
            keys = tuple(access._replace(key=access.key._replace(state=state)) for access in self.bundle.keys)
            bundle = self.bundle._replace(keys=keys)
            found = self._in_state[state] = Authorizer(bundle, generous=self.looks.how.generous)
        return found

    def is_free(self, key: str, base: Base, view: View) -> bool:
        """Return whether a request decides a condition key, or the name of a stand-in does."""
        if key in base.derived:
            return True
        caller = view.caller
        if self.untagged and key.startswith(PRINCIPAL_TAG) and caller.described:
            return False
        of_caller = (view.kind, caller.kind, caller.session, caller.described, caller.described_itself, caller.policies.tags)
        signature = (key, view.action.name, *of_caller, caller.organization, tuple(view.request.context.items()))
        found = self._free.get(signature)
        if found is None:
            found = self._free[signature] = decides(key, view)
        return found

    def aliases(self) -> Values:
        """Return the only aliases of the first key; nothing where it may have more."""
        key = self.bundle.keys[0].key if self.bundle.keys else None
        return () if key is None or ALIASES in key.untold else key.aliases
