"""What is known of every request of one principal for one action against one bundle: what matches already, and what is left."""

from collections.abc import Iterable
from dataclasses import replace
from typing import cast

from kmsgen.authorizer.applicable.plan import Plan
from kmsgen.authorizer.applicable.programs import check as check_condition
from kmsgen.authorizer.context.lookup import lookup, lookup_in
from kmsgen.authorizer.context.view import View
from kmsgen.authorizer.evaluation.grants import CREATE, RETIRE, GrantRule
from kmsgen.authorizer.language.open_value import OpenValue
from kmsgen.authorizer.language.principal import ACCOUNT
from kmsgen.authorizer.language.statement import Rule
from kmsgen.authorizer.language.wildcards import Maybe
from kmsgen.catalogue import grants as catalogue
from kmsgen.policy.grant import GrantConstraints
from kmsgen.policy.letter_case import folded
from kmsgen.prover.problem import Assignment, Values
from kmsgen.prover.requests.building import build
from kmsgen.prover.requests.constraints import CONTEXT, CONTEXT_KEYS, ConstraintTest, Look, ResourceLook
from kmsgen.prover.requests.named.vocabulary import constraint_pairs
from kmsgen.prover.requests.parts.grant_request import CONSTRAINT_TYPE, OPERATIONS, SOURCE_ARN
from kmsgen.prover.search.clauses import Clause, Matchable, OpenClause
from kmsgen.prover.search.encoding import Base, Side, Situation

Tests = tuple[Look, ...] | None
"""The tests that a request still has to meet; None where one fails already."""


def situation_of(side: Side, base: Base, plan: Plan, *, covered: bool = False) -> Situation:
    """Partial evaluation of a side's statements and grants (with `covered` covers too): what matches already, what is open."""
    met = _Met(side, base, plan)
    for rule, naming in plan.fixed:
        met.take(side.clause(rule, naming), ())
    for rule, naming in plan.conditional:
        met.take(side.clause(rule, naming), met.of_rule(rule))
    for grant, naming in plan.grants:
        met.take(side.clause(grant, naming), met.of_grant(grant))
    for clause, cover in side.baseline.naming(plan) if covered else ():
        met.take(clause, met.of_cover(cover))
    return met.situation()


class _Met:
    """Collects how the clauses of a plan meet what is known of its requests."""

    def __init__(self, side: Side, base: Base, plan: Plan) -> None:
        self._side = side
        self._base = base
        self._plan = plan
        self._view = side.authorizer.view(plan, base.request)
        # what no request decides may be open in the one that is found, as its witness tells nothing of it
        self._untold = side.authorizer.view(plan, base.request._replace(complete=False))
        self._matched: list[Clause] = []
        self._open: list[OpenClause] = []
        self._doubtful = is_doubtful(plan)

    def take(self, clause: Clause, tests: Tests) -> None:
        """Take a clause in: open if tests are left, matched if none are, dropped if one failed (None)."""
        if tests:
            self._open.append(OpenClause(clause, tests))
        elif tests is not None:
            self._matched.append(clause)

    def situation(self) -> Situation:
        """Return the situation: the clauses that match whatever is decided, and the open ones with their tests."""
        reads = {key for one in self._open for test in one.tests for key in test.reads}
        known: dict[str, Values | None] = {}
        defaults: dict[str, Values | None] = {}
        for key in sorted(reads):
            if self._is_free(key):
                seen = None if key in self._base.derived else lookup(self._view, key)
                defaults[key] = None if isinstance(seen, OpenValue) else seen
            else:  # what is open of a key that no request decides stays open
                known[key] = cast("Values | None", lookup(self._untold, key))
        return Situation(self._plan.facts, frozenset(self._matched), tuple(self._open), known, defaults, self._doubtful)

    def of_rule(self, rule: Rule) -> Tests:
        """Return the tests of a statement."""
        tests: list[Look] = []
        for test in rule.conditions:
            if any(self._is_free(key) for key in (test.variable, *test.variables)):
                tests.append(self._side.looks.of(test, self._side.aliases(), self._plan.action.name))
            elif not self._settled(check_condition(test, self._untold), deny=rule.deny):
                return None
        if rule.resource.variables:
            if any(self._is_free(key) for key in rule.resource.variables):
                tests.append(ResourceLook(rule.resource, self._plan.target.arn, self._side.looks.how, deny=rule.deny))
            elif not self._settled(rule.resource.check(self._plan.target.arn, lookup_in(self._untold)), deny=rule.deny):
                return None
        return tuple(tests)

    def of_cover(self, cover: Matchable) -> Tests:
        """Return the tests of a cover."""
        if isinstance(cover, GrantRule):
            return self.of_grant(cover)
        if not cover.resource.variables and cover.resource.check(self._plan.target.arn, lookup_in(self._view)) is not True:
            return None
        return self.of_rule(cover)

    def of_grant(self, grant: GrantRule) -> Tests:
        """Return the tests of a grant: what it asks of the grant to create, its encryption context, the source."""
        if self._plan.action.name == RETIRE:
            return () if self._base.request.grant_id == grant.grant.id else None
        return tuple(self._constraints(grant))

    def _constraints(self, grant: GrantRule) -> Iterable[ConstraintTest]:
        constraints = grant.grant.constraints
        pairs = frozenset(f"{CONTEXT}{folded(name)}" for name, _ in constraint_pairs(grant.grant))
        if self._plan.action.name == CREATE:
            reads = {OPERATIONS, CONSTRAINT_TYPE, CONTEXT_KEYS, *pairs, *([SOURCE_ARN] if constraints.source_arn else ())}
            yield self._constraint(grant, frozenset(reads), first=True)
        elif _asks_context(constraints) and self._plan.action.name not in catalogue.IGNORE_ENCRYPTION_CONTEXT:
            alone = _with(grant, constraints._replace(source_arn=None))
            yield self._constraint(alone, pairs | {CONTEXT_KEYS})
        if constraints.source_arn is not None:
            alone = _with(grant, GrantConstraints(source_arn=constraints.source_arn))
            yield self._constraint(alone, frozenset(("aws:sourcearn",)), first=False)

    def _constraint(self, grant: GrantRule, reads: frozenset[str], *, first: bool | None = None) -> ConstraintTest:
        request = self._base.request
        about = (request.principal, request.action, tuple(request.context.items()), request.create_grant)
        operations = grant.operations if self._plan.action.name == CREATE else None
        key = (grant.grant.constraints, operations, first, about)
        return self._side.looks.constraint(key, lambda: ConstraintTest(grant, self._make_view, reads, first=first))

    def _make_view(self, decided: Assignment) -> View:
        derived = [key for key in decided.values if not self._is_free(key)]
        return self._side.authorizer.view(self._plan, build(self._base.request, decided, (*derived, *self._base.derived)))

    def _settled(self, result: Maybe, *, deny: bool) -> bool:
        self._doubtful = self._doubtful or result is None
        return self._side.looks.how.settled(result, deny=deny)

    def _is_free(self, key: str) -> bool:
        return self._side.is_free(key, self._base, self._view)


def _asks_context(constraints: GrantConstraints) -> bool:
    return constraints.encryption_context_equals is not None or constraints.encryption_context_subset is not None


def _with(grant: GrantRule, constraints: GrantConstraints) -> GrantRule:
    return replace(grant, grant=grant.grant._replace(constraints=constraints))


def is_doubtful(plan: Plan) -> bool:
    """Whether a plan alone meets a silence of AWS: on whom a statement or grant names, on what a grant gives (C2, S1, S6)."""
    if plan.fixed_doubts or plan.wider_doubts or plan.doubtful_grants:
        return True
    grants = [naming for rule, naming in (*plan.fixed, *plan.grants) if isinstance(rule, GrantRule)]
    limited = plan.facts.boundary or plan.facts.session
    return bool(grants) and (limited or (plan.action.name != RETIRE and any(naming & ACCOUNT for naming in grants)))
