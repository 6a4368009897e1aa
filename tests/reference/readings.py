"""How values are read and compared: texts, ARNs, numbers, dates, addresses, booleans, binaries.

What is no number, date, address, boolean or base64 makes the comparison open (S12).

Source: IAM User Guide, reference_policies_elements_condition_operators.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from tests.reference.patterns import Pattern, compare, far_folded, folded, is_known, parts, text_of
from tests.reference.three import Answer, agreed, all_of

Comparison = Callable[[Pattern, Pattern], Answer]


def _number(text: str) -> Decimal | None:
    return Decimal(text) if re.fullmatch(r"-?\d+(\.\d+)?", text) else None


def seconds(text: str) -> Decimal | None:
    """Return seconds since 1970: of a date as the W3C writes ISO 8601 dates, or of a number of five digits and more.

    A time of day has a time zone there.
    """
    if re.fullmatch(r"\d{5,}(\.\d+)?", text):
        return Decimal(text)
    if re.fullmatch(r"\d{4}-\d{2}", text):
        text += "-01"
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?", text):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return Decimal(str(moment.timestamp()))


def _moments(text: str) -> tuple[Decimal, ...] | None:
    """Return what a date can mean: a number is seconds since 1970, and with four digits it may be a year too."""
    year = re.fullmatch(r"\d{4}", text)
    found = _number(text), seconds(f"{text}-01" if year else text)
    return None if year and found[1] is None else tuple(one for one in found if one is not None) or None


def _network(text: str) -> Any | None:
    """Read a range in CIDR notation: after the slash stands how many bits count, and nothing else that Python would take."""
    _, slash, bits = text.partition("/")
    if "%" in text or (slash and not (bits.isdecimal() and bits == str(int(bits)))):
        return None
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _address(text: str) -> Any | None:
    try:
        return None if "%" in text else ipaddress.ip_address(text)
    except ValueError:
        return None


def _flag(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text.lower())


def _bytes(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


@dataclass(frozen=True)
class Plain:
    """An operator whose values hold no variables and no wildcards: how it reads both sides, and when it holds."""

    wanted: Callable[[str], Any | None]
    actual: Callable[[str], Any | None]
    holds: Callable[[Any, Any], Answer]  # actual, wanted

    def malformed(self, text: str) -> bool:
        """Tell whether a value of a policy cannot be read."""
        return self.wanted(text) is None

    def compare(self, wanted: str, value: Pattern) -> Answer:
        """Compare a value of a policy with one of the request."""
        left, right = self.actual(text_of(value)), self.wanted(wanted)
        return None if not is_known(value) or left is None or right is None else self.holds(left, right)


ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": lambda actual, wanted: actual == wanted,
    "LessThan": lambda actual, wanted: actual < wanted,
    "LessThanEquals": lambda actual, wanted: actual <= wanted,
    "GreaterThan": lambda actual, wanted: actual > wanted,
    "GreaterThanEquals": lambda actual, wanted: actual >= wanted,
}


def in_each_reading(holds: Callable[[Any, Any], bool]) -> Callable[[Any, Any], Answer]:
    """Compare what may mean several things: open where these differ."""
    return lambda actual, wanted: agreed([holds(one, other) for one in actual for other in wanted])


PLAIN: dict[str, Plain] = {
    **{f"Numeric{name}": Plain(_number, _number, holds) for name, holds in ORDER.items()},
    **{f"Date{name}": Plain(_moments, _moments, in_each_reading(holds)) for name, holds in ORDER.items()},
    "Bool": Plain(_flag, _flag, lambda actual, wanted: actual is wanted),
    "IpAddress": Plain(_network, _address, lambda actual, wanted: actual.version == wanted.version and actual in wanted),
    "BinaryEquals": Plain(_bytes, _bytes, lambda actual, wanted: actual == wanted),
}


def arns(pattern: Pattern, value: Pattern) -> Answer:
    """Compare two ARNs part by part, no wildcard reaching beyond a colon.

    What has fewer parts is no ARN: what comes of one, on either side, is not said (U7).
    """
    wanted, actual = parts(pattern), parts(value)
    return all_of(compare(*pair) for pair in zip(wanted, actual, strict=True)) if len(wanted) == len(actual) == 6 else None


def in_any_case(pattern: Pattern, value: Pattern) -> Answer:
    """Compare texts but for the case of ASCII letters; whether that of others counts is not said (U20)."""
    near, far = compare(folded(pattern), folded(value)), compare(far_folded(pattern), far_folded(value))
    return near if near is far else None


TEXT: dict[str, Comparison] = {
    "StringEquals": compare,
    "StringEqualsIgnoreCase": in_any_case,
    "StringLike": compare,
    "ArnEquals": arns,
    "ArnLike": arns,
}
"""Operators whose values may hold variables: how they compare what the policy says with a value of the request."""
PATTERNS = ("StringLike", "ArnEquals", "ArnLike")
"""Those of them for which `*` and `?` are wildcards."""
