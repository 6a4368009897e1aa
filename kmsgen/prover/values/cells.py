"""Cut the values of one condition key by the tests that look at it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from kmsgen.authorizer.language.operators import parse_date, parse_number
from kmsgen.authorizer.language.variables import Variable, parse_template
from kmsgen.authorizer.language.wildcards import Wild
from kmsgen.policy.operators import OperatorName
from kmsgen.prover.search.search import Known, Values
from kmsgen.prover.values import ranges
from kmsgen.prover.values.domains import Domain, Kind
from kmsgen.prover.values.partition import Class, Cut
from kmsgen.prover.values.patterns import ANY, STAR, Pattern, Step, arn_steps, literal

_TEXT_FAMILIES = ("String", "Arn", "Bool", "Binary")
_GLOBS = ("StringLike", "StringNotLike", "ArnLike", "ArnNotLike", "ArnEquals", "ArnNotEquals")


class Wanted(NamedTuple):
    """What a test wants of a condition key: the operator and the values as written; `variables` as of 2012-10-17."""

    operator: OperatorName
    values: Values
    variables: bool


class MixedTestsError(Exception):
    """A key is compared both as a text with wildcards and by order; its classes are not all found."""


Part = str | Step
"""A text taken literally, or a wildcard."""
_STEPS = {Wild.MANY: STAR, Wild.ONE: ANY}


def parts_of(value: str, known: Known, *, variables: bool) -> list[Part] | None:
    """Take a value apart into literal texts and wildcards, variables put in; None where a variable is absent."""
    parts: list[Part] = []
    for piece in parse_template(value, variables=variables, wildcards=True).pieces:
        if isinstance(piece, Wild):
            parts.append(_STEPS[piece])
            continue
        text = _value_of(piece, known) if isinstance(piece, Variable) else piece
        if text is None:
            return None
        parts.append(text)
    return parts


def _value_of(variable: Variable, known: Known) -> str | None:
    values = known.get(variable.key)
    return values[0] if values else variable.default


def matching(wanted: Wanted, values: Values, known: Known) -> Iterator[str]:
    """Yield the wanted values, as written, that one of these values matches as a text."""
    if "IpAddress" in wanted.operator.base:
        yield from _holding(wanted.values, values)
        return
    for text in wanted.values:
        patterns = list(_patterns(Wanted(wanted.operator, (text,), wanted.variables), known))
        if any(pattern.matches(value) for pattern in patterns for value in values):
            yield text


def _holding(wanted: Values, values: Values) -> Iterator[str]:
    for text in wanted:
        (network,) = ranges.networks([text]) or (None,)
        for address in ranges.networks(values):
            if network is not None and network.prefixlen and ranges.within(address, network):
                yield text


def _steps(parts: Iterable[Part]) -> list[Step]:
    return [step for part in parts for step in ([part] if isinstance(part, Step) else map(Step, part))]


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
            yield Pattern(_steps(parts))
        elif base.endswith("Like"):
            yield Pattern(_steps(parts))
        else:
            yield literal(_plain(parts), ignore_case=base.endswith("IgnoreCase") or base == "Bool")


def _constants(wants: Iterable[Wanted], families: tuple[str, ...]) -> list[str]:
    return [value for wanted in wants if wanted.operator.base.startswith(families) for value in wanted.values]


def _readings(parse: Callable[[str], Iterable[Decimal]], wants: Iterable[Wanted], families: tuple[str, ...]) -> list[Decimal]:
    return [reading for text in _constants(wants, families) for reading in parse(text)]


def texts(domain: Domain, wants: Sequence[Wanted], known: Known, budget: int) -> list[str]:
    """Return one text per class of one value. Raises MixedTestsError and PatternBudgetError."""
    if domain.values:
        return list(domain.values)
    if any("${" in value for wanted in wants for value in wanted.values):
        return _texts(domain, wants, known, budget)
    return list(_texts_without_variables(domain, tuple(wants), budget))


@lru_cache(maxsize=4096)
def _texts_without_variables(domain: Domain, wants: tuple[Wanted, ...], budget: int) -> tuple[str, ...]:
    """Remember what hangs on nothing else: keys and policies want the same over and over."""
    return tuple(_texts(domain, wants, {}, budget))


def _texts(domain: Domain, wants: Sequence[Wanted], known: Known, budget: int) -> list[str]:
    patterns = [pattern for wanted in wants for pattern in _patterns(wanted, known)]
    if domain.kind is not Kind.TEXT or any(not w.operator.base.startswith((*_TEXT_FAMILIES, "Null")) for w in wants):
        return _ordered(domain, wants, patterns)
    if any(wanted.operator.base == "Null" for wanted in wants):
        patterns.append(literal(""))
    return [found.text for found in _classes(patterns, domain, budget)]


def _classes(patterns: list[Pattern], domain: Domain, budget: int) -> list[Class]:
    found: dict[frozenset[int], Class] = {}
    for shape in domain.shapes:
        for one in Cut(patterns, shape, nicer=domain.nicer, budget=budget).classes():
            found.setdefault(one.matched, one)
    for text in (pattern.text for pattern in patterns):
        if text is not None and not domain.strict and not {"*", "?"} & set(text):
            matched = frozenset(i for i, pattern in enumerate(patterns) if pattern.matches(text))
            found.setdefault(matched, Class(text, matched))
    return list(found.values())


def _ordered(domain: Domain, wants: Sequence[Wanted], patterns: Sequence[Pattern]) -> list[str]:
    if any(wanted.operator.base in _GLOBS and any(set("*?$") & set(value) for value in wanted.values) for wanted in wants):
        raise MixedTestsError
    named = [text for pattern in patterns if (text := pattern.text) is not None]
    found: list[str] = list(named)
    families: tuple[tuple[Kind, str, Callable[[], list[str]]], ...] = (
        (Kind.NUMBER, "Numeric", lambda: _numbers(domain, wants)),
        (Kind.INSTANT, "Date", lambda: ranges.instants(_readings(parse_date, wants, ("Date", "Numeric")))),
        (Kind.ADDRESS, "Ip", lambda: ranges.addresses(ranges.networks(_constants(wants, ("IpAddress", "NotIpAddress"))))),
    )
    for kind, family, cut in families:
        tested = any(family in wanted.operator.base for wanted in wants)
        if domain.kind is kind or (domain.kind is Kind.TEXT and tested):
            found += cut()
    return list(dict.fromkeys([*found, *(["any"] if domain.kind is Kind.TEXT else [])]))


def _numbers(domain: Domain, wants: Sequence[Wanted]) -> list[str]:
    return ranges.numbers(_readings(parse_number, wants, ("Numeric", "String")), domain.low, domain.high)


def subsets(elements: Sequence[str], answers: Callable[[str], tuple[object, ...]]) -> list[Values]:
    """Return one set of values per combination of answers, smallest first; the empty set is the first.

    A test of a set folds the answers of its elements, so a set is as good as another in which the same answers occur.
    """
    row = {element: tuple(frozenset([answer]) for answer in answers(element)) for element in elements}
    found: dict[tuple[frozenset[object], ...] | None, Values] = {None: ()}
    queue: list[tuple[frozenset[object], ...] | None] = [None]
    for state in queue:
        for element in elements:
            own = row[element]
            larger = own if state is None else tuple(a | b for a, b in zip(state, own, strict=True))
            if larger not in found:
                found[larger] = (*found[state], element)
                queue.append(larger)
    return list(found.values())
