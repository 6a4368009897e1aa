"""How each condition operator meets one value of a key, as formulas: a second telling of what the authorizer's operators do.

Source: IAM User Guide, reference_policies_elements_condition_operators.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence

from kmsgen.authorizer.language.operators import OPERATORS, parse_date, parse_number
from kmsgen.policy.letter_case import folded
from kmsgen.prover.problem import OutsideError
from kmsgen.prover.solver import readings
from kmsgen.prover.solver.notation import arns, binaries
from kmsgen.prover.solver.notation.case_ignored import equals_in_any_case
from kmsgen.prover.solver.notation.globs import Piece, takes
from kmsgen.prover.solver.notation.languages import in_any_case
from kmsgen.prover.solver.notation.measures import Measure, OrderFormulas
from kmsgen.prover.solver.readings import TestAnswer
from kmsgen.prover.solver.request.slots import Slot
from kmsgen.prover.solver.script import Script
from kmsgen.prover.solver.terms import Formula, Terms
from kmsgen.prover.values import ranges

Predicate = Callable[[Script, Sequence[Piece], Slot], TestAnswer]
"""Tells how one value of a policy, taken apart, meets one value of a request."""
OfMeasure = Callable[[Terms, str, Measure], TestAnswer]
"""Tells how one value of a policy meets what a value of a request means."""


def _in_any_case(script: Script, pieces: Sequence[Piece], slot: Slot) -> TestAnswer:
    return equals_in_any_case(script, pieces, slot.text)


def equals(script: Script, pieces: Sequence[Piece], slot: Slot) -> TestAnswer:
    """Compare texts as they are."""
    return readings.of(script.terms, script.terms.equal(slot.text, script.terms.joined(pieces)))


def is_like(script: Script, pieces: Sequence[Piece], slot: Slot) -> TestAnswer:
    """Compare with a pattern."""
    return readings.of(script.terms, takes(script.terms, pieces, slot.text))


def is_arn_like(script: Script, pieces: Sequence[Piece], slot: Slot) -> TestAnswer:
    """Compare with a pattern of ARNs; open for what is no ARN."""
    answer = arns.matched(script, pieces, slot.text)
    return readings.where(script.terms, arns.is_arn(script.terms, slot.text), answer, readings.OPEN)


def is_boolean(script: Script, pieces: Sequence[Piece], slot: Slot) -> TestAnswer:
    """Compare with true or false, in any case."""
    terms = script.terms
    wanted = folded(_known(pieces))
    if wanted not in ("true", "false"):
        return readings.OPEN
    other = "false" if wanted == "true" else "true"
    return TestAnswer(*(terms.inside(slot.text, in_any_case(terms, one)) for one in (wanted, other)))


def _known(pieces: Sequence[Piece]) -> str:
    return "".join(str(piece) for piece in pieces)


# --- numbers, dates, addresses ------------------------------------------------------------------------------------------


Relation = Callable[[Terms, OrderFormulas], Formula]


def _less(_terms: Terms, found: OrderFormulas) -> Formula:
    return found.less


def _same(_terms: Terms, found: OrderFormulas) -> Formula:
    return found.same


def _more(_terms: Terms, found: OrderFormulas) -> Formula:
    return found.more


def _at_most(terms: Terms, found: OrderFormulas) -> Formula:
    return terms.some([found.less, found.same])


def _at_least(terms: Terms, found: OrderFormulas) -> Formula:
    return terms.some([found.more, found.same])


_RELATIONS: dict[str, Relation] = {
    "Equals": _same,
    "NotEquals": _same,
    "LessThan": _less,
    "LessThanEquals": _at_most,
    "GreaterThan": _more,
    "GreaterThanEquals": _at_least,
}


def _numeric(relation: Relation) -> OfMeasure:
    def compare(terms: Terms, wanted: str, measure: Measure) -> TestAnswer:
        held = [(measure.is_number, relation(terms, measure.compared(measure.number, one))) for one in parse_number(wanted)]
        return _of_every_reading(terms, held)

    return compare


def _dated(relation: Relation) -> OfMeasure:
    def compare(terms: Terms, wanted: str, measure: Measure) -> TestAnswer:
        sorts = ((measure.is_number, measure.number), (measure.is_date, measure.date))
        held = [(is_one, relation(terms, measure.compared(value, one))) for is_one, value in sorts for one in parse_date(wanted)]
        return _of_every_reading(terms, held)

    return compare


def _of_every_reading(terms: Terms, held: Sequence[tuple[Formula, Formula]]) -> TestAnswer:
    """Return the answer on which all readings of both texts agree: seconds since 1970, and a date; open without any."""
    readable = terms.some(is_one for is_one, _ in held)
    yes = [terms.some([terms.negate(is_one), holds]) for is_one, holds in held]
    no = [terms.some([terms.negate(is_one), terms.negate(holds)]) for is_one, holds in held]
    return TestAnswer(terms.every([readable, *yes]), terms.every([readable, *no]))


def _in_network(terms: Terms, wanted: str, measure: Measure) -> TestAnswer:
    found = ranges.networks([wanted])
    if not found:
        return readings.OPEN
    held = measure.in_network(found[0])
    return TestAnswer(held, terms.every([terms.some([measure.is_v4, measure.is_v6]), terms.negate(held)]))


def _by_measure(base: str, compare: OfMeasure) -> Predicate:
    def predicate(script: Script, pieces: Sequence[Piece], slot: Slot) -> TestAnswer:
        if slot.measure is not None:
            return compare(script.terms, _known(pieces), slot.measure)
        if not isinstance(slot.text, str):
            raise OutsideError("a text that is no value of its own is compared by order")
        return readings.certain(OPERATORS[base].predicate(tuple(map(str, pieces)))(slot.text))

    return predicate


# --- binaries -----------------------------------------------------------------------------------------------------------


def _is_binary(script: Script, pieces: Sequence[Piece], slot: Slot) -> TestAnswer:
    terms = script.terms
    try:
        wanted = base64.b64decode(_known(pieces), validate=True)
    except (binascii.Error, ValueError):
        return readings.OPEN
    same = terms.is_one_of(slot.text, binaries.spellings(wanted))
    answer = TestAnswer(same, terms.every([terms.inside(slot.text, binaries.binary(terms)), terms.negate(same)]))
    rough = terms.inside(slot.text, binaries.overfilled(terms))
    return readings.where(terms, rough, script.roughly(rough, "a binary that is filled up beyond its end"), answer)


PREDICATES: dict[str, Predicate] = {
    **dict.fromkeys(("StringEquals", "StringNotEquals"), equals),
    **dict.fromkeys(("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"), _in_any_case),
    **dict.fromkeys(("StringLike", "StringNotLike"), is_like),
    **dict.fromkeys(("ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"), is_arn_like),
    "Bool": is_boolean,
    "BinaryEquals": _is_binary,
}
PREDICATES |= {f"Numeric{name}": _by_measure(f"Numeric{name}", _numeric(relation)) for name, relation in _RELATIONS.items()}
PREDICATES |= {f"Date{name}": _by_measure(f"Date{name}", _dated(relation)) for name, relation in _RELATIONS.items()}
PREDICATES |= {base: _by_measure(base, _in_network) for base in ("IpAddress", "NotIpAddress")}
WITH_VARIABLES = frozenset(name for name in PREDICATES if name.startswith(("String", "Arn")))
WITH_WILDCARDS = frozenset(name for name in WITH_VARIABLES if name.startswith("Arn") or name.endswith("Like"))
NEGATED = frozenset(name for name in PREDICATES if "Not" in name)
"""The operators that take policy variables, and wildcards, and those that hold where no value of the policy matches."""
