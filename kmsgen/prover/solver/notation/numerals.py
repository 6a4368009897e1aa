"""Numbers as texts: which texts are numbers, and which of them are less than, equal to or greater than a constant.

All are regular languages, since decimals are compared digit by digit.
Source: IAM User Guide, reference_policies_elements_condition_operators (numeric condition operators).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from kmsgen.prover.solver.terms import Language, Terms, once

LONGEST = 40
"""So many digits before the point, and so many behind it, are read as a number."""


class OrderedTexts(NamedTuple):
    """The texts that mean less than a constant, the same, and more. Of what means nothing they tell nothing."""

    below: Language
    same: Language
    above: Language


@once
def number(terms: Terms) -> Language:
    """Return the texts that are numbers."""
    digits = terms.up_to(digit(terms), LONGEST)
    fraction = terms.perhaps(terms.sequence([terms.exactly("."), digits]))
    return terms.sequence([_no_sign_or_minus(terms), digits, fraction])


@once
def whole_number(terms: Terms) -> Language:
    """Return the texts that count something: digits without a sign."""
    return terms.up_to(digit(terms), LONGEST)


@once
def four_digits(terms: Terms) -> Language:
    """Return what may be a number as well as a year."""
    return terms.sequence([digit(terms)] * 4)


@once
def digit(terms: Terms) -> Language:
    """Return the ten digits."""
    return terms.characters("0", "9")


def _no_sign_or_minus(terms: Terms) -> Language:
    return terms.perhaps(terms.exactly("-"))


@once
def bounds(terms: Terms, constant: Decimal) -> OrderedTexts:
    """Compare numbers with a constant."""
    plus, minus = terms.exactly(""), terms.exactly("-")
    digits = _Digits.of(constant)
    own, other = (minus, plus) if constant < 0 else (plus, minus)
    same = terms.sequence([own if constant else _no_sign_or_minus(terms), digits.same(terms)])
    farther = terms.sequence([own, digits.greater(terms)])  # farther from zero, on the constant's side
    nearer = [terms.sequence([own, digits.smaller(terms)])] if constant else []
    beyond = terms.sequence([other, _some(terms) if constant else _Digits("", "").greater(terms)])
    nearer = terms.either([*nearer, beyond])
    return OrderedTexts(farther, same, nearer) if constant < 0 else OrderedTexts(nearer, same, farther)


@once
def _some(terms: Terms) -> Language:
    """Return digits, perhaps with a fraction."""
    return terms.repeated(terms.either([digit(terms), terms.exactly(".")]))


class _Digits(NamedTuple):
    """The digits of a constant without its sign: before the point without leading, behind it without trailing zeros."""

    whole: str
    fraction: str

    @classmethod
    def of(cls, constant: Decimal) -> _Digits:
        whole, _, fraction = format(abs(constant), "f").partition(".")
        return cls(whole.lstrip("0"), fraction.rstrip("0"))

    def same(self, terms: Terms) -> Language:
        zeros = terms.repeated(terms.exactly("0"))
        if self.fraction:
            rest = terms.sequence([terms.exactly(f".{self.fraction}"), zeros])
        else:
            rest = terms.perhaps(terms.sequence([terms.exactly(".0"), zeros]))
        return terms.sequence([self._head(terms), rest])

    def greater(self, terms: Terms) -> Language:
        """Return what has more digits before the point, or a greater one at some place."""
        zeros = terms.repeated(terms.exactly("0"))
        longer = [terms.characters("1", "9"), *([digit(terms)] * len(self.whole)), _some(terms)]
        higher = [[*one, *([digit(terms)] * left), _fraction(terms)] for one, left in over(terms, self.whole)]
        behind = terms.sequence([self._head(terms), terms.exactly("."), greater_fraction(terms, self.fraction)])
        return terms.either([*(terms.sequence([zeros, *one]) for one in (longer, *higher)), behind])

    def smaller(self, terms: Terms) -> Language:
        """Return what has fewer digits before the point, or a smaller one at some place."""
        zeros = terms.repeated(terms.exactly("0"))
        found = [[*one, *([digit(terms)] * left), _fraction(terms)] for one, left in under(terms, self.whole)]
        if self.whole:
            found.append([terms.exactly("0"), _fraction(terms)])
        if len(self.whole) > 1:
            found.append([terms.up_to(digit(terms), len(self.whole) - 1), _fraction(terms)])
        if self.fraction:
            less = terms.sequence([terms.exactly("."), smaller_fraction(terms, self.fraction)])
            found.append([terms.exactly(self.whole or "0"), terms.perhaps(less)])
        return terms.either(terms.sequence([zeros, *one]) for one in found)

    def _head(self, terms: Terms) -> Language:
        return terms.sequence([terms.repeated(terms.exactly("0")), terms.exactly(self.whole or "0")])


@once
def _fraction(terms: Terms) -> Language:
    return terms.perhaps(terms.sequence([terms.exactly("."), _some(terms)]))


def greater_fraction(terms: Terms, fraction: str) -> Language:
    """Return the digits behind a point that mean more than these."""
    digits = terms.repeated(digit(terms))
    found = [terms.sequence([*one, digits]) for one, _ in over(terms, fraction)]
    return terms.either([*found, terms.sequence([terms.exactly(fraction), digits, terms.characters("1", "9"), digits])])


def smaller_fraction(terms: Terms, fraction: str) -> Language:
    """Return the digits behind a point that mean less than these, the last of which is no zero."""
    digits, zeros = terms.repeated(digit(terms)), terms.repeated(terms.exactly("0"))
    found = [terms.sequence([*one, digits]) for one, _ in under(terms, fraction)]
    shorter = [terms.sequence([terms.exactly(fraction[:place]), zeros]) for place in range(len(fraction))]
    return terms.either([*found, *shorter])


def over(terms: Terms, digits: str) -> Iterator[tuple[list[Language], int]]:
    """Yield what is greater at a place and the same before it, and how many places are left."""
    for place, character in enumerate(digits):
        if character.isdigit() and character != "9":
            higher = terms.characters(chr(ord(character) + 1), "9")
            yield [terms.exactly(digits[:place]), higher], len(digits) - place - 1


def under(terms: Terms, digits: str) -> Iterator[tuple[list[Language], int]]:
    """Yield what is less at a place and the same before it, and how many places are left."""
    for place, character in enumerate(digits):
        if character.isdigit() and character != "0":
            lower = terms.characters("0", chr(ord(character) - 1))
            yield [terms.exactly(digits[:place]), lower], len(digits) - place - 1
