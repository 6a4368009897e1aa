"""How a condition meets one value of its key: the authorizer's own answer, and what tells the values apart.

A test of texts is a few patterns: which of them match a value settles the answer. A test by order, of addresses or of binaries is
its constants. What is neither has no argument for its values and raises OutsideError.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from kmsgen.authorizer.language.comparison import Combine, either, is_multi_valued
from kmsgen.authorizer.language.conditions import ConditionTest, takes_empty_for_none
from kmsgen.authorizer.language.open_value import Lookup, either_way
from kmsgen.authorizer.language.operators import OPERATORS
from kmsgen.authorizer.language.variables import Missing, Resolved, parse_policy_text, resolve
from kmsgen.authorizer.language.wildcards import Maybe, Pieces, Wild, any_of, negate, split_parts
from kmsgen.policy.letter_case import folded
from kmsgen.policy.operators import split_operator
from kmsgen.prover.problem import OutsideError, Values
from kmsgen.prover.values.patterns import (
    ANY,
    STAR,
    Automaton,
    Pattern,
    PatternStep,
    arn_steps,
    glob,
    in_any_case,
    literal,
    nearly,
)

Bits = tuple[bool, ...]
Reading = Callable[[Bits], Maybe]
ANSWERS: frozenset[Maybe] = frozenset((True, False, None))


class ComparisonKind(Enum):
    """How a test compares: as a text, by order, by network, as bytes."""

    TEXT = "text"
    NUMBER = "number"
    INSTANT = "instant"
    ADDRESS = "address"
    BINARY = "binary"


class ValueTest(NamedTuple):
    """A condition as it meets one value of its key, by the authorizer's own `answer`.

    Of a test of texts `patterns` and `reading` say the same: the answer follows from which patterns match.
    """

    answer: Callable[[str], Maybe]
    family: ComparisonKind
    constants: Values  # texts that it names
    patterns: tuple[Automaton, ...] = ()
    reading: Reading = lambda _bits: None
    any_of: bool = False  # the answer follows from whether any pattern matches
    plain: bool = False  # texts that are no constants are alike to it
    otherwise: Maybe = None  # the answer to these, where it is plain
    samples: tuple[tuple[str, object], ...] = ()  # texts that its patterns take, each with the alternative that it is of
    alternatives: frozenset[object] = frozenset()  # the test holds if one of them does; empty where that is not so
    answers: frozenset[Maybe] = ANSWERS  # no value gives another


def value_test(test: ConditionTest, lookup: Lookup, why: str = "") -> ValueTest:
    """Condition as a test of one value, its policy variables put in; `why`: the silence by which the key may be absent too.

    Raises OutsideError.
    """
    if not test.variables:
        return _fixed(test, why)
    if any(key in test.unreliable for key in test.variables):
        raise OutsideError("a policy variable names a key on which a key policy cannot rest")
    return _new(test, lookup, why)


@lru_cache(maxsize=8192)
def _fixed(test: ConditionTest, why: str) -> ValueTest:
    return _new(test, lambda _key: None, why)


def _new(test: ConditionTest, lookup: Lookup, why: str) -> ValueTest:
    found = _of_any_text(test, lookup, why)
    if not takes_empty_for_none(test.condition) or is_multi_valued(test.variable):
        return found  # of several values none is empty
    return _with_empty(found) if found.family is ComparisonKind.TEXT else found


def _with_empty(found: ValueTest) -> ValueTest:
    """Return a test of texts that tells the empty one apart from what its patterns say of it."""
    empty = found.answer("")
    return found._replace(
        patterns=(*found.patterns, literal("")),
        reading=lambda bits: empty if bits[-1] else found.reading(bits[:-1]),
        any_of=False,
        plain=False,
        alternatives=frozenset(),
        answers=found.answers | {empty},
    )


def _of_any_text(test: ConditionTest, lookup: Lookup, why: str) -> ValueTest:
    def answer(text: str) -> Maybe:
        return test.check(either_way((text,), why) if why else (text,), lookup)

    name = split_operator(test.condition.operator)
    if name is None or not test.condition.values:
        return _always_open(answer)
    if name.base == "Null":
        empty, other = answer(""), answer("x")
        return ValueTest(
            answer,
            ComparisonKind.TEXT,
            ("",),
            (literal(""),),
            lambda bits: empty if bits[0] else other,
            plain=True,
            otherwise=other,
        )
    if not all(map(OPERATORS[name.base].takes, test.condition.values)):
        return _always_open(answer)
    for head, family in _FAMILIES:
        if name.base.startswith(head):
            return ValueTest(answer, family, test.condition.values)
    return _of_texts(test, name.base, answer, lookup, unsure=bool(why or test.variable in test.unreliable))


def _always_open(answer: Callable[[str], Maybe]) -> ValueTest:
    """Test that no text settles: of no operator there is, or with a value that is none of the operator's type (S12)."""
    return ValueTest(answer, ComparisonKind.TEXT, (), plain=True)


_FAMILIES = (
    ("Numeric", ComparisonKind.NUMBER),
    ("Date", ComparisonKind.INSTANT),
    ("IpAddress", ComparisonKind.ADDRESS),
    ("NotIpAddress", ComparisonKind.ADDRESS),
    ("Binary", ComparisonKind.BINARY),
)


class _Alternative(NamedTuple):
    """One value of a condition: the patterns that it is, and what follows from which of them match."""

    patterns: tuple[Pattern, ...]
    reading: Reading
    constant: str | None = None
    sample: str | None = None
    written: object = None


def _of_texts(test: ConditionTest, base: str, answer: Callable[[str], Maybe], lookup: Lookup, *, unsure: bool) -> ValueTest:
    alternatives = [_alternative(value, test, base, lookup) for value in test.condition.values]
    patterns = tuple(pattern for one in alternatives for pattern in one.patterns)
    constants = tuple(one.constant for one in alternatives if one.constant is not None)
    negated = OPERATORS[base].negated
    match = _match_of(alternatives, either if test.needs_all else any_of)
    missing = test.check(None, lookup) if unsure else None

    def reading(bits: Bits) -> Maybe:
        result = negate(match(bits)) if negated else match(bits)
        return None if unsure and result is not missing else result

    simple = not test.needs_all and base.startswith("String") and all(one.reading is _first for one in alternatives)
    return ValueTest(
        answer,
        ComparisonKind.TEXT,
        constants,
        patterns,
        reading,
        any_of=simple,
        plain=simple and len(constants) == len(patterns) and not base.endswith("IgnoreCase"),
        otherwise=reading((False,) * len(patterns)),
        samples=tuple((one.sample, one.written) for one in alternatives if one.sample is not None),
        alternatives=frozenset(one.written for one in alternatives)
        if not negated and not unsure and not test.needs_all
        else frozenset(),
        answers=ANSWERS - {None} if simple and not unsure else ANSWERS,
    )


def _match_of(alternatives: Sequence[_Alternative], combine: Combine) -> Reading:
    spans = []
    at = 0
    for one in alternatives:
        spans.append((one.reading, at, at + len(one.patterns)))
        at += len(one.patterns)
    return lambda bits: combine(read(bits[start:end]) for read, start, end in spans)


def _alternative(value: str, test: ConditionTest, base: str, lookup: Lookup) -> _Alternative:
    operator = OPERATORS[base]
    template = parse_policy_text(value, variables=test.modern, wildcards=operator.wildcards)
    resolved = resolve(template, lookup, is_multi_valued)
    if resolved is None:
        return _Alternative((), _open)
    if isinstance(resolved, Missing):
        return _Alternative((), _unmet)
    if not resolved.sure:
        raise OutsideError("what a policy variable holds is open")
    sample = "".join(_SAMPLES[piece] if isinstance(piece, Wild) else piece for piece in resolved.pieces)
    written = (_COMPARED_AS.get(base, base), resolved)
    return _of_resolved(resolved, base)._replace(sample=sample, written=written)


_SAMPLES = {Wild.MANY: "", Wild.ONE: "x"}
_COMPARED_AS = {"ArnEquals": "ArnLike"}


def _open(_bits: Bits) -> Maybe:
    return None


def _unmet(_bits: Bits) -> Maybe:
    return False


def _first(bits: Bits) -> Maybe:
    return bits[0]


def _of_resolved(resolved: Resolved, base: str) -> _Alternative:
    text = _text_of(resolved.pieces)
    if base == "Bool":
        return _of_boolean(text or "")
    if base.endswith("IgnoreCase"):
        return _Alternative((in_any_case(text or ""), nearly(text or "")), _strictly, text)
    if base.startswith("Arn"):
        return _of_arn(resolved)
    if text is not None and resolved.loose == resolved.pieces:
        return _Alternative((literal(text),), _first, text)
    if resolved.loose == resolved.pieces or not OPERATORS[base].wildcards:
        return _Alternative((Pattern(steps_of(resolved.pieces)),), _first, text)
    both = (Pattern(steps_of(resolved.pieces)), Pattern(steps_of(resolved.loose)))
    return _Alternative(both, _strictly, text)


def _strictly(bits: Bits) -> Maybe:
    """Three-valued answer of two patterns: true if the first matches, open if only the second, the looser one, does."""
    return True if bits[0] else (None if bits[1] else False)


def _of_boolean(text: str) -> _Alternative:
    wanted = folded(text)
    other = "false" if wanted == "true" else "true"
    patterns = (in_any_case(wanted), in_any_case(other))
    return _Alternative(patterns, lambda bits: True if bits[0] else (False if bits[1] else None), wanted)


AN_ARN = glob("*:*:*:*:*:*")


def _of_arn(resolved: Resolved) -> _Alternative:
    """Return the patterns of an ARN: what is an ARN at all, and what the six parts of one match, or may match."""
    pattern, decides = _arn_pattern(resolved.pieces)
    loose = (_arn_pattern(resolved.loose)[0],) if resolved.loose != resolved.pieces else ()

    def reading(bits: Bits) -> Maybe:
        if not bits[0]:
            return None
        if bits[1]:
            return True if decides else None
        return None if any(bits[2:]) else False

    return _Alternative((AN_ARN, pattern, *loose), reading, _text_of(resolved.pieces))


def _arn_pattern(pieces: Pieces) -> tuple[Pattern, bool]:
    """Return the pattern within six parts; of other parts that across colons, which decides nothing (S12)."""
    sixfold = len(split_parts(pieces)) == 6
    return (Pattern(arn_steps(_parts(pieces))), True) if sixfold else (Pattern(steps_of(pieces)), False)


def _text_of(pieces: Pieces) -> str | None:
    return None if any(isinstance(piece, Wild) for piece in pieces) else "".join(str(piece) for piece in pieces)


_STEPS = {Wild.MANY: STAR, Wild.ONE: ANY}


def _parts(pieces: Pieces) -> Iterator[str | PatternStep]:
    yield from (_STEPS[piece] if isinstance(piece, Wild) else piece for piece in pieces)


def steps_of(pieces: Iterable[str | Wild]) -> list[PatternStep]:
    """Return pieces as the steps of a pattern."""
    return [
        step for part in _parts(tuple(pieces)) for step in ([part] if isinstance(part, PatternStep) else map(PatternStep, part))
    ]
