"""Clauses and literals: what a problem of the search is made of.

A clause is a statement or a grant whose principal, action and resource match. It matches a request whose values meet all its
tests. A literal is a test together with how it is to come out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from kmsgen.authorizer.evaluation.grants import GrantRule
from kmsgen.authorizer.language.principal import Naming
from kmsgen.authorizer.language.statement import Rule
from kmsgen.prover.problem import Assignment
from kmsgen.prover.requests.constraints import Literal, Look

Matchable = Rule | GrantRule


class Clause:
    """A statement or grant as it names the caller, on one side of a question. Two clauses are the same only if identical.

    Clauses of one `slot` do the same for the outcome. A `cover` gives nothing and only tells which requests it matches.
    """

    __slots__ = ("cover", "deny", "naming", "rule", "side", "slot")

    def __init__(self, rule: Matchable, naming: Naming, side: int, *, cover: bool = False) -> None:
        self.rule = rule
        self.naming = naming
        self.side = side
        self.deny = rule.deny
        self.cover = cover
        self.slot = (rule.layer, rule.level, naming)


Clauses = frozenset[Clause]


class OpenClause(NamedTuple):
    """A clause with the tests that a request still has to meet."""

    clause: Clause
    tests: tuple[Look, ...]


Judge = Callable[[Clauses, Clauses], bool]
"""Tells whether the bad thing holds, from the clauses that match and those of which it is still open."""


class Problem(NamedTuple):
    """What is decided before any free condition is known: the clauses that match already, and those open.

    `possible` is false only if the bad thing cannot hold whichever of the open clauses match, `certain` true only if it holds
    whichever do. Of the clauses in `gives` one more that matches never ends the bad thing.
    """

    matched: Clauses
    open: tuple[OpenClause, ...]
    possible: Judge
    certain: Judge
    gives: Clauses = frozenset()


class Found(NamedTuple):
    """Access of one kind: what a request has to hold, and the literals that make the bad thing hold."""

    assignment: Assignment
    literals: tuple[Literal, ...]
