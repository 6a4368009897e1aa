"""Find one value of a condition key of which several tests come out as wanted, or the proof that there is none.

The values of a key fall into cells in which every test gives one answer: of texts the states of the tests' patterns side by side,
of numbers, instants and addresses the points and gaps between the constants. One value of a cell is as good as another. Where
tests of two sorts meet on one key, each cell is tried with a text that no test names; what cannot be tried so is OutsideError.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import cycle, islice

from kmsgen.prover.problem import DefectError, OutsideError, Values
from kmsgen.prover.values import instants, octets
from kmsgen.prover.values.domains import Domain, Kind
from kmsgen.prover.values.ordered_cells import cells_of
from kmsgen.prover.values.partition import Count, walk
from kmsgen.prover.values.patterns import Automaton, literal
from kmsgen.prover.values.value_tests import ComparisonKind, ValueTest
from kmsgen.prover.values.wanted import Wanted, Watch, banned, excluded

MOST_ENUMERATED = 4096
"""At most so many texts of a cell are tried, and whole numbers one by one where a pattern is asked of them too."""


_FOUND: dict[tuple[Domain, tuple[Wanted, ...], Values], str | None] = {}
_MOST_REMEMBERED = 4096


def find(domain: Domain, wanted: Sequence[Wanted], count: Count, also: Iterable[str] = ()) -> str | None:
    """Return a value of the domain that meets every test; None only if there is none. `also` are values to try first.

    It is remembered, for the same is asked in many spaces. Raises OutsideError where that cannot be shown, and BudgetError.
    """
    if excluded(wanted):
        return None
    asked = (domain, tuple(wanted), tuple(also))
    if asked not in _FOUND:
        found = _find(*asked, count)
        if len(_FOUND) >= _MOST_REMEMBERED:
            _FOUND.clear()
        _FOUND[asked] = found
    return _FOUND[asked]


def _find(domain: Domain, wanted: Sequence[Wanted], also: Values, count: Count) -> str | None:
    wanted = sorted(wanted, key=lambda one: len(one.test.constants) + len(one.test.patterns))
    found = next((text for text in _at_hand(domain, wanted, also) if _is_met(text, domain, wanted)), None)
    if found is not None or domain.values or any(one.constants_only for one in wanted):
        return found
    if domain.kind is Kind.TEXT and all(one.test.family is ComparisonKind.TEXT for one in wanted):
        return _by_patterns(domain, wanted, count)
    return _by_order(domain, wanted, count)


def _at_hand(domain: Domain, wanted: Sequence[Wanted], also: Values) -> Iterator[str]:
    """Candidate values to try first: every one of a closed list, every constant of a test (`find` rests on that), samples."""
    yield from also
    yield from domain.values
    if domain.values:
        return
    out = banned(wanted)
    for one in wanted:
        yield from one.test.constants
        yield from (text for text, written in one.test.samples if written not in out)
    if domain.kind is Kind.TEXT:
        yield from domain.nicer
        yield from _empty(domain)


def _empty(domain: Domain) -> Values:
    """Return the empty text where a value may be that: set operators tell it apart from all others."""
    return ("",) if domain.kind is Kind.TEXT and any(shape.matches("") for shape in domain.shapes) else ()


def _is_met(text: str, domain: Domain, wanted: Sequence[Wanted]) -> bool:
    return all(one.met(text) for one in wanted) and domain.admits(text)


# --- texts --------------------------------------------------------------------------------------------------------------


def _by_patterns(domain: Domain, wanted: Sequence[Wanted], count: Count) -> str | None:
    watch = Watch(domain, wanted)
    for shape in domain.shapes:
        for text, state in walk(shape, watch.together, watch.doomed, count):
            if domain.longest is not None and len(text) > domain.longest:
                break  # the shortest come first
            if watch.wants(state):
                if not _is_met(text, domain, wanted):
                    raise DefectError(f"patterns and authorizer read `{text}` differently")
                return text
    return None


# --- numbers, instants, addresses, binaries -----------------------------------------------------------------------------


_NO_MEMBER = "of a key that is compared by order not every range of values could be tried"


def _by_order(domain: Domain, wanted: Sequence[Wanted], count: Count) -> str | None:
    """Try a text of each cell; None only if none does. Raises OutsideError."""
    texts = [one.test for one in wanted if one.test.family is ComparisonKind.TEXT]
    if domain.kind is Kind.INSTANT and not domain.as_number and not all(test.plain for test in texts):
        return _by_digits(domain, wanted, count)
    named = frozenset(text for test in texts for text in test.constants)
    families = {one.test.family for one in wanted} - {ComparisonKind.TEXT}
    for text in _members(cells_of(domain, [one.test for one in wanted], families), domain, named, count):
        if all(one.met(text) for one in wanted):
            return text
    if all(test.plain for test in texts) and (
        len(families) <= 1 if domain.kind is Kind.TEXT else families <= _COMPARED[domain.kind]
    ):
        return None
    if domain.kind is Kind.ADDRESS and families <= _COMPARED[domain.kind]:
        return _by_digits(domain, wanted, count)
    whole = _every_number(domain)
    if whole is None:
        raise OutsideError(_BOTH)
    return next((text for text in whole if _is_met(text, domain, wanted)), None)


def _by_digits(domain: Domain, wanted: Sequence[Wanted], count: Count) -> str | None:
    """Look for a moment or an address by the digits of its text; None only if none does, however written. Raises OutsideError."""
    texts = [one for one in wanted if one.test.family is ComparisonKind.TEXT]
    ordered = [one for one in wanted if one.test.family is not ComparisonKind.TEXT]
    constants = [text for one in ordered for text in one.test.constants]
    notations = _NOTATIONS[domain.kind](domain, constants, lambda text: all(one.met(text) for one in ordered))
    if notations is None:
        raise OutsideError(_BOTH)
    count = _once_in(_DIGITS_A_STEP, count)
    for one in notations.exact:
        found = _by_patterns(one, texts, count)
        if found is not None:
            return found
    if any(_by_patterns(one, texts, count) is not None for one in notations.others):
        raise notations.error
    return None


_NOTATIONS = {Kind.INSTANT: instants.notations, Kind.ADDRESS: octets.notations}
_DIGITS_A_STEP = 16
"""So many states of a walk over the digits of moments count as one step: such walks have an end that is known."""


def _once_in(times: int, count: Count) -> Count:
    """Count one step in so many."""
    steps = cycle(range(times))
    return lambda: None if next(steps) else count()


_BOTH = "a key is compared both by order and by patterns of its text"
_COMPARED = {
    Kind.NUMBER: {ComparisonKind.NUMBER},
    Kind.INSTANT: {ComparisonKind.NUMBER, ComparisonKind.INSTANT},
    Kind.ADDRESS: {ComparisonKind.ADDRESS},
}
"""By what a key of each kind can be compared, its cells being known."""


def _every_number(domain: Domain) -> Iterator[str] | None:
    """Yield every value of a domain of whole numbers that is small enough; None for others."""
    if domain.kind is not Kind.NUMBER or domain.high is None or domain.high - domain.low > MOST_ENUMERATED:
        return None
    return map(str, range(domain.low, domain.high + 1))


def _members(cells: Iterable[Iterator[str]], domain: Domain, named: frozenset[str], count: Count) -> Iterator[str]:
    """Yield a text of each cell that the domain admits and no test names.

    Raises OutsideError at the end if none was found of some cell that is not shown to have none.
    """
    missed = False
    for cell in cells:
        tried = 0
        for tried, text in enumerate(islice(cell, MOST_ENUMERATED), 1):  # noqa: B007 - read after the loop
            count()
            if text not in named and domain.admits(text):
                yield text
                break
        else:
            missed = missed or next(cell, None) is not None or (tried > 0 and domain.kind not in _LISTED)
    if missed:
        raise OutsideError(_NO_MEMBER)


_LISTED = {Kind.NUMBER, Kind.ADDRESS}
"""Keys of which a cell is all its texts. Others have more spellings of a value than a cell tells."""


# --- every cell ---------------------------------------------------------------------------------------------------------


def every(domain: Domain, tests: Sequence[ValueTest], ties: Sequence[Automaton], named: Values, count: Count) -> Iterator[str]:
    """Values of every cell: each value of the domain is `named` or answers all tests as one that is yielded.

    `ties` are automata of what other keys are compared with after a value of this one: their states are told apart too.
    Raises OutsideError and BudgetError.
    """
    if domain.values:
        yield from (text for text in domain.values if domain.admits(text))
        return
    told = list(dict.fromkeys([*named, *(text for test in tests for text in test.constants)]))
    yield from (text for text in told if domain.admits(text))
    if domain.kind is not Kind.TEXT or any(test.family is not ComparisonKind.TEXT for test in tests):
        if ties or any(not test.plain for test in tests if test.family is ComparisonKind.TEXT):
            raise OutsideError("a key that a policy variable ties to others is compared both by order and by patterns")
        cells = cells_of(domain, tests, {test.family for test in tests} - {ComparisonKind.TEXT})
        texts = frozenset([*named, *(text for test in tests if test.family is ComparisonKind.TEXT for text in test.constants)])
        yield from dict.fromkeys(text for text in (*_empty(domain), *_members(cells, domain, texts, count)) if text not in told)
        return
    yield from _one_of_each(domain, [test for test in tests if not test.plain], ties, frozenset(told), count)


def _one_of_each(
    domain: Domain, tests: Sequence[ValueTest], ties: Sequence[Automaton], told: frozenset[str], count: Count
) -> Iterator[str]:
    shunned = [*map(literal, sorted(told | domain.taken)), *domain.never]
    patterns: list[Automaton] = [pattern for test in tests for pattern in test.patterns]
    together = Automaton([*shunned, *patterns, *ties])
    asked = len(shunned) + len(patterns)
    no_more = together.accepting & together.span(0, len(shunned))
    told_apart = together.accepting & together.span(len(shunned), asked) | together.span(asked, len(together.ends))
    seen: set[int] = set()
    nicer = [text for text in domain.nicer if domain.admits(text)]
    for text, state in [*((text, together.run(text)) for text in nicer), *_walked(domain, together, count)]:
        cell = state & told_apart
        if not state & no_more and cell not in seen:
            seen.add(cell)
            yield text


def _walked(domain: Domain, together: Automaton, count: Count) -> Iterator[tuple[str, int]]:
    for shape in domain.shapes:
        yield from walk(shape, together, lambda _state: False, count)
