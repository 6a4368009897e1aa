"""Find a set of values of a condition key of which several tests come out as wanted, or the proof that there is none.

A test of a set folds the answers of its values. So what is wanted of a set comes down to which answers each of its values may
give, and which answers at least one of them has to give: one value for each of these is a set as good as any other.
Source: IAM User Guide, reference_policies_condition-single-vs-multi-valued-context-keys.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from kmsgen.prover.problem import Values
from kmsgen.prover.values.value_tests import ValueTest
from kmsgen.prover.values.wanted import Accept, Wanted

ANY: Accept = frozenset((True, False, None))
_T, _F, _N = True, False, None


class SetTest(NamedTuple):
    """Test of a set of values: `value` tests one of them, `quantifier` says how the answers fold.

    ForAllValues: all hold; ForAnyValue: some does; empty, without a set operator: all agree, else it is open (P4).
    """

    value: ValueTest
    quantifier: str  # "ForAllValues", "ForAnyValue" or ""


class Demand(NamedTuple):
    """Demand on a set: each of its values gives an answer of `every`, and for each of `some` a value gives one of that."""

    every: Accept
    some: tuple[Accept, ...] = ()


_DEMANDS: dict[tuple[str, Accept], Demand] = {
    ("ForAllValues", frozenset((_T,))): Demand(frozenset((_T,))),
    ("ForAllValues", frozenset((_F,))): Demand(ANY, (frozenset((_F,)),)),
    ("ForAllValues", frozenset((_T, _N))): Demand(frozenset((_T, _N))),
    ("ForAllValues", frozenset((_F, _N))): Demand(ANY, (frozenset((_F, _N)),)),
    ("ForAnyValue", frozenset((_T,))): Demand(ANY, (frozenset((_T,)),)),
    ("ForAnyValue", frozenset((_F,))): Demand(frozenset((_F,))),
    ("ForAnyValue", frozenset((_T, _N))): Demand(ANY, (frozenset((_T, _N)),)),
    ("ForAnyValue", frozenset((_F, _N))): Demand(frozenset((_F, _N))),
    ("", frozenset((_T,))): Demand(frozenset((_T,))),
    ("", frozenset((_F,))): Demand(frozenset((_F,))),
    ("", frozenset((_T, _N))): Demand(ANY, (frozenset((_T, _N)),)),
    ("", frozenset((_F, _N))): Demand(ANY, (frozenset((_F, _N)),)),
}


def demand(quantifier: str, accept: Accept) -> Demand:
    """Demand on a set, met exactly if a test of it comes out as one of `accept`: true, or false, each with open or without."""
    return _DEMANDS[quantifier, accept]


FindOne = Callable[[Sequence[Wanted]], str | None]
"""Finds a value that meets tests."""


def demands(tests: Iterable[tuple[SetTest, Accept]]) -> tuple[list[Wanted], list[Wanted]]:
    """Return what is wanted of every value of a set, and what of at least one value each."""
    asked = [(test.value, demand(test.quantifier, accept)) for test, accept in tests]
    of_every = [Wanted(value, wanted.every) for value, wanted in asked if wanted.every != ANY]
    return of_every, [Wanted(value, some) for value, wanted in asked for some in wanted.some]


def find_set(tests: Iterable[tuple[SetTest, Accept]], find_one: FindOne, within: Values = ()) -> Values | None:
    """Return a set that is not empty of which every test comes out as wanted; None only if there is none.

    Each set holds these values `within` it.
    """
    of_every, needed = demands(tests)
    if not all(one.met(text) for one in of_every for text in within):
        return None
    found = list(within)
    for one in needed:
        if not any(one.met(text) for text in found):
            text = find_one([*of_every, one])
            if text is None:
                return None
            found.append(text)
    if not found:
        text = find_one(of_every)
        return None if text is None else (text,)
    return tuple(dict.fromkeys(found))
