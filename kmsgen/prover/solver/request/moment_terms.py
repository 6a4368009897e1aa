"""The moment of a request, which two condition keys tell: as a date in UTC, and as seconds since 1970.

Source: IAM User Guide, reference_policies_condition-keys (aws:CurrentTime, aws:EpochTime).
"""

from __future__ import annotations

from collections.abc import Mapping

from kmsgen.prover.requests.parts.times import EPOCH, NOW
from kmsgen.prover.solver.notation.measures import ComparedWith
from kmsgen.prover.solver.request import values
from kmsgen.prover.solver.request.slots import Slot
from kmsgen.prover.solver.script import Script
from kmsgen.prover.values.domains import DOMAINS


def moment(script: Script, asked: Mapping[str, ComparedWith]) -> Mapping[str, list[Slot]]:
    """Return the keys that are read, of one moment.

    Where its text is compared too, that is one of its cell between the constants, perhaps of another moment than the other key:
    whoever takes a request from it has to look.
    """
    terms = script.terms
    slots = {key: values.new(script, key, DOMAINS[key], asked[key], there=True) for key in asked}
    now, epoch = (slots[key].measure if key in slots else None for key in (NOW, EPOCH))
    if epoch is not None:
        script.say(terms.every([epoch.is_number, terms.negate(epoch.is_date)]))
    if now is not None and epoch is not None:
        script.say(terms.as_many(now.date, epoch.number))
    return {key: [slot] for key, slot in slots.items()}
