"""A condition of a statement, compiled: one test of one condition key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from kmsgen.authorizer.language.comparison import Comparison, compile_comparison
from kmsgen.authorizer.language.open_value import Lookup, Open, Seen, agreed, either_way, worlds
from kmsgen.authorizer.language.operators import OPERATORS
from kmsgen.authorizer.language.wildcards import Maybe
from kmsgen.catalogue import condition_keys
from kmsgen.catalogue.model import Values
from kmsgen.policy.document import Condition
from kmsgen.policy.letter_case import folded
from kmsgen.policy.operators import split_operator

UNRELIABLE = "C4"
Told = tuple[Seen, ...]
"""What the key of a condition holds, and after it those that its variables name."""


@dataclass(frozen=True, slots=True, eq=False)
class ConditionTest:
    """One operator on one condition key. `variable` is the key in lower case; `deny` tells whose condition it is.

    `variables` are the keys that policy variables in its values name. Keys that are `unreliable` the layer cannot rest on (C4):
    they are read as there and as absent. `modern`: `${...}` in its values is a policy variable. `fold` is the set operator by
    which several values of its key count, or empty.
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
    def ignores_case(self) -> bool:
        """Whether the operator ignores the case of letters."""
        name = split_operator(self.condition.operator)
        return name is not None and name.base.endswith("IgnoreCase")

    def check(self, seen: Seen, lookup: Lookup) -> Maybe:
        """Return whether the condition holds, given what its key holds; None where that is open.

        What is open holds where it holds for every value that there may be, and fails where it fails for each.
        """
        if self.variables or self.unreliable or isinstance(seen, Open):
            return _in_worlds(self, (seen, *map(lookup, self.variables)))
        return self.comparison.known(seen, lookup)

    def seen(self, told: Told) -> dict[str, Seen]:
        """Return what the condition sees of its key and of those that its variables name."""
        keys = {**dict(zip(self.variables, told[1:], strict=True)), self.variable: told[0]}
        return {key: either_way(keys[key], UNRELIABLE) if key in self.unreliable else keys[key] for key in keys}

    def in_world(self, world: Mapping[str, Seen]) -> Maybe:
        """Return whether the condition holds where keys hold this, by the keys that it sees."""
        values = world[self.variable]
        if isinstance(values, Open):
            return self.comparison.shaped(values, world.__getitem__)
        return self.comparison.known(values, world.__getitem__)


@lru_cache(maxsize=8192)
def _in_worlds(test: ConditionTest, told: Told) -> Maybe:
    """Return what holds in all worlds that there may be; None where they differ."""
    keys = test.seen(told)
    if not any(isinstance(value, Open) for value in keys.values()):
        return test.in_world(keys)
    found = worlds(keys)
    return None if found is None else agreed(map(test.in_world, found))


@lru_cache(maxsize=8192)
def compile_condition(condition: Condition, *, deny: bool, modern: bool, key_policy: bool = False) -> ConditionTest:
    """Compile a condition; `modern` turns policy variables on, `key_policy` tells whether it stands in a key policy."""
    name, key = split_operator(condition.operator), folded(condition.key)
    fold = fold_of(condition)
    comparison = compile_comparison(name, condition.values, fold=fold, modern=modern)
    unreliable = frozenset(filter(condition_keys.is_for_iam_only, (key, *comparison.used))) if key_policy else frozenset()
    return ConditionTest(condition, key, comparison.used, deny, modern, unreliable, fold, comparison)


@lru_cache(maxsize=8192)
def read_as(test: ConditionTest, fold: str) -> ConditionTest:
    """Return a condition by which several values of its key count as under a set operator."""
    name = split_operator(test.condition.operator)
    comparison = compile_comparison(name, test.condition.values, fold=fold, modern=test.modern)
    return replace(test, fold=fold, comparison=comparison)


def fold_of(condition: Condition) -> str:
    """Return the set operator by which several values of a condition's key count, or empty: they have to compare alike (P4).

    A single-valued key has several where names of pairs differ in case only: of which of them the condition speaks is open.
    """
    name, key = split_operator(condition.operator), condition_keys.find(condition.key)
    single_valued = key is not None and not key.multi_valued
    return "" if name is None or single_valued else name.quantifier
