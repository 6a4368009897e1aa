"""The names of the condition operators and how they are put together.

Source: IAM User Guide, reference_policies_elements_condition_operators.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from kmsgen.policy.letter_case import folded

BASES = (
    "StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike", "StringNotLike",
    "NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan",
    "NumericGreaterThanEquals", "DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan",
    "DateGreaterThanEquals", "Bool", "BinaryEquals", "IpAddress", "NotIpAddress", "ArnEquals", "ArnNotEquals", "ArnLike",
    "ArnNotLike", "Null",
)  # fmt: skip
_BASES = {folded(base): base for base in BASES}
_SETS = {"forallvalues": "ForAllValues", "foranyvalue": "ForAnyValue"}
_IF_EXISTS = "ifexists"


class OperatorName(NamedTuple):
    """`ForAnyValue:StringLikeIfExists` taken apart; `quantifier` is empty, ForAllValues or ForAnyValue."""

    quantifier: str
    base: str
    if_exists: bool

    def __str__(self) -> str:
        return f"{self.quantifier}{':' if self.quantifier else ''}{self.base}{'IfExists' if self.if_exists else ''}"


def split_operator(text: str) -> OperatorName | None:
    """Take an operator's name apart; None if there is no such operator. Case does not matter."""
    head, colon, tail = folded(text).rpartition(":")
    quantifier = _SETS.get(head, "") if colon else ""
    if colon and not quantifier:
        return None
    if_exists = tail.endswith(_IF_EXISTS)
    base = _BASES.get(tail.removesuffix(_IF_EXISTS))
    if base is None or (base == "Null" and (if_exists or quantifier)):
        return None
    return OperatorName(quantifier, base, if_exists)


def exact_values(operator: str, values: Iterable[str]) -> frozenset[str]:
    """Return the values one of which a request must hold as they stand; none where others may do, as a policy variable's."""
    name = split_operator(operator)
    if name is None or name.if_exists or name.quantifier == "ForAllValues" or name.base not in ("Bool", "StringEquals"):
        return frozenset()
    asked = frozenset(folded(value) if name.base == "Bool" else value for value in values)
    return frozenset() if any("${" in value for value in asked) else asked
