"""Hunt for requests in which something bad holds: every principal, every action, every combination of classes."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence

from kmsgen.authorizer import Outcome, Request
from kmsgen.prover.grouping import Hit
from kmsgen.prover.proof import Budget
from kmsgen.prover.requests.witness import build
from kmsgen.prover.search.bad import Bad
from kmsgen.prover.search.encoding import Situation
from kmsgen.prover.search.search import BudgetError, Clause, Found, Meter, Problem, Search
from kmsgen.prover.search.universe import World
from kmsgen.prover.values.cells import MixedTestsError
from kmsgen.prover.values.partition import PatternBudgetError

Values = tuple[str, ...]


class WitnessError(Exception):
    """A witness did not replay: the prover and the authorizer disagree, so nothing is proved."""


class Hunt:
    """One hunt through one world within one budget.

    `doubtful` are the bases at which a reading was met that AWS leaves open: only there can another reading find more.
    """

    def __init__(self, world: World, bad: Bad, budget: Budget) -> None:
        self.world = world
        self.bad = bad
        self.budget = budget
        self.reason = ""
        self.doubtful: list[Request] = []
        self._known: dict[object, tuple[list[Found], bool]] = {}

    def run(self, bases: Iterable[Request]) -> list[Hit]:
        """Return what was found; `reason` tells afterwards why more may exist."""
        meter = Meter(self.budget.classes, time.monotonic() + self.budget.seconds)
        hits: list[Hit] = []
        try:
            for base in bases:
                self.world.forget_doubts()
                hits.extend(self._hits(base, meter))
                if self.world.doubtful:
                    self.doubtful.append(base)
        except BudgetError as error:
            self.reason = f"the budget of {error} ran out after {meter.visited} classes"
        except PatternBudgetError:
            self.reason = "the patterns of the policies tell more texts apart than the budget allows"
        except MixedTestsError:
            self.reason = "a condition key is compared both with wildcards and by order; its classes are not all known"
        except WitnessError as error:
            self.reason = f"internal error: a witness did not replay: {error}"
        return hits

    def _hits(self, base: Request, meter: Meter) -> Iterator[Hit]:
        meter.count()
        first = self.world.sides[0]
        plan = first.plan(base)
        if plan is None or not first.could(plan):
            return
        plans = [plan, *(side.plan(base) for side in self.world.sides[1:])]
        covered = self.bad.covered
        situations = [
            side.situation(base, plan, covered=covered) if plan else None
            for side, plan in zip(self.world.sides, plans, strict=True)
        ]
        there = [one for one in situations if one is not None]
        matched = frozenset(index for one in there for index in one.matched)
        open_ = tuple(clause for one in there for clause in one.open)
        waiting = frozenset(clause.number for clause in open_)
        if not self.bad.possible(situations, matched, waiting):
            return
        for found in self._found(base, situations, matched, open_, meter):
            for principal, action in self.world.stood_for(base):
                yield self._hit(base._replace(principal=principal, action=action), found)

    def _found(
        self,
        base: Request,
        situations: Sequence[Situation | None],
        matched: frozenset[int],
        open_: tuple[Clause, ...],
        meter: Meter,
    ) -> list[Found]:
        there = [one for one in situations if one is not None]
        known = {key: values for one in there for key, values in one.known.items()}
        space = self.world.space(base, there)
        signature = (
            tuple(one.facts if one else None for one in situations), matched,
            frozenset((clause.number, clause.tests) for clause in open_), frozenset(known.items()), id(space),
        )  # fmt: skip
        remembered = self._known.get(signature)
        if remembered is None:
            problem = Problem(
                matched,
                open_,
                lambda yes, waiting: self.bad.possible(situations, yes, waiting),
                lambda yes, waiting: self.bad.certain(situations, yes, waiting),
                known,
            )
            found = list(Search(space, meter).run(problem))
            remembered = self._known[signature] = (found, self.world.doubtful)
        found, doubtful = remembered
        if doubtful:
            self.world.doubt()
        return found

    def _hit(self, base: Request, found: Found) -> Hit:
        chosen = {key: values for choice in found.choices for key, values in choice.values}
        witness = build(base, chosen)
        decisions = [side.decide(witness) for side in self.world.sides]
        if not self.bad.shown(witness, decisions):
            raise WitnessError(f"{witness} -> {', '.join(str(decision.outcome) for decision in decisions)}")
        labels = tuple(dict.fromkeys(label for choice in found.choices if (label := choice.say())))
        allowed = next((one for one in decisions if one.outcome is Outcome.ALLOWED), decisions[0])
        return Hit(witness, allowed.reason, labels)
