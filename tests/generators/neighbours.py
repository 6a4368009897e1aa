"""Values that policies do not name, near those that they do: other spellings, decimals, neighbours, other notations, images.

What a policy compares with is a text, a pattern, a bound, a network, a moment; each has values on both sides of it, and several
ways to write one value.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from random import Random

from tests.generators import names as n
from tests.generators import vocabulary as v

FRESH = "unnamed"
FILLINGS = ("", "e", "x", "ed", "-", "Q9", "/a")


def near(text: str, key_type: str, rng: Random) -> str:
    """Return a value near one that a policy names."""
    plain = instance(text, rng)
    choices = _BY_TYPE.get(key_type, _near_text)(plain, rng)
    return rng.choice([plain, plain, *choices])


def instance(pattern: str, rng: Random) -> str:
    """Return a text that a pattern matches: each wildcard filled."""
    pattern = re.sub(r"\$\{[^}]*\}", lambda _match: rng.choice(("red", "blue", "bob", FRESH)), pattern)
    return "".join(rng.choice(FILLINGS) if char == "*" else rng.choice("exo") if char == "?" else char for char in pattern)


def _near_text(text: str, _rng: Random) -> list[str]:
    """Other spellings: case, one character more or less, an end changed, something else, nothing."""
    return [text.upper(), text.lower(), text.swapcase(), f"{text}x", text[:-1], f"x{text}", f"{text}-suffix", FRESH, ""]


def _near_arn(text: str, _rng: Random) -> list[str]:
    return [f"{text}x", text[:-1], text.replace(n.OWN, n.STRANGER), text.replace("/", "/path/", 1), text.upper(), FRESH]


def _near_number(text: str, _rng: Random) -> list[str]:
    """Both neighbours, decimals between, and other notations of the number itself."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return ["0", FRESH]
    around = [number - 1, number + 1, number + Decimal("0.5"), number - Decimal("0.001"), -number, number * 1000]
    notations = [f"{text}.0" if "." not in text else f"{text}0", f"0{text}" if number >= 0 else text]
    return [*(format(one, "f") for one in around), *notations, FRESH]


def moment_of(text: str) -> datetime | None:
    """Read a date or seconds since 1970."""
    if re.fullmatch(r"\d{5,10}(\.\d+)?", text):
        return datetime.fromtimestamp(float(text), tz=UTC)
    try:
        moment = datetime.fromisoformat(f"{text}-01" if re.fullmatch(r"\d{4}-\d{2}", text) else text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _near_moment(text: str, _rng: Random) -> list[str]:
    """Return a second and half a second on both sides, and other notations of the moment itself."""
    moment = moment_of(text)
    if moment is None:
        return ["2026-06-15T00:00:00Z"]
    around = [moment + timedelta(seconds=seconds) for seconds in (-1, 1, 0.5, 86_400)]
    elsewhere = moment.astimezone(timezone(timedelta(hours=5, minutes=30)))
    stamps = [one.astimezone(UTC).isoformat().replace("+00:00", "Z") for one in around]
    return [
        *stamps,
        elsewhere.isoformat(),
        str(int(moment.timestamp())),
        moment.astimezone(UTC).isoformat().replace("+00:00", "Z"),
    ]


def _near_address(text: str, _rng: Random) -> list[str]:
    """Return the ends of a network, those beside them, an address of the other family, and other notations."""
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return ["203.0.113.7", FRESH]
    first, last = int(network.network_address), int(network.broadcast_address)
    top = 2**network.max_prefixlen - 1
    kind = ipaddress.IPv4Address if network.version == 4 else ipaddress.IPv6Address
    around = [str(kind(min(max(number, 0), top))) for number in (first, last, first - 1, last + 1, first + 1)]
    long = [kind(first).exploded, kind(first).compressed.upper()] if network.version == 6 else ["203.0.113.200"]
    return [*around, *long, "2001:db9::1" if network.version == 4 else "192.0.2.1"]


def _near_flag(_text: str, _rng: Random) -> list[str]:
    return ["true", "false", "true", "false", "TRUE", "maybe"]


def _near_bytes(_text: str, _rng: Random) -> list[str]:
    return [*v.BYTES, "cmVE", "AQIDBA=="]


_BY_TYPE: dict[str, Callable[[str, Random], list[str]]] = {
    v.ARN: _near_arn, v.NUMBER: _near_number, v.DATE: _near_moment, v.ADDRESS: _near_address, v.BOOL: _near_flag,
    v.BINARY: _near_bytes,
}  # fmt: skip


_OF_ORGANIZATION = re.compile(r"o-[a-z0-9]+")
_FORMS = {
    "kms:viaservice": re.compile(r"[a-z0-9-]+\.[a-z]{2,4}(-[a-z]+)+-[0-9]\.amazonaws\.com"),
    "aws:sourceidentity": re.compile(r"[\w+=,.@-]{2,64}"),
    "aws:multifactorauthage": re.compile(r"[0-9]+"),
    "aws:sourcevpc": re.compile(r"vpc-[a-z0-9]+"),
    "aws:sourcevpce": re.compile(r"vpce-[a-z0-9]+"),
    **dict.fromkeys(("aws:vpceorgid", "aws:principalorgid", "aws:sourceorgid"), _OF_ORGANIZATION),
}
"""What values of keys look like that AWS itself makes (IAM User Guide, reference_policies_condition-keys)."""


def well_formed(text: str, key_type: str, key: str = "") -> bool:
    """Tell whether a text can be a value of a key of a type that AWS fills in."""
    if key.lower() in _FORMS:
        return _FORMS[key.lower()].fullmatch(text) is not None
    readers: dict[str, Callable[[str], bool]] = {
        v.NUMBER: lambda value: re.fullmatch(r"-?\d+(\.\d+)?", value) is not None,
        v.DATE: lambda value: moment_of(value) is not None,
        v.ADDRESS: _is_address,
        v.BOOL: lambda value: value in ("true", "false"),
        v.ARN: lambda value: value.startswith("arn:") and len(value.split(":")) > 5,
    }
    return readers.get(key_type, lambda _value: True)(text)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
