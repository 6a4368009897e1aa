"""Look for counterexamples: requests in which something bad holds, over every principal and action that is asked about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from kmsgen.authorizer import Decision, Outcome, Request
from kmsgen.policy.bundle import Bundle
from kmsgen.prover.problem import BudgetError, DefectError, Meter, OutsideError, Values
from kmsgen.prover.requests.building import build
from kmsgen.prover.requests.space import RequestSpace
from kmsgen.prover.requests.wording import words_of
from kmsgen.prover.search.clauses import Clauses, Found, Problem
from kmsgen.prover.search.encoding import Base, Side, Situation
from kmsgen.prover.search.search import Search
from kmsgen.prover.search.situations import is_doubtful, situation_of
from kmsgen.prover.search.universe import Universe
from kmsgen.prover.witness import Witness, witness_of

Situations = Sequence[Situation | None]
Judge = Callable[[Situations, Clauses, Clauses], bool]
"""Judges from the situation on each side (None: KMS refuses), the clauses that match, and those that are open."""


class Bad(NamedTuple):
    """Bad thing looked for: whether it can hold, whether it must, whether the sides' decisions on a witness show it.

    `covered` tells that what the baseline of a side matches is none of it. `second_action` is what the second side is asked for,
    where that is another action.
    """

    possible: Judge
    certain: Judge
    shown: Callable[[Sequence[Decision]], bool]
    covered: bool = False
    second_action: str | None = None

    def on(self, side: Side, request: Request) -> Request:
        """Return a request as a side is asked it: the second one perhaps for another action."""
        return request if side.number == 0 or self.second_action is None else request._replace(action=self.second_action)


def access(side: Side, *, covered: bool = False) -> Bad:
    """Bad thing: the side allows the request; with `covered` only where also no cover of its baseline matches."""
    covers = side.baseline.clauses if covered else frozenset()

    def possible(situations: Situations, matched: Clauses, open_: Clauses) -> bool:
        one = situations[0]
        return one is not None and not matched & covers and side.most(one.facts, matched, open_)

    def certain(situations: Situations, matched: Clauses, open_: Clauses) -> bool:
        one = situations[0]
        return one is not None and not (matched | open_) & covers and side.least(one.facts, matched, open_)

    return Bad(possible, certain, lambda decisions: decisions[0].outcome is Outcome.ALLOWED, covered)


def gained(sides: Sequence[Side]) -> Bad:
    """Bad thing: the first side (new) allows the request and the second (old) does not."""
    new, old = sides

    def possible(situations: Situations, matched: Clauses, open_: Clauses) -> bool:
        after, before = situations
        if after is None or not new.most(after.facts, matched, open_):
            return False
        return before is None or not old.least(before.facts, matched, open_)

    def certain(situations: Situations, matched: Clauses, open_: Clauses) -> bool:
        after, before = situations
        if after is None or not new.least(after.facts, matched, open_):
            return False
        return before is None or not old.most(before.facts, matched, open_)

    def shown(decisions: Sequence[Decision]) -> bool:
        return decisions[0].outcome is Outcome.ALLOWED and decisions[1].outcome is not Outcome.ALLOWED

    return Bad(possible, certain, shown)


class Hit(NamedTuple):
    """One access: a witness that the authorizer allows, what allows it, and its conditions in words.

    `side` is where it is allowed, `bundle` what decided it there, if it was replayed; `like` the stand-in whose name was chosen,
    None for others.
    """

    witness: Request
    side: Side
    reason: Values
    labels: Values
    like: str | None = None
    bundle: Bundle | None = None

    def told(self) -> Witness:
        """Return the witness with what decides it."""
        return witness_of(self.witness, self.bundle) if self.bundle is not None else self.side.witness(self.witness)


class Hunted(NamedTuple):
    """What was found, and what more there may be.

    `reason` tells why something may have been missed; `doubtful` are the bases at which a reading was met that AWS leaves open:
    only there can another reading find more.
    """

    hits: tuple[Hit, ...] = ()
    reason: str = ""
    doubtful: tuple[Base, ...] = ()


def hunt(universe: Universe, bad: Bad, bases: Iterable[Base], meter: Meter, *, doubts_beside_hits: bool = True) -> Hunted:
    """Search every base for the bad thing: no hit and an empty reason mean that there is none, in the reading of the universe.

    Without `doubts_beside_hits` no doubtful base is told of once something is found: for who then asks for no other reading.
    """
    hits: list[Hit] = []
    doubtful: list[Base] = []
    reasons: dict[str, None] = {}
    hunter = _Hunter(universe, bad, meter)
    try:
        for base in bases:
            found = hunter.at(base, doubts=doubts_beside_hits or not hits)
            hits += found.hits
            doubtful += found.doubtful
            reasons |= dict.fromkeys([found.reason] if found.reason else [])
    except (BudgetError, OutsideError) as error:
        reasons[str(error)] = None
    return Hunted(tuple(hits), "; ".join(reasons), tuple(doubtful))


class _Hunter:
    """Looks for one bad thing. What was found for one principal is remembered for those of whom the same is known."""

    def __init__(self, universe: Universe, bad: Bad, meter: Meter) -> None:
        self._universe = universe
        self._bad = bad
        self._meter = meter
        self._known: dict[object, tuple[tuple[Found, ...], str]] = {}

    def at(self, base: Base, *, doubts: bool) -> Hunted:
        """Search one base; a disagreement of prover and authorizer (DefectError) becomes the reason. Raises BudgetError."""
        try:
            return self._at(base, doubts=doubts)
        except DefectError as error:
            return Hunted(reason=f"a defect of kmsgen to report: {error}")

    def _at(self, base: Base, *, doubts: bool) -> Hunted:
        self._meter.count()
        first = self._universe.sides[0]
        plan = first.plan(base.request)
        if plan is None or not first.could(plan):
            return Hunted(doubtful=(base,) if plan is not None and is_doubtful(plan) else ())
        plans = [plan, *(side.plan(self._bad.on(side, base.request)) for side in self._universe.sides[1:])]
        situations = [
            situation_of(side, base._replace(request=self._bad.on(side, base.request)), plan, covered=self._bad.covered)
            if plan
            else None
            for side, plan in zip(self._universe.sides, plans, strict=True)
        ]
        try:
            space = self._universe.space(base, [one for one in situations if one is not None])
        except OutsideError as error:
            return Hunted(reason=str(error))
        found, reason = self._found(self._problem(situations), situations, space)
        doubtful = doubts and (any(one.doubtful for one in situations if one) or self._may_be_open(situations, space))
        hits: list[Hit] = []
        try:
            for hit in (hit for one in found for hit in self._hits(base, one, space)):
                hits.append(hit)
                self._meter.check_clock()
        except BudgetError as error:  # what was found counts; the next base ends the search
            reason = str(error)
        return Hunted(tuple(hits), reason, (base,) if doubtful else ())

    def _may_be_open(self, situations: Situations, space: RequestSpace) -> bool:
        """Whether some test of the base may be open; False only if a more generous reading could find no more here."""
        tests = {test for one in situations if one is not None for clause in one.open for test in clause.tests}
        return any(space.may_be_open(test, self._meter.count) for test in tests)

    def _problem(self, situations: Situations) -> Problem:
        there = [one for one in situations if one is not None]
        matched = frozenset(clause for one in there for clause in one.matched)
        open_ = tuple(clause for one in there for clause in one.open)
        gives = frozenset(one.clause for one in open_ if one.clause.side == 0 and not one.clause.deny and not one.clause.cover)
        return Problem(
            matched,
            open_,
            lambda yes, waiting: self._bad.possible(situations, yes, waiting),
            lambda yes, waiting: self._bad.certain(situations, yes, waiting),
            gives,
        )

    def _found(self, problem: Problem, situations: Situations, space: RequestSpace) -> tuple[tuple[Found, ...], str]:
        facts = tuple(one.facts if one else None for one in situations)
        signature = (facts, problem.matched, problem.open, id(space))
        found = self._known.get(signature)
        if found is None:
            outside: list[str] = []
            hits: list[Found] = []
            try:
                hits.extend(Search(space, self._meter, outside).run(problem))
            except BudgetError as error:
                outside.append(str(error))
            found = self._known[signature] = (tuple(hits), "; ".join(dict.fromkeys(outside)))
        return found

    def _hits(self, base: Base, found: Found, space: RequestSpace) -> Iterator[Hit]:
        """Yield an access for each principal and action that a base stands for; the first of each is replayed."""
        derived = (*space.known, *base.derived)
        labels = words_of(found.literals, found.assignment, {key: None for key in found.assignment.values if key not in derived})
        like = base.request.principal if found.assignment.principal else None
        principals = base.principals if found.assignment.principal is None else (found.assignment.principal,)
        first, reason = self._universe.sides[0], Values()
        for principal in principals:
            for action in base.actions:
                asked = base.request._replace(principal=principal, action=action)
                witness, bundle = build(asked, found.assignment, derived), None
                if principal == principals[0] or action == base.actions[0]:
                    reason, bundle = self._replayed(witness)
                yield Hit(witness, first, reason, labels, like, bundle)

    def _replayed(self, witness: Request) -> tuple[Values, Bundle]:
        """Return what allows a witness, and the bundle that tells so. Raises DefectError where it is decided otherwise."""
        decided = [side.decided(self._bad.on(side, witness)) for side in self._universe.sides]
        decisions = [decision for _, decision in decided]
        if not self._bad.shown(decisions):
            outcomes = ", ".join(str(decision.outcome) for decision in decisions)
            raise DefectError(f"a witness did not replay: {witness} -> {outcomes}")
        return next((one for one in decisions if one.outcome is Outcome.ALLOWED), decisions[0]).reason, decided[0][0]
