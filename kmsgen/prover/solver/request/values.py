"""One value of a condition key, as variables of the solver: its text, what it means, and what it can be at all."""

from __future__ import annotations

from collections.abc import Sequence

from kmsgen.prover.solver.notation.domains import admitted
from kmsgen.prover.solver.notation.measures import ComparedWith, Measure
from kmsgen.prover.solver.notation.notations import Notation
from kmsgen.prover.solver.request.slots import Slot
from kmsgen.prover.solver.script import Script
from kmsgen.prover.solver.terms import Formula, Text
from kmsgen.prover.values.domains import Domain, Kind

_NO_TEXT = "-"
"""Stands for the text of a value that is compared by order alone."""
FREE = Domain()


def new(script: Script, key: str, domain: Domain, asked: ComparedWith, there: Formula) -> Slot:
    """Return a value of a key as variables of the solver, not yet limited to what its text can be (`limit`)."""
    if domain.kind is Kind.TEXT and not asked.families:
        return Slot(there, script.terms.text(key))
    if asked.as_text:
        return measured(script, domain, asked, Slot(there, script.terms.text(key)))
    empty = script.terms.flag(f"{key} is empty") if domain.kind is Kind.TEXT else False
    text = script.terms.choice(empty, "", _NO_TEXT)
    measure = Measure(script, domain, asked, text)
    for means in (measure.is_number, measure.is_date, measure.is_v4, measure.is_v6):
        script.say(script.terms.negate(script.terms.every([empty, means])) if domain.kind is Kind.TEXT else True)
    return Slot(there, text, measure)


def measured(script: Script, domain: Domain, asked: ComparedWith, slot: Slot) -> Slot:
    """Return a value with what it means, its text being compared too."""
    if isinstance(slot.text, str) or (domain.kind is Kind.TEXT and not asked.families):
        return slot
    measure = Measure(script, FREE if domain.values else domain, asked._replace(as_text=True), slot.text)
    Notation(script, measure).tie()
    return slot._replace(measure=measure)


def limit(script: Script, domain: Domain, asked: ComparedWith, slot: Slot, named: Sequence[Text]) -> None:
    """Say that the text of a value, where it is there, is one that its domain admits."""
    if slot.measure is not None and not slot.measure.asked.as_text:
        return
    here = admitted(script, domain, slot.text, named, any_text=bool(asked.families))
    script.say(script.terms.some([script.terms.negate(slot.there), here]))
