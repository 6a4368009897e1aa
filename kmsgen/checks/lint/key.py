"""A key with all that bears on it, and what is proved of it: what the lint rules by proof look at."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from kmsgen.checks.lint.written import Written
from kmsgen.errors import Location
from kmsgen.policy.bundle import Bundle
from kmsgen.policy.document import Statement
from kmsgen.prover.minimality import Minimality, minimality
from kmsgen.prover.proof import Budget, Proof
from kmsgen.prover.prove import prove
from kmsgen.prover.question import NoLockout, NoPublic


class LintedKey:
    """The first key of a bundle with the policies written about it; each proof is made once, when a rule asks for it."""

    def __init__(self, bundle: Bundle, policies: Sequence[Written], budget: Budget) -> None:
        self.bundle = bundle
        self.policies = policies
        self.budget = budget

    @property
    def place(self) -> Location:
        """Where the first of the policies is."""
        return self.policies[0].where(self.policies[0].steps)

    @cached_property
    def public(self) -> Proof:
        """Whether nobody has access whom no policy names."""
        return prove(self.bundle, NoPublic(), self.budget)

    @cached_property
    def lockout(self) -> Proof:
        """Whether somebody can still change the key policy."""
        return prove(self.bundle, NoLockout(), self.budget)

    @cached_property
    def minimal(self) -> Minimality:
        """What the policies could do without."""
        return minimality(self.bundle, self.budget)

    def place_of(self, labels: Sequence[str]) -> Location:
        """Return the place of the first statement with one of these labels; of the policy where there is none."""
        every = (statement for policy in self.policies for statement in policy.statements())
        found = (one.policy.place(one.number) for one in every if one.policy.label(one.number) in labels)
        return next(found, self.place)

    def written(self, statement: Statement) -> list[tuple[Written, int]]:
        """Return where a statement, the very same, is written: in which policies, as which of theirs."""
        every = (one for policy in self.policies for one in policy.statements())
        return [(one.policy, one.number) for one in every if one.statement is statement]
