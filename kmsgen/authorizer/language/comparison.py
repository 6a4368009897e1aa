"""Condition operators with their values, compiled to tests of what a condition key holds, whether told or open."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from kmsgen.authorizer.language.open_value import Lookup, OpenValue, agreed, no_lookup
from kmsgen.authorizer.language.operators import OPERATORS, QUANTIFIERS, Operator, null_test, of_shape, when_missing
from kmsgen.authorizer.language.variables import Missing, PolicyText, Resolved, parse_policy_text, resolve
from kmsgen.authorizer.language.wildcards import Maybe, Pieces, Predicate, all_of, any_of
from kmsgen.catalogue import condition_keys
from kmsgen.catalogue.model import Values
from kmsgen.policy.operators import OperatorName

KnownTest = Callable[[Values | None, Lookup], Maybe]
"""Tests values that are told; variables are told too, or have a shape."""
ShapeTest = Callable[[OpenValue, Lookup], Maybe]
"""Tests a key of which only a shape is known, and perhaps what it means."""


@lru_cache(maxsize=4096)
def is_multi_valued(key: str) -> bool:
    """Whether a condition key holds a set of values, so that `${key}` cannot stand for it in a policy text."""
    found = condition_keys.find(key)
    return found is not None and found.multi_valued


@dataclass(frozen=True, slots=True)
class Comparison:
    """A compiled condition operator with its values: `known` tests told values, `shaped` a key of which only a shape is known.

    `used` are the condition keys, in lower case, that policy variables in its values name.
    """

    used: Values
    known: KnownTest
    shaped: ShapeTest


Combine = Callable[[Iterable[Maybe]], Maybe]
"""What follows from how a value of a request compares with each value of a condition."""


def either(results: Iterable[Maybe]) -> Maybe:
    """Combine the values of a condition of which one page says that one must match, and another that all must (C3)."""
    listed = list(results)
    return agreed((any_of(listed), all_of(listed)))


def compile_comparison(
    name: OperatorName | None, values: Values, *, fold: str, modern: bool, combine: Combine = any_of
) -> Comparison:
    """Compile a condition operator and its values; a `name` of None (no such operator) gives tests that are always open.

    `modern` makes `${...}` a policy variable. `fold` is the set operator by which several values of a request count; empty for
    none, and then all of them must compare alike (P4). `combine`: how the values of the condition count together.
    """
    if name is None or not values:
        return Comparison((), _never, _never)
    if name.base == "Null":
        of_present = null_test(values, ("?",))
        return Comparison((), lambda told, _lookup: null_test(values, told), lambda _open, _lookup: of_present)
    operator = OPERATORS[name.base]
    texts = _texts(values, operator, modern=modern)
    used = tuple(dict.fromkeys(key for text in texts for key in text.keys))
    return Comparison(used, _known(name, operator, texts, fold, combine), _shaped(name, operator, texts, combine))


def _known(name: OperatorName, operator: Operator, texts: list[PolicyText], fold: str, combine: Combine) -> KnownTest:
    missing = when_missing(name.quantifier, operator, if_exists=name.if_exists)
    quantifier, negated = QUANTIFIERS[fold], operator.negated
    fixed = [_bound(operator, text, no_lookup) for text in texts if not text.keys]
    varying = [text for text in texts if text.keys]
    matches_fixed = _combined(fixed, operator, combine)

    def of_fixed(values: Values | None, _lookup: Lookup) -> Maybe:
        if not values:
            return missing
        if len(values) > 1:
            return quantifier(matches_fixed, negated, values)
        result = matches_fixed(values[0])
        return not result if negated and result is not None else result

    def of_varying(values: Values | None, lookup: Lookup) -> Maybe:
        if not values:
            return missing
        tests = [_bound(operator, text, lookup).matches for text in varying]
        return quantifier(_together([matches_fixed, *tests] if fixed else tests, combine), negated, values)

    return of_varying if varying else of_fixed


def without_empty(quantifier: str, test: KnownTest) -> KnownTest:
    """Return the test of a key under a set operator, for which an empty text by itself is no value.

    ForAllValues is true of a null data set, such as an empty text; what ForAnyValue makes of one no page says.
    Source: IAM User Guide, reference_policies_condition-single-vs-multi-valued-context-keys.
    """

    def of_values(values: Values | None, lookup: Lookup) -> Maybe:
        if not values or any(values):  # of several values none is empty
            return test(values, lookup)
        return True if quantifier == "ForAllValues" else agreed((False, test(values, lookup)))

    return of_values


def _shaped(name: OperatorName, operator: Operator, texts: list[PolicyText], combine: Combine) -> ShapeTest:
    negated = operator.negated

    def shaped(seen: OpenValue, lookup: Lookup) -> Maybe:
        bound = [_bound(operator, text, lookup) for text in texts]
        matches = _combined(bound, operator, combine)
        meant = [text for read_by, text in seen.meant if read_by == operator.reads]
        if meant:
            return agreed(_turned(matches(text), negated=negated) for text in meant)
        members = [_turned(matches(member), negated=negated) for member in seen.members]
        rest = _turned(_covered(operator, bound, seen, combine), negated=negated)
        return of_shape(name.quantifier, members, rest, multi_valued=seen.multi_valued)

    return shaped


def _turned(result: Maybe, *, negated: bool) -> Maybe:
    return None if result is None else result is not negated


def _texts(values: Values, operator: Operator, *, modern: bool) -> list[PolicyText]:
    # what is no number, date or address, as a policy variable is none, may spoil the whole condition (S12)
    if not all(map(operator.takes, values)):
        return [PolicyText((), malformed=True)]
    return [parse_policy_text(value, variables=modern, wildcards=operator.wildcards) for value in values]


def _never(_seen: object, _lookup: object) -> Maybe:
    return None


@dataclass(frozen=True, slots=True)
class _Bound:
    """One policy value for one request. `sure` is the pattern that it surely is, `possible` the widest pattern that it may be.

    Neither: it cannot be evaluated. `possible` alone: the value of a policy variable in it is open. `nothing`: a variable has no
    value. Wildcards that come out of a variable's value count in `possible` only (P5).
    """

    matches: Predicate
    sure: Pieces | None = None
    possible: Pieces | None = None
    nothing: bool = False


def _bound(operator: Operator, text: PolicyText, lookup: Lookup) -> _Bound:
    return _bind(operator, resolve(text, lookup, is_multi_valued))


@lru_cache(maxsize=4096)
def _bind(operator: Operator, resolved: Resolved | Missing | None) -> _Bound:
    if resolved is None:
        return _Bound(lambda _value: None)
    if isinstance(resolved, Missing):
        return _Bound(lambda _value: False, nothing=True)
    if not resolved.sure:
        possible = (resolved.loose,)
        return _Bound(lambda value: False if operator.covers((value,), possible) is False else None, None, resolved.loose)
    strict = operator.predicate(resolved.pieces)
    if resolved.loose == resolved.pieces or not operator.wildcards:
        return _Bound(strict, resolved.pieces, resolved.pieces)
    loose = operator.predicate(resolved.loose)
    return _Bound(lambda value: _loosely(strict(value), loose(value)), resolved.pieces, resolved.loose)


def _loosely(strict: Maybe, loose: Maybe) -> Maybe:
    return strict if strict is not False or loose is False else None


def _combined(bound: list[_Bound], operator: Operator, combine: Combine) -> Predicate:
    """Test a value against several policy values; a set of texts where one that is the same is enough."""
    if combine is any_of and operator.exact and all(one.sure is not None and one.sure == one.possible for one in bound):
        return frozenset("".join(map(str, one.sure or ())) for one in bound).__contains__
    return _together([one.matches for one in bound], combine)


def _together(tests: list[Predicate], combine: Combine) -> Predicate:
    """Return the test of a value that several make together."""
    return tests[0] if len(tests) == 1 else lambda value: combine(test(value) for test in tests)


def _covered(operator: Operator, bound: list[_Bound], seen: OpenValue, combine: Combine) -> Maybe:
    """Whether every text of a shape matches one of several policy values (True) or none does (False); None where that is open."""
    shape = seen.shape or ()
    sure = tuple(one.sure for one in bound if one.sure is not None)
    if sure and operator.covers(shape, sure):
        return True if combine is any_of else None
    if any(one.possible is None and not one.nothing for one in bound):
        return None
    possible = tuple(one.possible for one in bound if one.possible is not None)
    return False if not possible or operator.covers(shape, possible) is False else None
