"""Example values of condition keys for which given conditions hold.

Policy variables stay in a value, to be filled in for a principal.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice, product

from kmsgen.checks.common_text import Pattern, common_text, glob, literal
from kmsgen.policy.document import Condition
from kmsgen.policy.letter_case import folded
from kmsgen.policy.operators import split_operator

Values = tuple[str, ...]

ANY_VALUE = "example"
ANY_ROLE_ID = "AROAEXAMPLEID"
_USER_ID = "aws:userid"
_LIKE = ("StringLike", "ArnLike", "ArnEquals")
_MOST = 64  # combinations of values that are tried


def choices_of(same: Sequence[Condition]) -> list[Values | None]:
    """Return example values of one condition key for which all conditions on it hold; None stands for its absence."""
    options = [_candidates(condition) for condition in same]
    if len(same) == 1:
        return options[0]
    if all(condition.operator.startswith("Date") for condition in same):
        every = [value for option in options for value in option if value is not None]
        return [value for value in every if all(_in_time(condition, value[0]) for condition in same)]
    negated = [condition for condition in same if "Not" in condition.operator]
    asked = [condition for condition in same if condition not in negated and condition.operator != "Null"]
    if asked:
        wanted = [option for option, condition in zip(options, same, strict=True) if condition in asked]
        found = [value for value in wanted[0] if all(value in option for option in wanted)] or _in_common(asked)
        found += [other for value in found for other in _others(value, asked)] if negated else []
    else:
        there = any(condition.operator == "Null" and "true" not in condition.values for condition in same)
        found = [(_some(same[0].key),)] if there else [None]
    return [value for value in found if value is None or not any(_rules_out(condition, value) for condition in negated)]


_OPPOSITES = {
    **{one: other for pair in (
        ("StringEquals", "StringNotEquals"), ("StringLike", "StringNotLike"), ("ArnEquals", "ArnNotEquals"),
        ("ArnLike", "ArnNotLike"), ("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"), ("IpAddress", "NotIpAddress"),
        ("NumericLessThan", "NumericGreaterThanEquals"), ("NumericGreaterThan", "NumericLessThanEquals"),
        ("DateLessThan", "DateGreaterThanEquals"), ("DateGreaterThan", "DateLessThanEquals"),
        ("NumericEquals", "NumericNotEquals"), ("DateEquals", "DateNotEquals"),
    ) for one, other in (pair, pair[::-1])},
    "Bool": "Bool",
    "Null": "Null",
}  # fmt: skip


def opposite(condition: Condition) -> tuple[Condition, ...]:
    """Return a condition that holds where this one does not; empty if its operator has no opposite."""
    name = split_operator(condition.operator)
    base = _OPPOSITES.get(name.base) if name else None
    if base is None:
        return ()
    flags = {"true": "false", "false": "true"}
    values = (
        tuple(flags.get(folded(value), value) for value in condition.values) if base in ("Bool", "Null") else condition.values
    )
    return (Condition(base, condition.key, values),)


def _some(key: str) -> str:
    return f"alias/{ANY_VALUE}" if folded(key) in ("kms:requestalias", "kms:resourcealiases") else ANY_VALUE


def _rules_out(negated: Condition, values: Values) -> bool:
    """Return whether a negated condition excludes one of these values; True where that cannot be told."""
    name = split_operator(negated.operator)
    if name is None or name.base not in _PATTERNS_OF:
        return True
    texts = [_PATTERNS_OF[name.base](value) for value in negated.values]
    return any(common_text((text, literal(value))) is not None for text in texts for value in values)


def _others(value: Values | None, asked: Sequence[Condition]) -> list[Values]:
    """Return a second example for a single pattern, with other characters for its wildcards."""
    texts = [text for one in asked if len(asked) == 1 for text in one.values if set(text) & {"*", "?"} and "${" not in text]
    name = split_operator(asked[0].operator)
    patterned = value is not None and name is not None and name.base in _LIKE
    return [(text.replace("*", "0").replace("?", "0"),) for text in texts] if patterned else []


def _in_common(same: Sequence[Condition]) -> list[Values | None]:
    """Return texts that match a pattern of each condition at once."""
    names = [split_operator(condition.operator) for condition in same]
    if any(name is None or name.base not in _PATTERNS_OF or name.quantifier for name in names):
        return []
    patterns = [[_PATTERNS_OF[name.base](value) for value in one.values] for one, name in zip(same, names, strict=True) if name]
    texts = map(common_text, islice(product(*patterns), _MOST))
    return [(text,) for text in dict.fromkeys(texts) if text is not None and "${" not in text]


def _in_time(condition: Condition, instant: str) -> bool:
    """Return whether an instant satisfies a condition; texts of one form in UTC sort as the instants do."""
    bound = condition.values[0]
    if "Less" in condition.operator:
        return instant < bound or (instant == bound and "Equals" in condition.operator)
    return instant > bound or (instant == bound and "Equals" in condition.operator)


def _candidates(condition: Condition) -> list[Values | None]:
    name = split_operator(condition.operator)
    if name is None:
        return []
    if name.base == "Null":
        return [None] if "true" in condition.values else [(ANY_VALUE,)]
    if "Not" in name.base:
        return [None]
    make = _EXAMPLES.get(name.base, _user_id if folded(condition.key) == _USER_ID else _matching)
    try:
        examples = [make(value) for value in condition.values]
    except (ValueError, OverflowError):
        return []  # no number, date or network: what IAM makes of it is not documented (S12), so no request can be named
    return [tuple(examples)] if name.quantifier == "ForAllValues" else [(example,) for example in examples]


def _user_id(pattern: str) -> str:
    """Return an aws:userid that a pattern matches, of the form that IAM gives (IAM User Guide, reference_identifiers)."""
    unique, _, session = pattern.partition(":")
    is_open = unique and not unique.strip("*")
    return f"{ANY_ROLE_ID}:{_matching(session) or ANY_VALUE}" if is_open else _matching(pattern)


def _matching(pattern: str) -> str:
    """Return a text that a pattern matches; policy variables stay, to be filled in for a principal."""
    if "${" not in pattern:
        return _plain(pattern)
    return "".join(part if part.startswith("${") else _plain(part) for part in re.split(r"(\$\{[^}]*\})", pattern))


def _exact(text: str) -> str:
    """Return the text itself: operators without wildcards compare `*` and `?` as they stand."""
    return text


def _plain(pattern: str) -> str:
    return pattern.replace("*", "x").replace("?", "x")


def _shifted(text: str, seconds: int) -> str:
    if text.isdigit():
        return str(int(text) + seconds)
    instant = datetime.fromisoformat(text)
    instant = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return (instant.astimezone(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


_EXAMPLES: Mapping[str, Callable[[str], str]] = {
    "StringEquals": _exact,
    "StringEqualsIgnoreCase": _exact,
    "DateLessThan": lambda text: _shifted(text, -1),
    "DateGreaterThan": lambda text: _shifted(text, 1),
    "NumericLessThan": lambda text: str(float(text) - 1).removesuffix(".0"),
    "NumericGreaterThan": lambda text: str(float(text) + 1).removesuffix(".0"),
    "IpAddress": lambda text: str(ipaddress.ip_network(text, strict=False)[0]),
}

# the pattern of a value, by operator; negated ones exclude it
_PATTERNS_OF: Mapping[str, Callable[[str], Pattern]] = {
    **dict.fromkeys(("StringEquals", "StringNotEquals"), literal),
    **dict.fromkeys(("StringLike", "StringNotLike", "ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"), glob),
}
