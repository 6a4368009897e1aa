"""Random Condition elements: every operator with and without IfExists and set prefix, on every type of key, with variables."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import Any

from tests.generators import vocabulary as v
from tests.generators.coverage import Coverage

COMPARISONS = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
FAMILIES: dict[str, tuple[str, ...]] = {
    "String": ("StringEquals", "StringEquals", "StringNotEquals"),
    "StringIgnoreCase": ("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"),
    "StringLike": ("StringLike", "StringLike", "StringNotLike"),
    "Numeric": tuple(f"Numeric{name}" for name in COMPARISONS),
    "Date": tuple(f"Date{name}" for name in COMPARISONS),
    "Bool": ("Bool",),
    "Binary": ("BinaryEquals",),
    "Ip": ("IpAddress", "NotIpAddress"),
    "Arn": ("ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"),
    "Null": ("Null",),
}
"""Condition operators by what they compare."""
TEXTUAL = ("String", "StringLike", "StringIgnoreCase")
NATURAL: dict[str, tuple[str, ...]] = {
    v.STRING: TEXTUAL,
    v.MULTI: TEXTUAL,
    v.ARN: ("Arn", "Arn", "StringLike", "String"),
    v.NUMBER: ("Numeric", "Numeric", "Numeric", "String"),
    v.DATE: ("Date",),
    v.BOOL: ("Bool", "Bool", "Bool", "String"),
    v.ADDRESS: ("Ip", "Ip", "Ip", "String"),
    v.BINARY: ("Binary", "String"),
}
"""The families that policies use on each type of key."""
VALUES: dict[str, v.Texts] = {
    "Numeric": v.NUMBERS, "Date": v.MOMENTS, "Bool": ("true", "false"), "Binary": v.BYTES, "Ip": v.ADDRESSES,
    "Arn": ("arn:aws:iam::*:role/*", "arn:aws:s3:::bucket/*"), "Null": ("true", "false"),
}  # fmt: skip
MALFORMED: dict[str, str] = {
    "Numeric": "many",
    "Date": "tomorrow",
    "Ip": "10.0.0.0/99",
    "Bool": "yes",
    "Binary": "?",
    "Null": "no",
}


@dataclass(frozen=True)
class Profile:
    """What a generator makes, in chances: `odd` of forms that the documentation leaves open, the rest as they are called."""

    keys: int = 5  # condition keys that a scenario is about
    statements: int = 3  # at most, of one policy
    variables: float = 0.25
    odd: float = 0.03
    mixed: float = 0.12  # an operator on a key of another type
    layers: float = 1.0  # how often what may stand around a principal does, as a factor
    described: float = 0.4
    without: tuple[str, ...] = ()  # beginnings of condition keys, in lower case, that policies are not about


@dataclass
class Conditions:
    """Makes Condition elements about a few keys."""

    rng: Random
    pool: tuple[v.Key, ...]
    profile: Profile
    coverage: Coverage

    def chance(self, probability: float) -> bool:
        """Say yes as often as told."""
        return self.rng.random() < probability

    def block(self, most: int = 3) -> dict[str, dict[str, Any]]:
        """Make a Condition element of at least one condition."""
        found: dict[str, dict[str, Any]] = {}
        if self.chance(self.profile.variables * 0.3):
            self._chain(found)
        for _ in range(self.rng.choice((1, 1, 1, 2, 2, most))):
            self._add(found)
        return found

    def _add(self, found: dict[str, dict[str, Any]]) -> None:
        key = self.rng.choice(self.pool)
        family = self._family(key)
        operator = self._operator(family, key)
        name = self.rng.choice(key.names) if self.chance(0.3) else key.name
        if any(written.lower() == name.lower() for written in found.get(operator, ())):
            return
        found.setdefault(operator, {})[name] = self._values(family, key)
        self.coverage.compared(family, key.type, name)

    def _family(self, key: v.Key) -> str:
        if self.chance(0.1):
            return "Null"
        if self.chance(self.profile.mixed):
            self.coverage.made("an operator on a key of another type")
            return self.rng.choice([name for name in FAMILIES if name != "Null"])
        return self.rng.choice(NATURAL[key.type])

    def _operator(self, family: str, key: v.Key) -> str:
        operator = self.rng.choice(FAMILIES[family])
        if family == "Null":
            return operator
        multi = key.type == v.MULTI
        if self.chance(1 - self.profile.odd if multi else 0.12):
            prefix = self.rng.choice(("ForAllValues", "ForAnyValue"))
            self.coverage.made(f"{prefix} on a key of {'several values' if multi else 'one value'}")
            operator = f"{prefix}:{operator}"
        elif multi:
            self.coverage.made("no set operator on a key of several values")
        if self.chance(0.25):
            operator += "IfExists"
        self.coverage.made(f"operator {operator}")
        return operator

    def _values(self, family: str, key: v.Key) -> Any:
        count = self.rng.choice((1, 1, 1, 2, 3)) if family != "Null" else 1
        values = list(dict.fromkeys(self._value(family, key) for _ in range(count)))
        return values[0] if len(values) == 1 and self.chance(0.8) else values

    def _value(self, family: str, key: v.Key) -> str:
        if family in MALFORMED and self.chance(self.profile.odd):
            self.coverage.made(f"a malformed value: {family}")
            return MALFORMED[family]
        takes_variables = family in (*TEXTUAL, "Arn") or self.chance(self.profile.odd)
        if takes_variables and self.chance(self.profile.variables):
            return self.text(family)
        natural = family in NATURAL[key.type] and (family in TEXTUAL or key.type != v.STRING)
        return self.rng.choice(key.values if natural or family in TEXTUAL else VALUES[family])

    # --- variables --------------------------------------------------------------------------------------------------------

    def variable(self) -> str:
        """Make a variable: a key of the pool, or one that policies often read."""
        keys = [name for key in self.pool if key.type in (v.STRING, v.NUMBER) for name in key.names]
        if self.chance(self.profile.odd):
            self.coverage.made("a variable of several values")
            return "${kms:EncryptionContextKeys}"
        name = self.rng.choice(keys) if keys and self.chance(0.6) else self.rng.choice(v.VARIABLES)
        if self.chance(0.15):
            self.coverage.made("a variable with a default")
            return f"${{{name}, '{self.rng.choice(('red', 'none', ''))}'}}"
        return f"${{{name}}}"

    def text(self, family: str) -> str:
        """Make a text with variables: alone, within text, several, or escapes."""
        form = self.rng.choices(("alone", "before", "after", "within", "two", "escape"), (10, 3, 3, 3, 2, 1))[0]
        if family == "Arn":
            self.coverage.made("a variable in an ARN")
            return f"arn:aws:iam::{self.rng.choice(('111122223333', '*'))}:{self.rng.choice(('role', 'user'))}/{self.variable()}"
        self.coverage.made(f"a variable: {form}")
        texts = {
            "alone": self.variable,
            "before": lambda: f"{self.variable()}-suffix",
            "after": lambda: f"team-{self.variable()}",
            "within": lambda: f"r{self.variable()}d",
            "two": lambda: f"{self.variable()}{self.rng.choice(('', '-'))}{self.variable()}",
            "escape": lambda: self.rng.choice(("${*}", "r${?}d", "${$}{aws:username}", "re${*}")),
        }
        return texts[form]()

    def _chain(self, found: dict[str, dict[str, Any]]) -> None:
        """Tie keys to each other: a = ${b}, b = ${c}; sometimes in a circle, or a key to itself."""
        names = [self.rng.choice(key.names) for key in self.pool if key.type == v.STRING]
        names += [name for name in v.VARIABLES[:3] if name not in names]
        length = self.rng.choice((1, 2, 2, 3))
        tied = self.rng.sample(names, min(length + 1, len(names)))
        if self.chance(0.15):
            tied[-1] = tied[0]
            self.coverage.made("keys tied in a circle" if len(tied) > 2 else "a key compared with itself")
        self.coverage.made(f"keys tied by {min(len(tied) - 1, 2)} variables and more")
        operator = self.rng.choice(("StringEquals", "StringLike", "StringNotEquals", "StringEqualsIgnoreCase"))
        block = found.setdefault(operator, {})
        for name, other in pairwise(tied):
            if not any(written.lower() == name.lower() for written in block):
                block[name] = f"${{{other}}}"
