"""What a request holds of a condition key: its values, nothing, or one of several ways that nobody told.

A way is the values of the key in one reading, each a pattern (a known text, or the shape of an unknown one); no values: the
key is absent. Several ways, or a shape, leave what is compared with them open where they do not all answer alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tests.reference.patterns import ANYTHING, Pattern, is_known, literal, text_of, wild

Way = tuple[Pattern, ...]


@dataclass(frozen=True)
class Held:
    """The ways in which a request may hold a key.

    `perhaps`: a shape that the value may have instead (P1): what it alone matches is open. `of_service`: the identity that a
    service is told to have; what a condition says of the identities of customers, `customers` and those it names, is open.
    `meant`: of a value whose spelling alone is open, the operators (how they begin) that read what it means, each with a text.
    """

    ways: tuple[Way, ...]
    perhaps: Pattern | None = None
    of_service: bool = False
    customers: tuple[str, ...] = ()
    meant: tuple[tuple[str, str], ...] = ()

    def may_be_of_a_customer(self, named: Iterable[str]) -> bool:
        """Whether a service is told to have the identity of a customer, which no page says that it can have."""
        told = self.texts if self.of_service else None
        known = {*map(str.lower, named), *self.customers}
        return any(text.lower() in known or known & set(text.split(":")) for text in told or ())

    @property
    def texts(self) -> tuple[str, ...] | None:
        """The values where they are known, else None."""
        if len(self.ways) != 1 or not all(is_known(value) for value in self.ways[0]):
            return None
        return tuple(text_of(value) for value in self.ways[0])


Lookup = Callable[[str], Held]
ABSENT = Held(((),))
OPEN = Held(((ANYTHING,),))
MAYBE = Held(((), (ANYTHING,)))


def known(*texts: str) -> Held:
    """Return what surely holds these values."""
    return Held((tuple(literal(text) for text in texts),))


def one_of(texts: Iterable[str]) -> Held:
    """Return what holds one of these values, nobody told which."""
    return Held(tuple((literal(text),) for text in texts))


def shaped(*shapes: str) -> Held:
    """Return what holds one value of one of these shapes, `*` standing for what is not known."""
    return Held(tuple((wild(shape),) for shape in shapes))


def either(*several: Held) -> Held:
    """Return what is held in one of several readings."""
    ways = dict.fromkeys(way for held in several for way in held.ways)
    perhaps = next((held.perhaps for held in several if held.perhaps), None)
    return Held(tuple(ways), perhaps)


def or_absent(held: Held) -> Held:
    """Return what may also be absent."""
    return either(ABSENT, held)
