"""What is told to the solver about a request, and where that is only nearly what the authorizer does."""

from __future__ import annotations

from kmsgen.prover.solver.readings import TestAnswer
from kmsgen.prover.solver.terms import Formula, Terms


class Script:
    """Formulas that hold of every request. `rough` tells where, by reason, the formulas say less than the authorizer.

    Outside of what is rough a request is told exactly. Inside it may be less than what the authorizer says, never more: so that
    no request there is missed, but a request found there need not be one.
    """

    def __init__(self) -> None:
        self.terms = Terms()
        self.formulas: list[Formula] = []
        self.rough: dict[str, list[Formula]] = {}

    def say(self, formula: Formula) -> None:
        """Say what holds of every request."""
        if formula is not True:
            self.formulas.append(formula)

    def leave_rough(self, formula: Formula, why: str) -> None:
        """Mark requests of which `formula` holds as rough: the solver may find them though the authorizer says otherwise."""
        if formula is not False:
            self.rough.setdefault(why, []).append(formula)

    def roughly(self, formula: Formula, why: str) -> TestAnswer:
        """Free answer, true, false or open as the solver likes, for requests that cannot be told exactly: those of `formula`."""
        self.leave_rough(formula, why)
        yes, no = self.terms.flag("perhaps"), self.terms.flag("perhaps not")
        self.say(self.terms.negate(self.terms.every([yes, no])))
        return TestAnswer(yes, no)

    @property
    def exact(self) -> Formula:
        """Formula that holds of requests without any part that was left rough."""
        return self.terms.negate(self.terms.some(formula for formulas in self.rough.values() for formula in formulas))
