"""The values that a condition key may hold, as variables of the solver."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kmsgen.prover.solver.notation.measures import Measure
from kmsgen.prover.solver.terms import Formula, Terms, Text


class Slot(NamedTuple):
    """One value that may be there: its text, and what it means where it is compared by order.

    The text of a value that is compared by order alone tells no more than whether it is empty.
    """

    there: Formula
    text: Text
    measure: Measure | None = None


Slots = Sequence[Slot]
"""The values of a condition key, in their order; absent where none is there."""


def present(terms: Terms, slots: Slots) -> Formula:
    """Say that a key has a value."""
    return terms.some(slot.there for slot in slots)


def known(values: Sequence[str] | None) -> Slots:
    """Return told values as slots that are all there; none where the key is absent (None)."""
    return [Slot(there=True, text=text) for text in values or ()]
