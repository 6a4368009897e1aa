"""Decide which literals can hold in one request, by the solver.

What it finds is a request only if the authorizer's own tests come out as wanted and its condition keys can be held together; that
there is none counts only where every test is told in full, or where what is told is less than what the authorizer says.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from kmsgen.authorizer.language.operators import parse_date
from kmsgen.policy.letter_case import folded
from kmsgen.prover.problem import Assignment, DefectError, Meter, OutsideError, Values
from kmsgen.prover.requests.components import Free
from kmsgen.prover.requests.constraints import TAG, Literal, in_order
from kmsgen.prover.requests.constraints import holds as is_met
from kmsgen.prover.requests.parts.circumstances import completed
from kmsgen.prover.requests.parts.times import EPOCH, NOW, times_agree
from kmsgen.prover.solver.consult import consult
from kmsgen.prover.solver.formulas import holds
from kmsgen.prover.solver.process import within
from kmsgen.prover.solver.request.request_terms import RequestTerms
from kmsgen.prover.solver.script import Script
from kmsgen.prover.solver.terms import Formula

_SHARE = 0.25
"""So much of the time that is left may be spent on one question, so that others get theirs."""
_LEAST = 0.02
"""Seconds that one question is given at least."""
_TRIES = 24
"""So many requests are looked at whose condition keys cannot be held together before that is given up."""


def solve(free: Free, literals: frozenset[Literal], meter: Meter) -> Assignment | None:
    """Return a request in which all literals hold; None only if there is none.

    Raises OutsideError where the solver cannot tell, BudgetError, and DefectError where the authorizer tells otherwise.
    """
    meter.check_clock()
    seconds = max(_LEAST, (meter.deadline - time.monotonic()) * _SHARE)
    try:
        return within(seconds, lambda: _solve(free, literals, meter))
    except OutsideError:
        meter.check_clock()
        raise


def _solve(free: Free, literals: frozenset[Literal], meter: Meter) -> Assignment | None:
    listed = in_order(literals)
    request = RequestTerms(Script(), free, [look for look, _ in listed])
    terms = request.script.terms
    wanted = [holds(request, look) if truth else terms.negate(holds(request, look)) for look, truth in listed]
    certain = True
    for _ in range(_TRIES):
        found = consult(request, terms.every(wanted), meter)
        if found is None:
            if certain:
                return None
            break
        hanging = {key: found.assignment.values[key] for key in request.hanging}
        together = completed(hanging, free.coherent) if hanging else hanging
        if together is not None:
            decided = Assignment(free.known).with_(found.assignment).with_(Assignment(together))
            return _checked(decided, listed, (*found.rough, *_not_admitted(free, found.assignment)))
        wanted.append(terms.negate(_alike(request, found.assignment.values)))
        certain = certain and _is_told_in_full(request, found.assignment.values)
    raise OutsideError("how the circumstances of a request hang together")


def _checked(decided: Assignment, literals: list[Literal], rough: tuple[str, ...]) -> Assignment:
    """Return the found request if the authorizer's tests agree; else raise OutsideError if told roughly, or DefectError."""
    met = _is_one_moment(decided) and all(is_met(look, decided) is truth for look, truth in literals)
    if met and _UNSEEN not in rough:
        return decided
    if rough:
        raise OutsideError("; ".join(rough))
    raise DefectError("the solver found a request of which the authorizer says otherwise")


_UNSEEN = "a condition key of the solver's request has a value that it cannot have"


def _not_admitted(free: Free, found: Assignment) -> tuple[str, ...]:
    """Return what speaks against a request with a value that its key cannot have: the solver reads texts of kinds roughly."""
    pairs = ((free.domains[key], values) for key, values in found.values.items() if key in free.domains)
    seen = all(domain.admits(text) for domain, values in pairs for text in values or ())
    tags = [folded(name) for name, _ in found.pairs.get(TAG, ())]
    return () if seen and len(set(tags)) == len(tags) else (_UNSEEN,)


def _is_one_moment(decided: Assignment) -> bool:
    now, epoch = (decided.values.get(key) for key in (NOW, EPOCH))
    if not times_agree(decided.values):
        raise OutsideError("the times of a request are compared as texts")
    if not now or not epoch:
        return True
    if not set(parse_date(now[0])) & set(parse_date(epoch[0])):
        raise OutsideError("the moment of a request is compared as a text in both notations")
    return True


def _alike(request: RequestTerms, values: Mapping[str, Values | None]) -> Formula:
    """Say that a request holds the same hanging keys as this one, with the same values where these are of a closed list."""
    terms = request.script.terms
    parts: list[Formula] = []
    for key in request.hanging:
        for number, slot in enumerate(request.slots(key)):
            held = values[key] or ()
            parts.append(slot.there if number < len(held) else terms.negate(slot.there))
            if number < len(held) and request.free.domains[key].values:
                parts.append(terms.equal(slot.text, held[number]))
    return terms.every(parts)


def _is_told_in_full(request: RequestTerms, values: Mapping[str, Values | None]) -> bool:
    """Whether `_alike` leaves out no other request: every hanging key is absent, or its values are a closed list."""
    return all(values[key] is None or request.free.domains[key].values for key in request.hanging)
