"""Conditions and Resource elements as formulas: one value, a set of values, absence.

Source: IAM User Guide, reference_policies_condition-single-vs-multi-valued-context-keys, reference_policies_elements_condition.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations

from kmsgen.authorizer.language.conditions import ConditionTest, takes_empty_for_none
from kmsgen.authorizer.language.operators import OPERATORS
from kmsgen.authorizer.language.variables import parse_policy_text
from kmsgen.authorizer.language.wildcards import Maybe, any_of
from kmsgen.policy.letter_case import folded
from kmsgen.policy.operators import OperatorName, split_operator
from kmsgen.prover.problem import OutsideError
from kmsgen.prover.solver import readings
from kmsgen.prover.solver.notation import templates
from kmsgen.prover.solver.notation.templates import Value, ValueOf
from kmsgen.prover.solver.readings import TestAnswer
from kmsgen.prover.solver.request.operators import NEGATED, PREDICATES, WITH_WILDCARDS
from kmsgen.prover.solver.request.slots import Slot, Slots, present
from kmsgen.prover.solver.script import Script
from kmsgen.prover.solver.terms import Terms

ABSENT = Value(there=False, several=False, text="", wild=False)
_MOST_EITHER_WAY = 3


def condition(script: Script, test: ConditionTest, slots: Slots, value_of: ValueOf, either: Iterable[str] = ()) -> TestAnswer:
    """Return when a condition holds; keys that are read `either` way may be absent where they are there. Raises OutsideError."""
    name = split_operator(test.condition.operator)
    if name is None or not test.condition.values:
        return readings.OPEN
    worlds = [
        _in_world(script, test, name, () if test.variable in absent else slots, without(value_of, absent))
        for absent in absences(either)
    ]
    return readings.agreed(script.terms, worlds)


def absences(keys: Iterable[str]) -> Iterator[frozenset[str]]:
    """Yield which keys may be absent of those that are read as there and as absent. Raises OutsideError for too many."""
    listed = sorted(set(keys))
    if len(listed) > _MOST_EITHER_WAY:
        raise OutsideError("a condition reads many keys of which it is open whether they are there")
    yield from (frozenset(some) for size in range(len(listed) + 1) for some in combinations(listed, size))


def without(value_of: ValueOf, absent: frozenset[str]) -> ValueOf:
    """Return what policy variables see where some keys are absent; of several values they never see one."""

    def found(key: str) -> Value:
        value = value_of(key)
        return value if key not in absent or value.several is True else ABSENT

    return found


def _in_world(script: Script, test: ConditionTest, name: OperatorName, slots: Slots, value_of: ValueOf) -> TestAnswer:
    there = present(script.terms, slots)
    if name.base == "Null":
        absent, answer = _null(script.terms, test.condition.values, slots)
    else:
        absent = _when_missing(name)
        answer = _of_values(script, test, name, slots, value_of)
        if takes_empty_for_none(test.condition):
            answer = _without_empty(script.terms, name.quantifier, slots, answer)
    return readings.where(script.terms, there, answer, readings.certain(absent))


def _without_empty(terms: Terms, quantifier: str, slots: Slots, answer: TestAnswer) -> TestAnswer:
    """Return the answer of a set operator on a key of one value, which takes an empty text for none."""
    something = terms.some(terms.every([slot.there, terms.negate(terms.equal(slot.text, ""))]) for slot in slots)
    of_empty = readings.YES if quantifier == "ForAllValues" else readings.agreed(terms, [readings.NO, answer])
    return readings.where(terms, something, answer, of_empty)


def _when_missing(name: OperatorName) -> bool:
    """Answer on a missing key: IfExists and ForAllValues hold, and so does a negated operator without a set operator."""
    return name.if_exists or name.quantifier == "ForAllValues" or (name.base in NEGATED and not name.quantifier)


def _null(terms: Terms, wanted: Sequence[str], slots: Slots) -> tuple[Maybe, TestAnswer]:
    """Return whether Null holds of an absent key, and when of one that is there; open where all its values are empty."""
    of_absent, of_present = (
        any_of((folded(text) == "true") is absent if folded(text) in ("true", "false") else None for text in wanted)
        for absent in (True, False)
    )
    something = terms.some(terms.every([slot.there, terms.negate(terms.equal(slot.text, ""))]) for slot in slots)
    return of_absent, readings.where(terms, something, readings.certain(of_present), readings.OPEN)


def _of_values(script: Script, test: ConditionTest, name: OperatorName, slots: Slots, value_of: ValueOf) -> TestAnswer:
    terms = script.terms
    answers = [of_value(script, test, name.base, slot, value_of) for slot in slots]
    turn = readings.negated if name.base in NEGATED else lambda answer: answer
    if not test.fold:
        held = [
            terms.every(terms.some([terms.negate(slot.there), part]) for slot, part in zip(slots, parts, strict=True))
            for parts in zip(*answers, strict=True)
        ]
        return turn(TestAnswer(*held)) if answers else readings.OPEN
    fold, neutral = _FOLDS[test.fold]
    return fold(terms, [readings.where(terms, slot.there, turn(one), neutral) for slot, one in zip(slots, answers, strict=True)])


_FOLDS: dict[str, tuple[Callable[[Terms, Sequence[TestAnswer]], TestAnswer], TestAnswer]] = {
    "ForAllValues": (readings.every, readings.YES),
    "ForAnyValue": (readings.some, readings.NO),
}


def of_value(script: Script, test: ConditionTest, base: str, slot: Slot, value_of: ValueOf) -> TestAnswer:
    """Return when one value of a key matches one of the condition's values."""
    wild = base in WITH_WILDCARDS
    if not all(map(OPERATORS[base].takes, test.condition.values)):
        return readings.OPEN

    def meets(value: str) -> TestAnswer:
        text = parse_policy_text(value, variables=test.modern, wildcards=wild)
        return templates.compared(script, text, value_of, lambda pieces: PREDICATES[base](script, pieces, slot), wild=wild)

    answers = list(map(meets, test.condition.values))
    some = readings.some(script.terms, answers)
    return readings.agreed(script.terms, [some, readings.every(script.terms, answers)]) if test.needs_all else some
