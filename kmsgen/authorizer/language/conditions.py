"""A condition of a statement, compiled: one test of one condition key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from kmsgen.authorizer.language.operators import OPERATORS, QUANTIFIERS, Match, Operator, null_test, when_missing
from kmsgen.authorizer.language.variables import Lookup, Missing, Template, parse_template, resolve
from kmsgen.authorizer.language.wildcards import Maybe, Pieces, Predicate, any_of
from kmsgen.catalogue import condition_keys
from kmsgen.policy.document import Condition
from kmsgen.policy.operators import split_operator

Values = tuple[str, ...]
Check = Callable[[Values | None, Lookup], Maybe]


@lru_cache(maxsize=4096)
def is_multi_valued(key: str) -> bool:
    """Return whether a condition key holds a set of values, so that it cannot be a policy variable."""
    found = condition_keys.find(key)
    return found is not None and found.multi_valued


@dataclass(frozen=True, slots=True, eq=False)
class ConditionTest:
    """One operator on one condition key. `variable` is the key in lower case; `deny` tells whose condition it is.

    `variables` are the keys that policy variables in its values name. `doubtful`: the layer cannot rest on the key (C4), so
    that it is read as present and as absent.
    """

    condition: Condition
    variable: str
    variables: tuple[str, ...]
    deny: bool
    doubtful: bool
    _check: Check = field(repr=False)

    @property
    def negated(self) -> bool:
        """Whether the operator is a `Not` form."""
        name = split_operator(self.condition.operator)
        return name is not None and name.base in OPERATORS and OPERATORS[name.base].negated

    @property
    def plain(self) -> Check:
        """The test itself, of a key that the layer can rest on."""
        return self.check if self.doubtful else self._check

    def check(self, values: Values | None, lookup: Lookup) -> Maybe:
        """Return whether the condition holds; None where that is open."""
        result = self._check(values, lookup)
        if self.doubtful and values is not None and result is not self._check(None, lookup):
            return None
        return result

    def holds(self, values: Values | None, lookup: Lookup) -> bool:
        """Return whether the condition holds, what is open on the safe side: not in an Allow, but in a Deny."""
        result = self.check(values, lookup)
        return self.deny if result is None else result


@lru_cache(maxsize=8192)
def compile_condition(condition: Condition, *, deny: bool, modern: bool, doubtful: bool) -> ConditionTest:
    """Compile a condition; `modern` turns policy variables on."""
    name = split_operator(condition.operator)
    key = condition.key.lower()
    if name is None or not condition.values:
        return ConditionTest(condition, key, (), deny, doubtful, lambda _values, _lookup: None)
    if name.base == "Null":
        wanted = condition.values
        return ConditionTest(condition, key, (), deny, doubtful, lambda values, _lookup: null_test(wanted, values))
    operator = OPERATORS[name.base]
    templates = _templates(condition.values, operator, modern=modern)
    missing = when_missing(name.quantifier, operator, if_exists=name.if_exists)
    quantifier, negated = QUANTIFIERS[name.quantifier], operator.negated
    used = tuple(key for template in templates for key in template.keys)
    match_with = _with_variables(operator, templates) if used else None
    match = _fixed(operator, templates)

    def check(values: Values | None, lookup: Lookup) -> Maybe:
        if not values:
            return missing
        return quantifier(match if match_with is None else match_with(lookup), negated, values)

    return ConditionTest(condition, key, used, deny, doubtful, check)


def _templates(values: Values, operator: Operator, *, modern: bool) -> list[Template]:
    templates = [parse_template(value, variables=modern, wildcards=operator.wildcards) for value in values]
    if operator.variables:
        return templates
    return [Template(template.pieces, template.malformed or bool(template.keys)) for template in templates]


def _never(_value: str) -> Maybe:
    return None


def _fixed(operator: Operator, templates: list[Template]) -> Match:
    """Compile values without variables: a set of texts where the operator compares texts as they are."""
    pieces = [_without_variables(template) for template in templates]
    if operator.exact and None not in pieces:
        return frozenset("".join(str(piece) for piece in item) for item in pieces if item is not None).__contains__
    tests: list[Predicate] = [_never if item is None else operator.predicate(item) for item in pieces]
    return tests[0] if len(tests) == 1 else lambda value: any_of(test(value) for test in tests)


def _without_variables(template: Template) -> Pieces | None:
    pieces = tuple(piece for piece in template.pieces if not hasattr(piece, "key"))
    return None if template.malformed or template.keys else pieces


def _with_variables(operator: Operator, templates: list[Template]) -> Callable[[Lookup], Match]:
    def bind(lookup: Lookup) -> Match:
        tests = [_bound(operator, template, lookup) for template in templates]
        return lambda value: any_of(test(value) for test in tests)

    return bind


def _bound(operator: Operator, template: Template, lookup: Lookup) -> Predicate:
    """Compile one value for one request; a wildcard in the value of a variable counts for the loose reading only (P5)."""
    resolved = resolve(template, lookup, is_multi_valued)
    if resolved is None:
        return _never
    if isinstance(resolved, Missing):
        return lambda _value: False
    strict = operator.predicate(resolved.pieces)
    if resolved.loose is None or not operator.wildcards:
        return strict
    loose = operator.predicate(resolved.loose)
    return lambda value: True if strict(value) else (None if strict(value) is None or loose(value) is not False else False)
