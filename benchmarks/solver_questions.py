"""The questions that the prover asks cvc5, kept as SMT-LIB text, and how long cvc5 and z3 take for the same ones.

z3 is no part of kmsgen; it reads what cvc5 prints: `pip install 'kmsgen[benchmark]'`.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from unittest.mock import patch

from kmsgen.prover.problem import Meter
from kmsgen.prover.solver import consult, literals
from kmsgen.prover.solver.model import Model
from kmsgen.prover.solver.request.request_terms import RequestTerms
from kmsgen.prover.solver.terms import Formula

UNDECIDED = "unknown"


class Question(NamedTuple):
    """One question as text, the answer of cvc5 (`sat`, `unsat`, `unknown`), and the milliseconds it took."""

    text: str
    answer: str
    took: float


@contextmanager
def recorded() -> Iterator[list[Question]]:
    """Keep every question that is asked, in this process: cvc5's time is that of its own work."""
    found: list[Question] = []
    ask = consult.model_of

    def asked(request: RequestTerms, wanted: Iterable[Formula], meter: Meter) -> Model | None:
        formulas = list(wanted)
        terms = [request.script.terms.asserted(formula) for formula in (*request.script.formulas, *formulas)]
        start, answer = time.process_time(), UNDECIDED
        try:
            model = ask(request, formulas, meter)
            answer = "unsat" if model is None else "sat"
        finally:
            found.append(Question(_text(terms), answer, (time.process_time() - start) * 1000))
        return model

    with patch.object(literals, "within", lambda _seconds, work: work()), patch.object(consult, "model_of", asked):
        yield found


def asked_of_z3(question: Question, seconds: float) -> Question:
    """Return a question with the answer of z3 and its time; what z3 cannot read it does not decide."""
    import z3  # noqa: PLC0415 - only where it is installed

    solver = z3.Solver()
    solver.set("timeout", int(seconds * 1000))
    start = time.process_time()
    try:
        solver.from_string(question.text)
        answer = str(solver.check())
    except z3.Z3Exception:
        answer = UNDECIDED
    return Question(question.text, answer, (time.process_time() - start) * 1000)


def _text(terms: Iterable[Any]) -> str:
    listed = list(terms)
    declared = (f"(declare-const {name} {sort})" for name, sort in sorted(_constants(listed).items()))
    return "\n".join((*declared, *(f"(assert {term})" for term in listed)))


def _constants(terms: Iterable[Any]) -> dict[str, str]:
    """Return the variables of some terms, with their sorts."""
    found: dict[str, str] = {}
    waiting, seen = list(terms), set()
    while waiting:
        term = waiting.pop()
        if term.getId() not in seen:
            seen.add(term.getId())
            waiting += list(term)
            if term.getKind().name == "CONSTANT":
                found[str(term)] = str(term.getSort())
    return found
