"""The policy language, spelled out: patterns, variables, condition operators.

Source: IAM User Guide, reference_policies_elements_condition_operators, reference_policies_variables,
reference_policies_elements_resource, reference_policies_elements_action.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from kmsgen.policy.document import Condition

Context = Mapping[str, tuple[str, ...]]  # lower-case names
Pattern = list[tuple[str, bool]]  # characters, and whether each is a wildcard
VARIABLE = re.compile(r"\$\{\s*([^},\s]+)\s*(?:,\s*'([^']*)'\s*)?\}")
LITERALS = ("*", "?", "$")


def as_pattern(text: str) -> Pattern:
    """Turn a text without variables into a pattern."""
    return [(character, character in "*?") for character in text]


def fill(text: str, version: str, context: Context) -> Pattern | None:
    """Put the values of its variables into a text; None where one has no value. What is put in is no wildcard."""
    if version != "2012-10-17":
        return as_pattern(text)
    pattern: Pattern = []
    at = 0
    for match in VARIABLE.finditer(text):
        value = _value(match[1], match[2], context)
        if value is None:
            return None
        pattern += as_pattern(text[at : match.start()])
        pattern += [(character, False) for character in value]
        at = match.end()
    return pattern + as_pattern(text[at:])


def _value(name: str, default: str | None, context: Context) -> str | None:
    if name in LITERALS:
        return name
    values = context.get(name.lower(), ())
    return values[0] if len(values) == 1 else default


def matches(pattern: Pattern, text: str) -> bool:
    """Compare character by character: `*` is any run, `?` any one."""
    if not pattern:
        return not text
    character, wild = pattern[0]
    if wild and character == "*":
        return any(matches(pattern[1:], text[length:]) for length in range(len(text) + 1))
    return bool(text) and (wild or character == text[0]) and matches(pattern[1:], text[1:])


def folded(pattern: Pattern) -> Pattern:
    """Lower the case of a pattern."""
    return [(character.lower(), wild) for character, wild in pattern]


def parts(pattern: Pattern) -> list[Pattern]:
    """Cut a pattern at its first five colons."""
    found: list[Pattern] = [[]]
    for character, wild in pattern:
        if character == ":" and not wild and len(found) < 6:
            found.append([])
        else:
            found[-1].append((character, wild))
    return found


def arn_matches(pattern: Pattern, text: str) -> bool:
    """Compare the six parts of two ARNs one by one."""
    wanted, actual = parts(pattern), text.split(":", 5)
    return len(wanted) == len(actual) == 6 and all(matches(*pair) for pair in zip(wanted, actual, strict=True))


def action_matches(pattern: str, action: str) -> bool:
    """Compare an Action pattern with an action; case does not matter."""
    return matches(folded(as_pattern(pattern)), action.lower())


def resource_matches(text: str, resource: str, version: str, context: Context, *, unknown: bool = False) -> bool:
    """Compare a Resource pattern with an ARN or `*`; `unknown` is the answer where a variable has no value."""
    pattern = fill(text, version, context)
    if pattern is None:
        return unknown
    return pattern == [("*", True)] or arn_matches(pattern, resource)


# --- condition operators ------------------------------------------------------------------------------------------------


def _number(text: str) -> Decimal | None:
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _date(text: str) -> Decimal | None:
    if re.fullmatch(r"\d{5,}(\.\d+)?", text):
        return Decimal(text)
    if re.fullmatch(r"\d{4}-\d{2}", text):
        text += "-01"
    if not re.match(r"\d{4}-\d{2}-\d{2}", text):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return Decimal(str(moment.timestamp()))


def _compared(read: Callable[[str], Decimal | None], holds: Callable[[Decimal, Decimal], bool]) -> Callable[[str, str], bool]:
    def compare(wanted: str, actual: str) -> bool:
        left, right = read(actual), read(wanted)
        return left is not None and right is not None and holds(left, right)

    return compare


def _network(text: str) -> object | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _in_range(wanted: str, actual: str) -> bool:
    try:
        network, address = ipaddress.ip_network(wanted, strict=False), ipaddress.ip_address(actual)
    except ValueError:
        return False
    return network.version == address.version and address in network


def _same_bytes(wanted: str, actual: str) -> bool:
    try:
        return base64.b64decode(wanted, validate=True) == base64.b64decode(actual, validate=True)
    except (binascii.Error, ValueError):
        return False


ORDER: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "Equals": lambda a, b: a == b,
    "LessThan": lambda a, b: a < b,
    "LessThanEquals": lambda a, b: a <= b,
    "GreaterThan": lambda a, b: a > b,
    "GreaterThanEquals": lambda a, b: a >= b,
}
PLAIN: dict[str, Callable[[str, str], bool]] = {
    **{f"Numeric{name}": _compared(_number, holds) for name, holds in ORDER.items()},
    **{f"Date{name}": _compared(_date, holds) for name, holds in ORDER.items()},
    "Bool": lambda wanted, actual: wanted.lower() == actual.lower() and wanted.lower() in ("true", "false"),
    "IpAddress": _in_range,
    "BinaryEquals": _same_bytes,
}
"""Operators whose values hold no variables and no wildcards."""


def _literal(pattern: Pattern) -> Pattern:
    return [(character, False) for character, _wild in pattern]


TEXTS: dict[str, Callable[[Pattern, str], bool]] = {
    "StringEquals": lambda pattern, actual: matches(_literal(pattern), actual),
    "StringEqualsIgnoreCase": lambda pattern, actual: matches(folded(_literal(pattern)), actual.lower()),
    "StringLike": matches,
    "ArnEquals": arn_matches,
    "ArnLike": arn_matches,
}
"""Operators whose values may hold variables."""
NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
}


def _one_matches(base: str, wanted: str, actual: str, version: str, context: Context) -> bool:
    if base in PLAIN:
        return PLAIN[base](wanted, actual)
    pattern = fill(wanted, version, context)
    return pattern is not None and TEXTS[base](pattern, actual)


READERS: dict[str, Callable[[str], object | None]] = {"Numeric": _number, "Date": _date, "IpAddress": _network}


def _malformed(base: str, condition: Condition, actual: tuple[str, ...]) -> bool:
    """S12: tell whether a value of the policy or of the request is no number, date or address."""
    for prefix, read in READERS.items():
        if base.startswith(prefix):
            return any(read(value) is None for value in (*condition.values, *actual))
    return False


def holds(condition: Condition, version: str, context: Context, *, deny: bool = False) -> bool:
    """Tell whether one condition holds in a context; a malformed value makes it hold in a Deny and fail in an Allow."""
    quantifier, _, name = condition.operator.rpartition(":")
    if_exists = name.endswith("IfExists")
    name = name.removesuffix("IfExists")
    actual = context.get(condition.key.lower(), ())
    if name == "Null":
        return any((value.lower() == "true") == (not actual) for value in condition.values)
    if if_exists and not actual:
        return True
    base, negated = NEGATED.get(name, name), name in NEGATED
    if actual and _malformed(base, condition, actual):
        return deny

    def fits(value: str) -> bool:
        return any(_one_matches(base, wanted, value, version, context) for wanted in condition.values) is not negated

    if quantifier == "ForAllValues":
        return all(fits(value) for value in actual)
    if quantifier == "ForAnyValue":
        return any(fits(value) for value in actual)
    # Without a set operator a negated operator holds where no value of the request matches: also where there is none.
    return all(fits(value) for value in actual) if negated else any(fits(value) for value in actual)
