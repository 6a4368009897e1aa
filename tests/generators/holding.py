"""Tests that a value passes: for a value, conditions of each kind that hold of it, and the complement of a condition."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from datetime import timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from random import Random
from typing import Any, NamedTuple

from tests.generators.neighbours import moment_of

WORDS = ("red", "blue", "green", "any", "Bob", "re", "rd", "x")
OPPOSITES = {
    "StringEquals": "StringNotEquals", "StringLike": "StringNotLike", "StringEqualsIgnoreCase": "StringNotEqualsIgnoreCase",
    "NumericEquals": "NumericNotEquals", "NumericLessThan": "NumericGreaterThanEquals",
    "NumericGreaterThan": "NumericLessThanEquals", "DateEquals": "DateNotEquals", "DateLessThan": "DateGreaterThanEquals",
    "DateGreaterThan": "DateLessThanEquals", "IpAddress": "NotIpAddress", "ArnLike": "ArnNotLike",
}  # fmt: skip
BOTH_WAYS = {**OPPOSITES, **{right: left for left, right in OPPOSITES.items()}}


class Test(NamedTuple):
    """One condition."""

    operator: str
    key: str
    values: tuple[str, ...]


def complement(test: Test) -> Test | None:
    """Return the condition that holds exactly where this does not; None where no one operator says so."""
    prefix, _, operator = test.operator.rpartition(":")
    if operator == "Null":
        return test._replace(values=("false" if test.values == ("true",) else "true",))
    if operator not in BOTH_WAYS:
        return None
    sets = {"ForAllValues": "ForAnyValue:", "ForAnyValue": "ForAllValues:", "": ""}
    return test._replace(operator=f"{sets[prefix]}{BOTH_WAYS[operator]}")


Maker = Callable[[Random, str, Any], Test]


def _others(rng: Random, value: str) -> tuple[str, ...]:
    return tuple(word for word in rng.sample(WORDS, 2) if word != value) or ("other",)


def _pattern(rng: Random, text: str) -> str:
    """Generalise a text: a run of it becomes `*`, or a character `?`."""
    first = rng.randint(0, len(text))
    last = rng.randint(first, len(text))
    if rng.random() < 0.3 and text:
        place = rng.randrange(len(text))
        return f"{text[:place]}?{text[place + 1 :]}"
    return f"{text[:first]}*{text[last:]}"


def _not_like(rng: Random, key: str, value: str) -> Test:
    shape = rng.choice((f"{value}?*", f"?{value}", f"{value[:1]}{value}*", "green*", "*-", f"{value.swapcase()}q*"))
    return Test("StringNotLike", key, (shape,))


def _number_text(rng: Random, key: str, value: str) -> Test:
    names = ("any", str(int(Decimal(value)) + 5), "1", "2")
    return Test("StringNotEquals", key, tuple(name for name in rng.sample(names, 2) if name != value) or ("any",))


def _floor(value: str) -> int:
    return int(Decimal(value).to_integral_value(ROUND_FLOOR))


def _below(_rng: Random, key: str, value: str) -> Test:
    floor = _floor(value)
    return Test("NumericGreaterThan", key, (str(floor if floor < Decimal(value) else floor - 1),))


def _above(_rng: Random, key: str, value: str) -> Test:
    ceiling = int(Decimal(value).to_integral_value(ROUND_CEILING))
    return Test("NumericLessThan", key, (str(ceiling if ceiling > Decimal(value) else ceiling + 1),))


def _network(rng: Random, key: str, value: str) -> Test:
    bits = 32 if "." in value else 128
    prefix = rng.choice((8, 16, 24, 25)) if bits == 32 else rng.choice((32, 64))
    return Test("IpAddress", key, (str(ipaddress.ip_network(f"{value}/{prefix}", strict=False)),))


def _not_network(rng: Random, key: str, value: str) -> Test:
    """Exclude the other half of a network around the address."""
    bits = 32 if "." in value else 128
    prefix = rng.choice((9, 17, 25, 32))
    half = 1 << (bits - prefix)
    other = ipaddress.ip_address(int(ipaddress.ip_address(value)) ^ half)
    return Test("NotIpAddress", key, (str(ipaddress.ip_network(f"{other}/{prefix}", strict=False)),))


def _other_addresses(rng: Random, key: str, value: str) -> Test:
    first = ipaddress.ip_network(f"{value}/{24 if '.' in value else 64}", strict=False).network_address
    names = [str(first), str(first + 1), "10.0.0.1", "203.0.113.7"]
    return Test("StringNotEquals", key, tuple(name for name in rng.sample(names, 2) if name != value) or ("10.9.9.9",))


def _moment(operator: str, seconds: float) -> Maker:
    def make(rng: Random, key: str, value: str) -> Test:
        moment = moment_of(value)
        assert moment is not None
        other = moment + timedelta(seconds=seconds)
        written = (other.isoformat().replace("+00:00", "Z"), str(int(other.timestamp())))
        return Test(operator, key, (rng.choice(written),))

    return make


def _any_element(rng: Random, key: str, values: list[str]) -> Test:
    return Test("ForAnyValue:StringEquals", key, (rng.choice(values),))


def _any_pattern(rng: Random, key: str, values: list[str]) -> Test:
    return Test("ForAnyValue:StringLike", key, (_pattern(rng, rng.choice(values)),))


def _all_patterns(rng: Random, key: str, values: list[str]) -> Test:
    return Test("ForAllValues:StringLike", key, tuple(_pattern(rng, value) for value in values))


def _no_element(rng: Random, key: str, values: list[str]) -> Test:
    """Exclude other elements: their other spelling, or none that is there."""
    others = [value.swapcase() for value in values] + ["athena", "env", values[0].lower(), values[0].capitalize()]
    chosen = tuple(other for other in rng.sample(others, 2) if other not in values) or ("none",)
    return Test("ForAllValues:StringNotEquals", key, chosen)


HOLDING: dict[str, tuple[Maker, ...]] = {
    "text": (
        lambda rng, key, value: Test("StringLike", key, (_pattern(rng, value),)),
        lambda rng, key, value: Test("StringLike", key, (_pattern(rng, value), "green*")),
        lambda rng, key, value: Test("StringNotEquals", key, _others(rng, value)),
        _not_like,
        lambda rng, key, value: Test("StringEqualsIgnoreCase", key, (rng.choice((value.upper(), value.lower())),)),
        lambda rng, key, value: Test("StringEquals", key, (value, *_others(rng, value))),
        lambda _rng, key, _value: Test("Null", key, ("false",)),
    ),
    "number": (
        _below,
        _above,
        lambda _rng, key, value: Test("NumericNotEquals", key, (str(_floor(value) + 7),)),
        _number_text,
        lambda _rng, key, value: Test("NumericEquals", key, (format(Decimal(value), "f"),)),
        lambda rng, key, value: Test("StringLike", key, (_pattern(rng, value),)),
    ),
    "address": (_network, _network, _not_network, _other_addresses),
    "moment": (
        _moment("DateGreaterThan", -1),
        _moment("DateLessThan", 2),
        _moment("DateNotEquals", 7),
        _moment("DateGreaterThan", -90_000),
    ),
    "several": (_any_element, _any_pattern, _all_patterns, _no_element),
    "arn": (
        lambda _rng, key, value: Test("ArnLike", key, (value.replace(value.split(":")[4], "*"),)),
        lambda _rng, key, value: Test("ArnNotLike", key, (f"{value}?*", value.replace("/", "/path/"))),
        lambda rng, key, value: Test("StringLike", key, (_pattern(rng, value),)),
        lambda _rng, key, value: Test("StringNotEquals", key, (f"{value}x",)),
    ),
}
"""By kind of value: makers of conditions that hold of it."""
