"""From a model of the solver to the request that it is."""

from __future__ import annotations

import ipaddress
from decimal import Decimal, localcontext
from fractions import Fraction

from kmsgen.policy.grant import Pairs
from kmsgen.prover.problem import Assignment, Values
from kmsgen.prover.requests.constraints import CONTEXT
from kmsgen.prover.requests.parts.grant_request import GrantPart
from kmsgen.prover.solver.notation.measures import Measure
from kmsgen.prover.solver.request.families import Family
from kmsgen.prover.solver.request.request_terms import RequestTerms
from kmsgen.prover.solver.request.slots import Slot, Slots
from kmsgen.prover.solver.terms import Formula, Number, Solver, Text
from kmsgen.prover.values import ranges
from kmsgen.prover.values.domains import Kind

_NANOSECONDS = Decimal("1e-9")
_DIGITS = 100
"""More than a number has that is read."""


class Model:
    """Values of the variables of a request, as the solver found them."""

    def __init__(self, solver: Solver) -> None:
        self._solver = solver

    def holds(self, formula: Formula) -> bool:
        """Return whether a formula holds."""
        return formula if isinstance(formula, bool) else bool(self._solver.getValue(formula).getBooleanValue())

    def read(self, text: Text) -> str:
        """Return what a text is."""
        return text if isinstance(text, str) else str(self._solver.getValue(text).getStringValue())

    def values(self, slots: Slots) -> Values | None:
        """Return the values that are there; None where there are none."""
        return tuple(map(self._value, (slot for slot in slots if self.holds(slot.there)))) or None

    def pairs(self, family: Family) -> Pairs:
        """Return the pairs that are there."""
        return tuple((self.read(pair.name), self._value(pair.value)) for pair in family.pairs if self.holds(pair.there))

    def _value(self, slot: Slot) -> str:
        """Return a text of what a value means, where its own is not compared."""
        measure = slot.measure
        if measure is None or measure.asked.as_text:
            return self.read(slot.text)
        if self.holds(measure.is_v4) or self.holds(measure.is_v6):
            number = int(self._number(measure.address))
            return str(ipaddress.IPv4Address(number) if self.holds(measure.is_v4) else ipaddress.IPv6Address(number))
        if self.holds(measure.is_date):
            return next(ranges.moments(self._number(measure.date)))
        return self._written(measure) if self.holds(measure.is_number) else self.read(slot.text)

    def _written(self, measure: Measure) -> str:
        """Return a number; as one of four digits may be a year, it is written with a point where that matters."""
        texts = ranges.spellings(self._number(measure.number))
        return next(text for text in texts if measure.domain.kind is Kind.NUMBER or len(text.lstrip("-")) != 4)

    def _number(self, number: Number) -> Decimal:
        """Return a number: a whole one as it is, others to the nanosecond."""
        fraction = Fraction(self._solver.getValue(number).toPythonObj())
        if fraction.denominator == 1:
            return Decimal(fraction.numerator)
        with localcontext(prec=_DIGITS):
            return (Decimal(fraction.numerator) / Decimal(fraction.denominator)).quantize(_NANOSECONDS)


def assignment(model: Model, request: RequestTerms) -> Assignment:
    """Return the request that a model is."""
    values = {key: model.values(request.slots(key)) for key in request.keys}
    pairs = {name: model.pairs(family) for name, family in request.families.items()}
    grant = None
    if request.grant is not None and request.free.grant is not None:
        values |= {key: model.values(slots) for key, slots in request.grant.slots.items()}
        part = GrantPart(request.free.grant, request.free.domains, request.free.takes_context, request.free.generous)
        grant = part.grant_of(values, pairs.get(CONTEXT, ()))
    principal = model.read(request.caller.arn) if request.caller is not None else None
    return Assignment(values, pairs, grant, principal)
