"""Cut the values of one condition key by the tests that look at it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from kmsgen.policy.operators import OperatorName
from kmsgen.prover import ranges
from kmsgen.prover.domains import Domain, Kind
from kmsgen.prover.patterns import ANY, STAR, Class, Cut, Pattern, Step, arn_steps, literal
from kmsgen.prover.search import Known, Values

_PLACE = re.compile(r"\$\{([^}]*)\}")
_LITERALS = {"*", "?", "$"}
_VARIABLE = re.compile(r"\s*([^,]*?)\s*(?:,\s*'([^']*)'\s*)?\Z")
_TEXT_FAMILIES = ("String", "Arn", "Bool", "Binary")
_GLOBS = ("StringLike", "StringNotLike", "ArnLike", "ArnNotLike", "ArnEquals", "ArnNotEquals")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a test wants of a condition key: the operator and the values as written; `variables` as of 2012-10-17."""

    operator: OperatorName
    values: Values
    variables: bool


class MixedTestsError(Exception):
    """A key is compared both as a text with wildcards and by order; its classes are not all found."""


Part = str | Step
"""A text taken literally, or a wildcard."""


def parts_of(value: str, known: Known, *, variables: bool) -> list[Part] | None:
    """Take a value apart into literal texts and wildcards, variables put in; None where a variable is absent."""
    parts: list[Part] = []
    end = 0
    for place in _PLACE.finditer(value) if variables else ():
        parts += _wildcards(value[end : place.start()])
        end = place.end()
        inner = place.group(1)
        text = inner if inner in _LITERALS else _variable(inner, known)
        if text is None:
            return None
        parts.append(text)
    return [*parts, *_wildcards(value[end:])]


def variables_in(value: str) -> Iterator[str]:
    """Yield the condition keys that a value reads as policy variables, in lower case."""
    for place in _PLACE.finditer(value):
        match = _VARIABLE.match(place.group(1))
        if place.group(1) not in _LITERALS and match:
            yield match.group(1).lower()


def _variable(inner: str, known: Known) -> str | None:
    match = _VARIABLE.match(inner)
    if match is None:
        return None
    values = known.get(match.group(1).lower())
    return values[0] if values else match.group(2)


def _wildcards(text: str) -> Iterator[Part]:
    for piece in re.split(r"([*?])", text):
        if piece:
            yield STAR if piece == "*" else ANY if piece == "?" else piece


def _plain(parts: Iterable[Part]) -> str:
    return "".join(part if isinstance(part, str) else "*" if part is STAR else "?" for part in parts)


def _patterns(wanted: Wanted, known: Known) -> Iterator[Pattern]:
    base = wanted.operator.base
    if not base.startswith(_TEXT_FAMILIES):
        return
    for value in wanted.values:
        parts = parts_of(value, known, variables=wanted.variables and base.startswith(("String", "Arn")))
        if parts is None:
            continue
        if base.startswith("Arn"):
            yield Pattern(arn_steps(parts))
        elif base.endswith("Like"):
            yield Pattern([step for part in parts for step in ([part] if isinstance(part, Step) else map(Step, part))])
        else:
            yield literal(_plain(parts), ignore_case=base.endswith("IgnoreCase") or base == "Bool")


def _constants(wants: Iterable[Wanted], families: tuple[str, ...]) -> list[str]:
    return [value for wanted in wants if wanted.operator.base.startswith(families) for value in wanted.values]


def _decimals(texts: Iterable[str]) -> Iterator[Decimal]:
    for text in texts:
        try:
            yield Decimal(text)
        except InvalidOperation:
            continue


def _seconds(texts: Iterable[str]) -> Iterator[Decimal]:
    for text in texts:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            yield from _decimals([text])
            continue
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        yield Decimal(str(aware.timestamp()))


def texts(domain: Domain, wants: Sequence[Wanted], known: Known, budget: int) -> list[str]:
    """Return one text per class of one value. Raises MixedTestsError and PatternBudgetError."""
    if domain.values:
        return list(domain.values)
    patterns = [pattern for wanted in wants for pattern in _patterns(wanted, known)]
    if domain.kind is not Kind.TEXT or any(not w.operator.base.startswith((*_TEXT_FAMILIES, "Null")) for w in wants):
        return _ordered(domain, wants, patterns)
    if any(wanted.operator.base == "Null" for wanted in wants):
        patterns.append(literal(""))
    return [found.text for found in _classes(patterns, domain, budget)]


def _classes(patterns: list[Pattern], domain: Domain, budget: int) -> list[Class]:
    found = Cut(patterns, domain.shape, nicer=domain.nicer, budget=budget).classes()
    if domain.shape.steps == (STAR,):
        return found
    # a value outside the shape is taken as possible where a policy names it
    named = [text for pattern in patterns if (text := pattern.text) is not None]
    seen = {one.matched for one in found}
    for text in named:
        matched = frozenset(i for i, pattern in enumerate(patterns) if pattern.matches(text))
        if matched not in seen:
            seen.add(matched)
            found.append(Class(text, matched))
    return found


def _ordered(domain: Domain, wants: Sequence[Wanted], patterns: Sequence[Pattern]) -> list[str]:
    if any(wanted.operator.base in _GLOBS and any(set("*?$") & set(value) for value in wanted.values) for wanted in wants):
        raise MixedTestsError
    named = [text for pattern in patterns if (text := pattern.text) is not None]
    found: list[str] = list(named)
    families: tuple[tuple[Kind, str, Callable[[], list[str]]], ...] = (
        (Kind.NUMBER, "Numeric", lambda: _numbers(domain, wants)),
        (Kind.INSTANT, "Date", lambda: ranges.instants(_seconds(_constants(wants, ("Date", "Numeric"))))),
        (Kind.ADDRESS, "Ip", lambda: ranges.addresses(ranges.networks(_constants(wants, ("IpAddress", "NotIpAddress"))))),
    )
    for kind, family, cut in families:
        tested = any(family in wanted.operator.base for wanted in wants)
        if domain.kind is kind or (domain.kind is Kind.TEXT and tested):
            found += cut()
    return list(dict.fromkeys([*found, *(["any"] if domain.kind is Kind.TEXT else [])]))


def _numbers(domain: Domain, wants: Sequence[Wanted]) -> list[str]:
    return ranges.numbers(_decimals(_constants(wants, ("Numeric", "String"))), domain.low, domain.high)


def subsets(elements: Sequence[str], answers: Callable[[Values], object]) -> list[Values]:
    """Return one set of values per combination of answers, smallest first; the empty set is one of them.

    An element can only make `any` true and `all` false, so growing each new combination by one element finds them all.
    """
    found: dict[object, Values] = {answers(()): ()}
    queue: list[Values] = [()]
    for values in queue:
        for element in elements:
            if element in values:
                continue
            larger = (*values, element)
            answer = answers(larger)
            if answer not in found:
                found[answer] = larger
                queue.append(larger)
    return list(found.values())


def product(parts: Sequence[Sequence[Values | None]]) -> Iterator[tuple[Values | None, ...]]:
    """Combine the choices of several keys."""
    return itertools.product(*parts)
