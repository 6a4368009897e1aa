"""Condition elements compiled: each operator on each condition key becomes one test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from kmsgen.authorizer.language.comparison import Combine, Comparison, compile_comparison, either, without_empty
from kmsgen.authorizer.language.open_value import Lookup, OpenValue, Seen, agreed, either_way, worlds
from kmsgen.authorizer.language.operators import OPERATORS
from kmsgen.authorizer.language.wildcards import Maybe, any_of
from kmsgen.catalogue import condition_keys
from kmsgen.catalogue.model import Values
from kmsgen.policy.document import Condition
from kmsgen.policy.letter_case import folded
from kmsgen.policy.operators import split_operator

UNRELIABLE = "C4"
Told = tuple[Seen, ...]
"""What the key of a condition holds, followed by what each condition key holds that its policy variables name."""


@dataclass(frozen=True, slots=True, eq=False)
class ConditionTest:
    """One condition operator on one condition key (`variable`, in lower case); `deny`: it stands in a Deny.

    `variables` are the condition keys that policy variables in its values name; `unreliable` those that AWS supports in IAM
    policies only (C4), read as present and as absent. `modern`: `${...}` is a variable. `fold`: the set operator, or empty.
    """

    condition: Condition
    variable: str
    variables: Values
    deny: bool
    modern: bool
    unreliable: frozenset[str]
    fold: str
    comparison: Comparison = field(repr=False)

    @property
    def negated(self) -> bool:
        """Whether the operator is a `Not` form."""
        name = split_operator(self.condition.operator)
        return name is not None and name.base in OPERATORS and OPERATORS[name.base].negated

    @property
    def needs_all(self) -> bool:
        """Whether one of AWS's pages says that all values of the condition have to match, and not one of them (C3)."""
        return needs_all(self.condition)

    @property
    def asks_presence(self) -> bool:
        """Whether the operator is Null."""
        name = split_operator(self.condition.operator)
        return name is not None and name.base == "Null"

    @property
    def ignores_case(self) -> bool:
        """Whether the operator ignores the case of letters."""
        name = split_operator(self.condition.operator)
        return name is not None and name.base.endswith("IgnoreCase")

    def check(self, seen: Seen, lookup: Lookup) -> Maybe:
        """Whether the condition holds, given what its key holds; None where that is open.

        It is open unless every value that the key and the variables may have gives the same answer.
        """
        if self.variables or self.unreliable or isinstance(seen, OpenValue):
            return _in_worlds(self, (seen, *map(lookup, self.variables)))
        return self.comparison.known(seen, lookup)

    def seen(self, told: Told) -> dict[str, Seen]:
        """Return what the condition takes its own key, and the keys that its policy variables name, to hold; by key."""
        keys = {**dict(zip(self.variables, told[1:], strict=True)), self.variable: told[0]}
        return {key: either_way(keys[key], UNRELIABLE) if key in self.unreliable else keys[key] for key in keys}

    def in_world(self, world: Mapping[str, Seen]) -> Maybe:
        """Whether the condition holds in one world: each key with told values, absent, or open by its shape alone."""
        values = world[self.variable]
        if isinstance(values, OpenValue):
            return self.comparison.shaped(values, world.__getitem__)
        return self.comparison.known(values, world.__getitem__)


@lru_cache(maxsize=8192)
def _in_worlds(test: ConditionTest, told: Told) -> Maybe:
    """Whether the condition holds in every world that the open keys allow; None where worlds differ or are too many."""
    keys = test.seen(told)
    if not any(isinstance(value, OpenValue) for value in keys.values()):
        return test.in_world(keys)
    found = worlds(keys)
    return None if found is None else agreed(map(test.in_world, found))


@lru_cache(maxsize=8192)
def compile_condition(condition: Condition, *, deny: bool, modern: bool, key_policy: bool = False) -> ConditionTest:
    """Compile a condition; `modern` turns policy variables on, `key_policy` tells whether it stands in a key policy."""
    key, fold = folded(condition.key), fold_of(condition)
    comparison = _comparison(condition, fold, modern=modern)
    unreliable = frozenset(filter(condition_keys.is_for_iam_only, (key, *comparison.used))) if key_policy else frozenset()
    return ConditionTest(condition, key, comparison.used, deny, modern, unreliable, fold, comparison)


@lru_cache(maxsize=8192)
def read_as(test: ConditionTest, fold: str) -> ConditionTest:
    """Return the condition with another set operator for several values of its key; `fold` empty for none."""
    return replace(test, fold=fold, comparison=_comparison(test.condition, fold, modern=test.modern))


def _comparison(condition: Condition, fold: str, *, modern: bool) -> Comparison:
    name = split_operator(condition.operator)
    found = compile_comparison(name, condition.values, fold=fold, modern=modern, combine=_combine(condition))
    if name is None or not takes_empty_for_none(condition):
        return found
    return replace(found, known=without_empty(name.quantifier, found.known))


def takes_empty_for_none(condition: Condition) -> bool:
    """Return whether a condition has a set operator: an empty text by itself is then no value at all."""
    name = split_operator(condition.operator)
    return name is not None and bool(name.quantifier)


def needs_all(condition: Condition) -> bool:
    """Whether one of AWS's pages says that all values of a condition have to match, and not one of them (C3)."""
    return len(condition.values) > 1 and folded(condition.key) in _ALL_VALUES


_ALL_VALUES = frozenset({"kms:macalgorithm"})
"""KMS Developer Guide, conditions-kms: several MAC algorithms in one condition require each of them."""


def _combine(condition: Condition) -> Combine:
    return either if needs_all(condition) else any_of


def fold_of(condition: Condition) -> str:
    """Return the set operator by which several values of a condition key count; empty where they must compare alike (P4).

    A single-valued key has several values where the names of encryption context pairs differ in case only; a set operator does
    not tell which of them is meant.
    """
    name, key = split_operator(condition.operator), condition_keys.find(condition.key)
    single_valued = key is not None and not key.multi_valued
    return "" if name is None or single_valued else name.quantifier
