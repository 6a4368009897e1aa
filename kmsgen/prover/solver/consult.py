"""Ask the solver for a request of which a formula holds."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import NamedTuple

from kmsgen.prover.problem import Assignment, Meter, OutsideError
from kmsgen.prover.solver.model import Model, assignment
from kmsgen.prover.solver.request.request_terms import RequestTerms
from kmsgen.prover.solver.terms import Formula

_OPTIONS = {"strings-exp": "true", "produce-models": "true", "incremental": "false"}


class SolvedRequest(NamedTuple):
    """A request that the solver found; `rough` are the reasons why it may not be one."""

    assignment: Assignment
    rough: tuple[str, ...] = ()


def consult(request: RequestTerms, formula: Formula, meter: Meter) -> SolvedRequest | None:
    """Ask cvc5 for a request of which a formula holds; None only if there is none.

    First among the requests that are told exactly, then among the others. Raises OutsideError where the solver gives up, and
    BudgetError.
    """
    script = request.script
    terms = script.terms
    exact = script.exact
    model = model_of(request, [formula, exact], meter)
    if model is not None:
        return SolvedRequest(assignment(model, request))
    if exact is True:
        return None
    model = model_of(request, [formula, terms.negate(exact)], meter)
    if model is None:
        return None
    rough = tuple(why for why, formulas in script.rough.items() if any(map(model.holds, formulas)))
    return SolvedRequest(assignment(model, request), rough)


def model_of(request: RequestTerms, wanted: Iterable[Formula], meter: Meter) -> Model | None:
    """Model of formulas by cvc5; None only if it says unsat. Each question has a solver of its own, which is faster."""
    solver = request.script.terms.solver(_OPTIONS)
    meter.check_clock()
    solver.setOption("tlimit-per", str(max(1, int((meter.deadline - time.monotonic()) * 1000))))
    for formula in (*request.script.formulas, *wanted):
        solver.assertFormula(request.script.terms.asserted(formula))
    result = solver.checkSat()
    if result.isUnknown():
        raise OutsideError("the solver gives up")
    return Model(solver) if result.isSat() else None
