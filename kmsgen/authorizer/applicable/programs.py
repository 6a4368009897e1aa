"""How the parts of a statement that a request decides meet it, put together once for a permission and a caller."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from kmsgen.authorizer.context.any_request import DependsOnRequestError, view_of_any
from kmsgen.authorizer.context.lookup import Resolver, lookup_in, resolver
from kmsgen.authorizer.context.permissions import Permission
from kmsgen.authorizer.context.view import View
from kmsgen.authorizer.language.conditions import ConditionTest, Told
from kmsgen.authorizer.language.open_value import Open, Seen, no_lookup
from kmsgen.authorizer.language.principal import Caller, arns_under_paths
from kmsgen.authorizer.language.shapes import Shape
from kmsgen.authorizer.language.statement import ResourceTest, Rule
from kmsgen.authorizer.language.wildcards import Maybe
from kmsgen.catalogue.availability import availability
from kmsgen.catalogue.model import Values

UNMATCHED, MATCHED = 0, 1
How = int | Values
"""How a statement met a request: UNMATCHED, MATCHED, or, where that is open, the notes on why."""

_OF_BUNDLE = frozenset({"caller ARN", "caller description", "resource ARN", "key"})
"""What a bundle tells: of the origins that the catalogue gives condition keys."""


class Program:
    """Tells how the parts of a statement that a request decides meet it: its conditions, and its Resource with variables."""

    __slots__ = ("_arn", "_of_bundle", "_resource", "_steps")

    def __init__(self, steps: Iterable[Step], resource: ResourceTest | None, arn: str | Shape) -> None:
        self._steps = tuple(steps)
        self._resource = resource
        self._arn = arn
        self._of_bundle = any(isinstance(step, _Condition) and step.of_bundle for step in self._steps)

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
        """Return how every request of a caller is met, or what is left to decide for each."""
        if not self._of_bundle:
            return self
        view = view_of_any(caller, permission)
        left: list[Step] = []
        for step in self._steps:
            matched = step.of_any(view) if isinstance(step, _Condition) and step.of_bundle else step
            if matched is False:
                return UNMATCHED
            if matched is not True:
                left.append(matched)
        program = Program(left, self._resource, self._arn)
        return program if self._resource is not None or any(isinstance(step, _Condition) for step in left) else program(view)


def program_of(rule: Rule, permission: Permission, caller: Caller | None) -> Program:
    """Put together how the parts of a statement that the request decides meet it; `caller` is one whose role's path is open."""
    steps = [_Condition(test, permission, caller) for test in rule.conditions]
    return Program(steps, rule.resource if rule.resource.variables else None, permission.target.shape or permission.target.arn)


class _OpenCondition:
    """A condition of which nothing tells whether it holds of any request, with the notes on why."""

    __slots__ = ("_causes",)

    def __init__(self, causes: Values) -> None:
        self._causes = causes

    def check(self, _view: View) -> Maybe:
        return None

    def causes(self, _view: View) -> Values:
        return self._causes


class _Condition:
    """A condition on one permission's requests; `check` tells whether it holds of one, None where that is open.

    `of_bundle`: what it reads may follow from the bundle alone.
    """

    __slots__ = ("_resolve", "check", "of_bundle", "paths", "test")

    def __init__(self, test: ConditionTest, permission: Permission, caller: Caller | None) -> None:
        self.test = test
        self._resolve = resolver(test.variable, permission.action.name, alias=permission.target.kind == "alias")
        self.of_bundle = all(map(_may_follow_from_bundle, (test.variable, *test.variables)))
        self.paths: tuple[Values, ...] = ()
        if test.variable == "aws:principalarn" and caller is not None and test.deny is not test.negated:
            self.paths = tuple((arn,) for arn in arns_under_paths(caller, test.condition.values))
        self.check: Callable[[View], Maybe] = self._check_paths if self.paths else _check_of(test, self._resolve)

    def of_any(self, view: View) -> bool | Step:
        """Return whether the condition holds of any request; else what tells it of each."""
        try:
            matched = self.check(view)
            return _OpenCondition(self.causes(view)) if matched is None else matched
        except DependsOnRequestError:
            return self

    def _check_paths(self, view: View) -> Maybe:
        """Compare the ARN of a role whose path is not known under every path that would change the result (P1).

        A Deny that lists roles, and an Allow that leaves roles out, must not miss one for its path.
        """
        results = {self.test.check(values, lookup_in(view)) for values in self.paths}
        return results.pop() if len(results) == 1 else None

    def causes(self, view: View) -> Values:
        """Return the notes on why it is open: what is not told, or that it cannot be evaluated (P1, P4, P5, P15, S12)."""
        if self.paths:
            return ("P1",)
        return _why_open(self.test, (self._resolve(view), *map(lookup_in(view), self.test.variables)))


Step = _Condition | _OpenCondition


@lru_cache(maxsize=4096)
def _may_follow_from_bundle(key: str) -> bool:
    row = availability(key)
    return row is not None and not _OF_BUNDLE.isdisjoint(row.follows_from)


def _check_of(test: ConditionTest, resolve: Resolver) -> Callable[[View], Maybe]:
    """Return what tests a request; where values of one key are compared with texts, only that key is looked up."""
    if test.variables:
        return lambda view: test.check(resolve(view), lookup_in(view))
    if test.unreliable:
        return lambda view: test.check(resolve(view), no_lookup)
    known = test.comparison.known

    def check_of_known(view: View) -> Maybe:
        seen = resolve(view)
        return test.check(seen, no_lookup) if isinstance(seen, Open) else known(seen, no_lookup)

    return check_of_known


@lru_cache(maxsize=8192)
def _why_open(test: ConditionTest, told: Told) -> Values:
    seen = test.seen(told)
    return _causes(seen) or (_unevaluated(test, seen),)


def _unevaluated(test: ConditionTest, seen: dict[str, Seen]) -> str:
    values = seen[test.variable]
    if not test.fold and isinstance(values, tuple) and len(values) > 1:
        return "P4"
    if test.ignores_case and isinstance(values, tuple) and not all(map(str.isascii, (*values, *test.condition.values))):
        return "P15"
    told = (seen[key] for key in test.variables)
    return "P5" if any(isinstance(one, tuple) and len(one) == 1 and set("*?") & set(one[0]) for one in told) else "S12"


def _causes(seen: dict[str, Seen]) -> Values:
    return tuple(dict.fromkeys(value.why for value in seen.values() if isinstance(value, Open)))


def check(test: ConditionTest, view: View) -> Maybe:
    """Return whether a condition holds of a request; None where that is open."""
    caller = None if view.caller.path_known else view.caller
    return _Condition(test, Permission(view.action, view.target), caller).check(view)
