"""What is hunted: access that nothing covers, and access that one bundle gives and another does not."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from kmsgen.authorizer import Decision, Outcome, Request
from kmsgen.prover.search.encoding import Side, Situation

Indices = frozenset[int]
Judge = Callable[[Sequence[Situation | None], Indices, Indices], bool]
"""Judges from the situation on each side (None: KMS refuses), the clauses that match, and those that are open."""


class Bad(NamedTuple):
    """What is hunted: whether it can hold, whether it must, and whether the authorizer's decisions on a witness show it.

    `covered` tells that what covers of a side match is none of it.
    """

    possible: Judge
    certain: Judge
    shown: Callable[[Request, Sequence[Decision]], bool]
    covered: bool = False


def access(side: Side, *, covered: bool = False) -> Bad:
    """Hunt access; with `covered` only what no cover of the side matches."""
    covers = frozenset(side.covers.numbers if covered else ())

    def possible(situations: Sequence[Situation | None], matched: Indices, open_: Indices) -> bool:
        one = situations[0]
        return one is not None and not matched & covers and side.most(one.facts, matched, open_)

    def certain(situations: Sequence[Situation | None], matched: Indices, open_: Indices) -> bool:
        one = situations[0]
        return one is not None and not (matched | open_) & covers and side.least(one.facts, matched, open_)

    def shown(_witness: Request, decisions: Sequence[Decision]) -> bool:
        return decisions[0].outcome is Outcome.ALLOWED

    return Bad(possible, certain, shown, covered)


def gained(sides: Sequence[Side]) -> Bad:
    """Hunt access that the first side gives and the second does not."""
    new, old = sides

    def possible(situations: Sequence[Situation | None], matched: Indices, open_: Indices) -> bool:
        after, before = situations
        if after is None or not new.most(after.facts, matched, open_):
            return False
        return before is None or not old.least(before.facts, matched, open_)

    def certain(situations: Sequence[Situation | None], matched: Indices, open_: Indices) -> bool:
        after, before = situations
        if after is None or not new.least(after.facts, matched, open_):
            return False
        return before is None or not old.most(before.facts, matched, open_)

    def shown(_witness: Request, decisions: Sequence[Decision]) -> bool:
        return decisions[0].outcome is Outcome.ALLOWED and decisions[1].outcome is not Outcome.ALLOWED

    return Bad(possible, certain, shown)
