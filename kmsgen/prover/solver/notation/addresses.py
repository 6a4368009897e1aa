"""Addresses as texts: dotted IPv4, IPv6 of eight groups, and the networks that they are in.

An IPv6 address in another notation (`::`, an IPv4 tail, a zone) is told apart only roughly.
Source: IAM User Guide, reference_policies_elements_condition_operators (IP address condition operators).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kmsgen.prover.solver.notation.languages import one_of, with_colons
from kmsgen.prover.solver.terms import Language, Terms, once

OTHER_NOTATION = "an IPv6 address in another notation"
_HEX = "0123456789abcdef"
LENGTHS = {4: 32, 6: 128}
"""The bits of an address, by version."""
GroupLanguage = Callable[[int, int, int], Language]
"""Makes the groups from one number to another of an address; so many more follow."""


@once
def between(terms: Terms, version: int, low: int, high: int) -> Language:
    """Return the addresses from one to another: dotted, or as eight groups of up to four digits."""
    bits, mark, range_of = (8, ".", _decimal) if version == 4 else (16, ":", _hexadecimal)
    shifts = range(LENGTHS[version] - bits, -1, -bits)
    first, last = ([number >> shift & (1 << bits) - 1 for shift in shifts] for number in (low, high))

    def group(low: int, high: int, left: int) -> Language:
        found = range_of(terms, low, high)
        return terms.sequence([found, terms.exactly(mark)]) if left else found

    return _groups(terms, first, last, group, (1 << bits) - 1)


@once
def every(terms: Terms, version: int) -> Language:
    """Return every address of a version in the notation that is told exactly."""
    return between(terms, version, 0, (1 << LENGTHS[version]) - 1)


def perhaps_other_notation(terms: Terms) -> Language:
    """Return the texts that may be an address of IPv6: those with two colons."""
    return with_colons(terms, 2)


def _groups(terms: Terms, low: list[int], high: list[int], group: GroupLanguage, most: int) -> Language:
    """Return the addresses of which the groups are from these to those."""
    if not low:
        return terms.exactly("")
    left = len(low) - 1
    if not any(low) and all(number == most for number in high):
        return terms.sequence([group(0, most, number) for number in range(left, -1, -1)])
    if low[0] == high[0]:
        return terms.sequence([group(low[0], low[0], left), _groups(terms, low[1:], high[1:], group, most)])
    first, last = [0] * left, [most] * left
    found = [
        terms.sequence([group(low[0], low[0], left), _groups(terms, low[1:], last, group, most)]),
        terms.sequence([group(high[0], high[0], left), _groups(terms, first, high[1:], group, most)]),
    ]
    if low[0] + 1 < high[0]:
        anything = [group(0, most, number) for number in range(left - 1, -1, -1)]
        found.append(terms.sequence([group(low[0] + 1, high[0] - 1, left), *anything]))
    return terms.either(found)


@once
def _decimal(terms: Terms, low: int, high: int) -> Language:
    """Return the numbers of a range, without leading zeros."""
    return terms.either(_digits(terms, str(first), str(last), "0123456789") for first, last in _by_length(low, high))


def _by_length(low: int, high: int) -> Iterator[tuple[int, int]]:
    for length in range(1, 4):
        first, last = max(low, 10 ** (length - 1) if length > 1 else 0), min(high, 10**length - 1)
        if first <= last:
            yield first, last


@once
def _hexadecimal(terms: Terms, low: int, high: int) -> Language:
    """Return the numbers of a range, with any leading zeros up to four digits."""
    found = []
    for width in range(1, 5):
        last = min(high, 16**width - 1)
        if low <= last:
            found.append(_digits(terms, f"{low:0{width}x}", f"{last:0{width}x}", _HEX))
    return terms.either(found)


@once
def _digits(terms: Terms, low: str, high: str, alphabet: str) -> Language:
    """Return the texts of digits from one to another of the same length."""
    if not low:
        return terms.exactly("")
    whole = [_any_of(terms, alphabet)] * (len(low) - 1)
    if low[0] == high[0]:
        return terms.sequence([_any_of(terms, low[0]), _digits(terms, low[1:], high[1:], alphabet)])
    first, last = alphabet[0] * (len(low) - 1), alphabet[-1] * (len(low) - 1)
    found = [
        terms.sequence([_any_of(terms, low[0]), _digits(terms, low[1:], last, alphabet)]),
        terms.sequence([_any_of(terms, high[0]), _digits(terms, first, high[1:], alphabet)]),
    ]
    between = alphabet[alphabet.index(low[0]) + 1 : alphabet.index(high[0])]
    return terms.either([*found, *([terms.sequence([_any_of(terms, between), *whole])] if between else [])])


def _any_of(terms: Terms, digits: str) -> Language:
    return one_of(terms, digits + digits.upper())
