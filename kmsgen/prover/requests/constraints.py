"""The tests of statements and grants as the search sees them: which condition keys each reads, and how it comes out.

A test asks the authorizer itself, so the search cannot read a policy in another way than what judges its witnesses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import NamedTuple

from kmsgen.authorizer.context.view import View
from kmsgen.authorizer.evaluation.grants import GrantRule
from kmsgen.authorizer.language.conditions import ConditionTest, compile_condition, read_as
from kmsgen.authorizer.language.open_value import Lookup, Seen, either_way
from kmsgen.authorizer.language.operators import null_test
from kmsgen.authorizer.language.statement import ResourceTest
from kmsgen.authorizer.language.variables import parse_policy_text
from kmsgen.authorizer.language.wildcards import Maybe
from kmsgen.catalogue import condition_keys
from kmsgen.policy.letter_case import folded
from kmsgen.policy.operators import split_operator
from kmsgen.prover.problem import Assignment, OutsideError, Values
from kmsgen.prover.values.patterns import literal
from kmsgen.prover.values.sets import SetTest
from kmsgen.prover.values.value_tests import Bits, ValueTest, value_test
from kmsgen.prover.values.wanted import Accept

CONTEXT, CONTEXT_KEYS = condition_keys.ENCRYPTION_CONTEXT, condition_keys.ENCRYPTION_CONTEXT_KEYS
TAG, TAG_KEYS = condition_keys.REQUEST_TAG, condition_keys.TAG_KEYS
FAMILIES = {CONTEXT: CONTEXT_KEYS, TAG: TAG_KEYS}
"""Families of named pairs, and the key that holds their names."""
FAMILY_OF_NAMES = {names: family for family, names in FAMILIES.items()}


class Several(NamedTuple):
    """How several values of one name of the encryption context count (P4): by which fold of the answers, and of a `Not` form."""

    plain: str
    negated: str


_EVERY, _ANY = "ForAllValues", "ForAnyValue"
SEVERAL = (Several(_ANY, _EVERY), Several(_EVERY, _ANY), Several(_ANY, _ANY), Several(_EVERY, _EVERY))
"""Any value matches, every value matches; the condition holds of any value, of every value."""


class Reading(NamedTuple):
    """How what AWS leaves open is read: on the safe side, without access, or `generous`, with it.

    `several` values of a name count in this way for each condition; without it for each in the way that gives more access.
    """

    generous: bool = False
    several: Several | None = None

    def of(self, test: ConditionTest) -> ConditionTest:
        """Return a condition as it is read."""
        name = split_operator(test.condition.operator)
        if self.several is None or test.fold or name is None or name.base == "Null" or not test.variable.startswith(CONTEXT):
            return test
        return read_as(test, self.several.negated if test.negated else self.several.plain)

    def settled(self, result: Maybe, *, deny: bool) -> bool:
        """Return whether a test of a Deny (else of an Allow) counts as met; an open result (None) as the reading takes it."""
        return deny is not self.generous if result is None else result

    def accept(self, *, truth: bool, deny: bool) -> Accept:
        """Return the results of a test (true, false, open) that count as met, or without `truth` those that do not."""
        return frozenset(result for result in (True, False, None) if self.settled(result, deny=deny) is truth)


class KeyTest:
    """A condition of a statement.

    `aliases` are those of the key in the statement's bundle: kms:RequestAlias is not seen with another one's. `unsettled` are
    keys of which AWS's pages do not agree that requests of the action have them: they are read both ways (C11).
    """

    __slots__ = ("_how", "aliases", "reads", "test", "text", "unsettled")

    def __init__(self, test: ConditionTest, how: Reading, aliases: Values = (), unsettled: frozenset[str] = frozenset()) -> None:
        self.test = test
        self.unsettled = unsettled
        self.aliases = aliases if test.variable == "kms:requestalias" else ()
        self.reads = frozenset((test.variable, *test.variables))
        self.text = f"{test.condition}"
        self._how = how

    @property
    def key(self) -> str:
        """The condition key that it is on."""
        return self.test.variable

    @property
    def variables(self) -> Values:
        """The condition keys whose values it puts into what it compares with."""
        return self.test.variables

    def reading(self, decided: Assignment) -> Maybe:
        """Whether the condition holds; None where that is open."""
        lookup: Lookup = decided.values.get
        seen = self._seen(decided.values[self.test.variable])
        return self.test.check(seen, lookup) if not self.unsettled else self._either_way(seen, lookup)

    @property
    def either(self) -> str:
        """Contradiction of AWS by which the key, where it is there, counts as absent too (C11); empty where there is none."""
        return "C11" if self.key in self.unsettled else ""

    @property
    def is_open(self) -> bool:
        """Whether some key that it reads is read both ways."""
        return bool(self.unsettled or self.test.unreliable)

    def settled(self, result: Maybe) -> bool:
        """Return whether the condition counts as met where it comes out so; open (None) as the reading takes it."""
        return self._how.settled(result, deny=self.test.deny)

    def accept(self, *, truth: bool) -> Accept:
        """Return the results of the condition that count as met, or without `truth` those that do not."""
        return self._how.accept(truth=truth, deny=self.test.deny)

    def value(self, lookup: Lookup) -> ValueTest:
        """Return how it meets one value of its key, its policy variables put in. Raises OutsideError."""
        if any(key in self.unsettled for key in self.variables):
            raise OutsideError("AWS's pages do not agree that requests have a key that a policy variable names")
        found = value_test(self.test, lookup, self.either)
        return _seen_of_aliases(found, self.aliases, self.test, lookup) if self.aliases else found

    def without(self, variables: frozenset[str]) -> KeyTest | None:
        """Return the test with only those of its texts that name none of some variables; None if there is no such text."""
        return _without(self, variables) if variables else self

    def with_values(self, values: Values) -> KeyTest:
        """Return the same test with other values."""
        condition, key_policy = self.test.condition._replace(values=values), bool(self.test.unreliable)
        test = compile_condition(condition, deny=self.test.deny, modern=self.test.modern, key_policy=key_policy)
        return KeyTest(test, self._how, self.aliases, self.unsettled)

    def set(self, lookup: Lookup) -> SetTest:
        """Return how it meets a set of values of its key; Null is settled by one that is not empty."""
        values = self.test.condition.values
        fold = ("ForAnyValue" if null_test(values, ("?",)) else "ForAllValues") if self._is_null else self.quantifier
        return SetTest(self.value(lookup), fold)

    @property
    def quantifier(self) -> str:
        """The set operator by which several values of the key count, or empty."""
        return self.test.fold

    @property
    def _is_null(self) -> bool:
        name = split_operator(self.test.condition.operator)
        return name is not None and name.base == "Null"

    def _either_way(self, seen: Seen, lookup: Lookup) -> Maybe:
        def found(key: str) -> Seen:
            return either_way(lookup(key), "C11") if key in self.unsettled else lookup(key)

        return self.test.check(either_way(seen, self.either) if self.either else seen, found)

    def _seen(self, values: Values | None) -> Values | None:
        elsewhere = self.aliases and values and values[0] not in self.aliases
        return None if elsewhere else values


@lru_cache(maxsize=4096)
def _without(look: KeyTest, variables: frozenset[str]) -> KeyTest | None:
    modern = look.test.modern
    texts = ((one, parse_policy_text(one, variables=modern, wildcards=False).keys) for one in look.test.condition.values)
    kept = tuple(one for one, names in texts if variables.isdisjoint(names))
    return look.with_values(kept) if kept else None


def _seen_of_aliases(found: ValueTest, aliases: Values, test: ConditionTest, lookup: Lookup) -> ValueTest:
    """Return a test that sees the value where it is one of the key's aliases, and else nothing."""
    missing = test.check(None, lookup)
    size = len(found.patterns)

    def reading(bits: Bits) -> Maybe:
        return found.reading(bits[:size]) if any(bits[size:]) else missing

    def answer(text: str) -> Maybe:
        return found.answer(text) if text in aliases else missing

    constants = tuple(dict.fromkeys((*found.constants, *aliases)))
    patterns = (*found.patterns, *map(literal, aliases))
    return ValueTest(answer, found.family, constants, patterns, reading, plain=True, otherwise=missing)


class ResourceLook:
    """A Resource element with policy variables, which is compared with the ARN of what the request is about."""

    __slots__ = ("_deny", "_how", "reads", "resource", "test", "text")

    def __init__(self, test: ResourceTest, resource: str, how: Reading, *, deny: bool) -> None:
        self.test = test
        self.resource = resource
        self.reads = frozenset(test.variables)
        self.text = f"{test.texts} {resource}"
        self._how = how
        self._deny = deny

    @property
    def variables(self) -> Values:
        """The condition keys whose values it puts into what it compares with."""
        return self.test.variables

    def reading(self, decided: Assignment) -> Maybe:
        """Whether the element matches the resource; None where that is open."""
        return self.test.check(self.resource, decided.values.get)

    def settled(self, result: Maybe) -> bool:
        """Return whether the element counts as met where it comes out so; open (None) as the reading takes it."""
        return self._how.settled(result, deny=self._deny)


_SOURCES = ("aws:sourcearn", "kms:grantconstraintsourcearn")
MakeView = Callable[[Assignment], View]
"""Builds the view of a request from what is decided, as the authorizer sees it."""


class ConstraintTest:
    """One constraint of a grant, or what a grant of CreateGrant asks of the grant to create: nothing about it is open.

    `first` is set where the authorizer tells of the grant to create first and of the source last, and only one is meant.
    """

    __slots__ = ("_told", "_view", "reads", "rule", "text")

    def __init__(self, rule: GrantRule, view: MakeView, reads: frozenset[str], *, first: bool | None = None) -> None:
        self.rule = rule
        self.reads = reads
        self.text = f"{rule.grant.constraints} {sorted(rule.operations)}"
        self._view = view
        self._told = slice(None) if first is None else slice(0, 1) if first else slice(-1, None)

    @property
    def variables(self) -> Values:
        """A constraint has no policy variables."""
        return ()

    def constants(self, key: str) -> Values:
        """Return the values of a key with which the constraint compares."""
        constraints = self.rule.grant.constraints
        if key in _SOURCES:
            return (constraints.source_arn,) if constraints.source_arn else ()
        pairs = (*(constraints.encryption_context_equals or ()), *(constraints.encryption_context_subset or ()))
        return tuple(value for name, value in pairs if f"{CONTEXT}{folded(name)}" == key)

    def reading(self, decided: Assignment) -> Maybe:
        """Whether the authorizer's own test of the grant passes."""
        return all(element.matched for element in tuple(self.rule.tests(self._view(decided)))[self._told])

    def settled(self, result: Maybe) -> bool:
        """Return whether the constraint counts as met where it comes out so; nothing about it is ever open."""
        return bool(result)


Look = KeyTest | ResourceLook | ConstraintTest
"""A test of a clause; its `text` is what is written, by which tests are put in order."""
Literal = tuple[Look, bool]
"""A test, and how it is to come out."""


def holds(look: Look, decided: Assignment) -> bool:
    """Return what a test counts as, of an assignment that has every key it reads."""
    return look.settled(look.reading(decided))


def in_order(literals: Iterable[Literal]) -> list[Literal]:
    """Return literals as their texts have it: where they are in memory must not tell which request is found."""
    return sorted(literals, key=lambda literal: (sorted(literal[0].reads), literal[0].text, literal[1]))
