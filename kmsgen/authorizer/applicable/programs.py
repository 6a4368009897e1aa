"""Programs: the parts of a statement that a request decides, compiled once for a permission and a caller."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from kmsgen.arn import account_of
from kmsgen.authorizer.context.any_request import DependsOnRequestError, view_of_any
from kmsgen.authorizer.context.lookup import Resolver, lookup_in, resolver
from kmsgen.authorizer.context.permissions import Permission
from kmsgen.authorizer.context.view import View
from kmsgen.authorizer.language.conditions import ConditionTest, Told
from kmsgen.authorizer.language.open_value import OpenValue, Seen, no_lookup
from kmsgen.authorizer.language.principal import Caller, CallerKind, arns_under_paths
from kmsgen.authorizer.language.shapes import Shape
from kmsgen.authorizer.language.statement import ResourceTest, Rule
from kmsgen.authorizer.language.wildcards import Maybe
from kmsgen.catalogue.availability import availability
from kmsgen.catalogue.condition_keys import title
from kmsgen.catalogue.model import Values
from kmsgen.policy.letter_case import folded

UNMATCHED, MATCHED = 0, 1
How = int | Values
"""How a statement met a request: UNMATCHED, MATCHED or, where that is open, the notes on why."""

_IDENTITY = frozenset({"kms:calleraccount", "aws:principalaccount", "aws:principalarn"})
_OF_BUNDLE = frozenset({"caller ARN", "caller description", "resource ARN", "key"})
"""Origins of condition keys (as the catalogue names them) that a bundle alone tells."""


class Program:
    """Tests what a request decides about a statement: its conditions, and its Resource element if that has policy variables."""

    __slots__ = ("_arn", "_of_bundle", "_resource", "_steps")

    def __init__(self, steps: Iterable[Step], resource: ResourceTest | None, arn: str | Shape) -> None:
        self._steps = tuple(steps)
        self._resource = resource
        self._arn = arn
        self._of_bundle = any(isinstance(step, _CompiledCondition) and step.of_bundle for step in self._steps)

    def __call__(self, view: View) -> How:
        """Return how the statement meets a request."""
        doubts: Values = ()
        for step in self._steps:
            matched = step.check(view)
            if matched is False:
                return UNMATCHED
            if matched is None:
                doubts += step.causes(view)
        if self._resource is not None:
            found = lookup_in(view)
            matched = self._resource.check(self._arn, found)
            if matched is False:
                return UNMATCHED
            if matched is None:
                doubts += _causes(self._resource.seen(found)) or ("P3",)
        return tuple(dict.fromkeys(doubts)) if doubts else MATCHED

    def for_caller(self, caller: Caller, permission: Permission) -> Program | How:
        """Decide the conditions that the bundle alone settles for a caller; return how that ends, or a program for the rest."""
        if not self._of_bundle:
            return self
        view = view_of_any(caller, permission)
        left: list[Step] = []
        for step in self._steps:
            matched = step.of_any(view) if isinstance(step, _CompiledCondition) and step.of_bundle else step
            if matched is False:
                return UNMATCHED
            if matched is not True:
                left.append(matched)
        program = Program(left, self._resource, self._arn)
        hangs_on_request = self._resource is not None or any(isinstance(step, _CompiledCondition) for step in left)
        return program if hangs_on_request else program(view)


def program_of(rule: Rule, permission: Permission, caller: Caller | None) -> Program:
    """Compile what the request decides about a rule; `caller` is given only where the path of its role is unknown."""
    steps = [_CompiledCondition(test, permission, caller) for test in rule.conditions]
    return Program(steps, rule.resource if rule.resource.variables else None, permission.target.shape or permission.target.arn)


class _OpenCondition:
    """A condition that is open for every request, with the notes on why."""

    __slots__ = ("_causes",)

    def __init__(self, causes: Values) -> None:
        self._causes = causes

    def check(self, _view: View) -> Maybe:
        return None

    def causes(self, _view: View) -> Values:
        return self._causes


class _CompiledCondition:
    """A compiled condition for one permission; `check` tells whether it holds of a request, None where that is open.

    `of_bundle`: every condition key that it reads may follow from the bundle alone.
    """

    __slots__ = ("_likely", "_resolve", "check", "of_bundle", "paths", "test")

    def __init__(self, test: ConditionTest, permission: Permission, caller: Caller | None) -> None:
        self.test = test
        self._resolve = resolver(test.variable, permission.action.name, alias=permission.target.kind == "alias")
        self.of_bundle = all(map(_may_follow_from_bundle, (test.variable, *test.variables)))
        self.paths: tuple[Values, ...] = ()
        self._likely: Values | None = None
        if test.variable == "aws:principalarn" and caller is not None:
            self._set_paths(caller)
        self.check: Callable[[View], Maybe] = self._check_paths if self.paths else _check_of(test, self._resolve)

    def of_any(self, view: View) -> bool | Step:
        """Whether the condition holds of every request; where that depends on the request, the step that decides it."""
        try:
            matched = self.check(view)
            return _OpenCondition(self.causes(view)) if matched is None else matched
        except DependsOnRequestError:
            return self

    def _set_paths(self, caller: Caller) -> None:
        """Prepare for a caller whose role's path is unknown: it is likely without a path, and may be under others (P1)."""
        is_likely = len(caller.paths) == 1
        if is_likely and self.test.deny and self.test.negated:
            return  # a Deny that leaves the role without a path out leaves the caller out
        self.paths = tuple((arn,) for arn in arns_under_paths(caller, self.test.condition.values))
        if is_likely and not self.test.deny and not self.test.negated:
            self._likely = (caller.role or caller.arn,)

    def _check_paths(self, view: View) -> Maybe:
        """Compare aws:PrincipalArn under every role path that could matter, where the path is unknown (P1); open if they differ.

        A Deny that lists roles, and an Allow that excludes roles, must not miss the role because of its path. An Allow that lists
        roles holds of the likely one.
        """
        look_up = lookup_in(view)
        if self._likely is not None and self.test.check(self._likely, look_up):
            return True
        results = {self.test.check(values, look_up) for values in self.paths}
        return results.pop() if len(results) == 1 else None

    def causes(self, view: View) -> Values:
        """Return the notes on why the condition is open: a key is untold, or cannot be evaluated (P1, P4, P5, P15, S12)."""
        if self.paths:
            return ("P1",)
        if _is_of_a_customer(self.test, self._resolve(view), view):
            return (f"S15:{title(self.test.variable)}",)
        return _why_open(self.test, (self._resolve(view), *map(lookup_in(view), self.test.variables)))


Step = _CompiledCondition | _OpenCondition


@lru_cache(maxsize=4096)
def _may_follow_from_bundle(key: str) -> bool:
    row = availability(key)
    return row is not None and not _OF_BUNDLE.isdisjoint(row.follows_from)


def _check_of(test: ConditionTest, resolve: Resolver) -> Callable[[View], Maybe]:
    """Return the test of a condition; without policy variables it looks up a single condition key."""
    if test.variables:
        return lambda view: test.check(resolve(view), lookup_in(view))
    if test.unreliable:
        return lambda view: test.check(resolve(view), no_lookup)
    if test.variable in _IDENTITY and not test.asks_presence:
        return lambda view: None if _is_of_a_customer(test, resolve(view), view) else test.check(resolve(view), no_lookup)
    known = test.comparison.known

    def check_of_known(view: View) -> Maybe:
        seen = resolve(view)
        return test.check(seen, no_lookup) if isinstance(seen, OpenValue) else known(seen, no_lookup)

    return check_of_known


def _is_of_a_customer(test: ConditionTest, seen: Seen, view: View) -> bool:
    """Whether a service is told to have a customer's identity: what the condition names, or one of the key's account.

    KMS Developer Guide, conditions-kms, kms:CallerAccount: `*` with that key means all identities of an account; no page says
    that a service may hold it (S15).
    """
    if (
        test.variable not in _IDENTITY
        or test.asks_presence
        or view.caller.kind is not CallerKind.SERVICE
        or not isinstance(seen, tuple)
    ):
        return False
    named = set(map(folded, test.condition.values))
    return any(folded(value) in named or view.target.account in (value, account_of(value)) for value in seen)


@lru_cache(maxsize=8192)
def _why_open(test: ConditionTest, told: Told) -> Values:
    seen = test.seen(told)
    return _causes(seen) or (_unevaluated(test, seen),)


def _unevaluated(test: ConditionTest, seen: dict[str, Seen]) -> str:
    values = seen[test.variable]
    if not test.fold and isinstance(values, tuple) and len(values) > 1:
        return "P4"
    if test.needs_all:
        return "C3"
    if test.ignores_case and isinstance(values, tuple) and not all(map(str.isascii, (*values, *test.condition.values))):
        return "P15"
    told = (seen[key] for key in test.variables)
    return "P5" if any(isinstance(one, tuple) and len(one) == 1 and set("*?") & set(one[0]) for one in told) else "S12"


def _causes(seen: dict[str, Seen]) -> Values:
    return tuple(dict.fromkeys(value.why for value in seen.values() if isinstance(value, OpenValue)))


def check(test: ConditionTest, view: View) -> Maybe:
    """Return whether a condition holds of a request; None where that is open."""
    if view.caller.path_known:
        return _check_for_all(test, view.action.name, alias=view.target.kind == "alias")(view)
    return _CompiledCondition(test, Permission(view.action, view.target), view.caller).check(view)


@lru_cache(maxsize=8192)
def _check_for_all(test: ConditionTest, action: str, *, alias: bool) -> Callable[[View], Maybe]:
    return _check_of(test, resolver(test.variable, action, alias=alias))
