"""What a value means: a number, a date, an address. Comparisons by order are about that, not about its text.

Source: IAM User Guide, reference_policies_elements_condition_operators.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from kmsgen.policy.addresses import Network
from kmsgen.prover.problem import Values
from kmsgen.prover.solver.notation import addresses, moments, numerals
from kmsgen.prover.solver.script import Script
from kmsgen.prover.solver.terms import Formula, Number, Text
from kmsgen.prover.values.domains import Domain, Kind

NUMERIC, DATE, ADDRESS = "Numeric", "Date", "IpAddress"
_LARGEST = Decimal(10) ** numerals.LONGEST
_YEARS = (Decimal(1000), Decimal(10_000))


class OrderFormulas(NamedTuple):
    """Comparison with a constant, as formulas: the value is less, the same, or more."""

    less: Formula
    same: Formula
    more: Formula


class ComparedWith(NamedTuple):
    """What the values of a key are compared with: constants of each sort, and whether their text is compared as well.

    `families` are the sorts of comparison; `named` the texts that are named of the key.
    """

    numbers: tuple[Decimal, ...] = ()
    dates: tuple[Decimal, ...] = ()
    networks: tuple[Network, ...] = ()
    families: frozenset[str] = frozenset()
    as_text: bool = False
    named: Values = ()


class Measure:
    """What one value of a key means. `text` is the value itself, where it is compared as a text."""

    def __init__(self, script: Script, domain: Domain, asked: ComparedWith, text: Text) -> None:
        terms = script.terms
        self.domain = domain
        self.asked = asked
        self.text = text
        self.number: Number = terms.quantity("number", whole=domain.kind is Kind.NUMBER)
        self.date: Number = terms.quantity("date")
        self.address: Number = terms.quantity("address", whole=True)
        self._script = script
        self.is_number, self.is_date, self.is_v4, self.is_v6 = self._sorts()
        self._limit()

    def _sorts(self) -> tuple[Formula, Formula, Formula, Formula]:
        """Return when a value is a number, a date, an address of IPv4 and of IPv6, as far as that is asked."""
        terms, kind = self._script.terms, self.domain.kind
        if kind is Kind.NUMBER:
            (below, _), (early, _) = (terms.compared(self.number, year) for year in _YEARS)
            as_year = terms.every([terms.negate(below), early]) if DATE in self.asked.families else False
            self._script.leave_rough(as_year, "a number that may be a year")
            return True, as_year, False, False
        if kind is Kind.INSTANT and self.asked.as_text:
            seconds = terms.flag("is seconds")
            self._script.leave_rough(seconds if not self.domain.as_number else False, "a moment that is told in seconds")
            return seconds, terms.flag("is a date"), False, False
        if kind is Kind.INSTANT:
            return self.domain.as_number, not self.domain.as_number, False, False
        if kind is Kind.ADDRESS:
            is_v4 = terms.flag("is IPv4")
            return False, False, is_v4, terms.negate(is_v4)
        families = self.asked.families
        is_number = terms.flag("is a number") if families & {NUMERIC, DATE} else False
        is_date = terms.flag("is a date") if DATE in families else False
        is_v4, is_v6 = (terms.flag(f"is IPv{version}") if ADDRESS in families else False for version in (4, 6))
        self._tell_apart(is_number, is_date, is_v4, is_v6)
        return is_number, is_date, is_v4, is_v6

    def _tell_apart(self, is_number: Formula, is_date: Formula, is_v4: Formula, is_v6: Formula) -> None:
        terms = self._script.terms
        several = [[is_v4, is_v6], *([one, address] for one in (is_number, is_date) for address in (is_v4, is_v6))]
        for both in several:
            self._script.say(terms.negate(terms.every(both)))
        self._script.leave_rough(terms.every([is_number, is_date]), "a number that may be a year")

    def _limit(self) -> None:
        """Say between what the number, the date and the address are."""
        terms, say = self._script.terms, self._script.say
        say(self._between(self.number, -_LARGEST, _LARGEST))
        say(self._between(self.date, moments.FIRST, moments.LAST))
        for is_one, version in ((self.is_v4, 4), (self.is_v6, 6)):
            last = 1 << addresses.LENGTHS[version]
            say(terms.some([terms.negate(is_one), self._between(self.address, 0, last)]))
        if self.domain.kind is Kind.NUMBER:
            high = _LARGEST if self.domain.high is None else Decimal(self.domain.high + 1)
            say(self._between(self.number, Decimal(self.domain.low), high))
        if self.domain.kind is Kind.INSTANT:
            value = self.number if self.domain.as_number else self.date
            named = [moment for text in self.asked.named if self.domain.admits(text) for moment in moments.meant(text)]
            late = terms.negate(terms.compared(value, self.domain.low)[0])
            say(terms.some([late, *(terms.compared(value, moment)[1] for moment in named)]))
        for network in self.domain.far:
            say(terms.negate(self.in_network(network)))

    def _between(self, value: Number, low: Decimal | int, end: Decimal | int) -> Formula:
        """Say that a number is at least so much, and less than the end."""
        terms = self._script.terms
        return terms.every([terms.negate(terms.compared(value, low)[0]), terms.compared(value, end)[0]])

    def compared(self, value: Number, constant: Decimal) -> OrderFormulas:
        """Compare a number or a date with a constant."""
        terms = self._script.terms
        less, same = terms.compared(value, constant)
        return OrderFormulas(less, same, terms.negate(terms.some([less, same])))

    def in_network(self, network: Network) -> Formula:
        """Say that an address is in a network."""
        first, last = int(network.network_address), int(network.broadcast_address)
        is_one = self.is_v4 if network.version == 4 else self.is_v6
        return self._script.terms.every([is_one, self._between(self.address, first, last + 1)])

    def within(self, version: int, first: int, last: int) -> Formula:
        """Say that an address of a version is from one to another."""
        is_one = self.is_v4 if version == 4 else self.is_v6
        return self._script.terms.every([is_one, self._between(self.address, first, last + 1)])


def points_of(values: Iterable[Decimal]) -> list[Decimal]:
    """Return the constants sorted, each once."""
    return sorted(dict.fromkeys(values))
