"""How the parts of a statement that a request decides meet it, put together once for an action, a target and a caller."""

from __future__ import annotations

from collections.abc import Callable

from kmsgen.authorizer.context.key_values import GRANT_KEYS
from kmsgen.authorizer.context.lookup import MAX_ALIASES, RETIRE_KEYS, Target, View, resolver
from kmsgen.authorizer.evaluation.grants import CREATE, RETIRE
from kmsgen.authorizer.language.conditions import Check, ConditionTest
from kmsgen.authorizer.language.principal import Caller, arns_under_paths
from kmsgen.authorizer.language.statement import Rule
from kmsgen.authorizer.language.variables import Lookup
from kmsgen.authorizer.language.wildcards import Maybe
from kmsgen.catalogue.model import Action

# How a statement met a request: the two doubtful ways are those that rest on a reading left open.
UNMATCHED, MATCHED, DOUBTFUL_ALLOW, DOUBTFUL_DENY = range(4)

Program = Callable[[View, Lookup], int]
Step = Callable[[View, Lookup], Maybe]


def program_of(rule: Rule, action: Action, target: Target, caller: Caller) -> Program:
    """Put together how the parts of a statement that the request decides meet it."""
    steps = [test_of(test, action, target, caller) for test in rule.conditions]
    if rule.resource.variables:
        check, arn = rule.resource.check, target.arn
        steps.append(lambda _view, lookup: check(arn, lookup))
    doubtful = DOUBTFUL_DENY if rule.deny else DOUBTFUL_ALLOW

    def program(view: View, lookup: Lookup) -> int:
        result = MATCHED
        for step in steps:
            matched = step(view, lookup)
            if matched is False:
                return UNMATCHED
            if matched is None:
                result = doubtful
        return result

    return program


def test_of(test: ConditionTest, action: Action, target: Target, caller: Caller) -> Step:
    """Return what tells whether a condition holds of a request; None where that is open."""
    variable = test.variable
    resolve = resolver(variable, action.name, alias=target.kind == "alias")
    check = test.plain
    if action.name == RETIRE and variable.startswith(RETIRE_KEYS):
        return lambda view, lookup: _either_way(check, resolve(view), lookup)
    if action.name == CREATE and variable in GRANT_KEYS:
        return lambda view, lookup: _of_grant(check, view, resolve(view), lookup)
    if variable == "kms:resourcealiases" and target.key is not None and len(target.key.aliases) > MAX_ALIASES:
        return lambda _view, _lookup: None
    if variable == "aws:principalarn" and not caller.path_known and test.deny is not test.negated:
        return _of_any_path(test, caller)
    return lambda view, lookup: check(resolve(view), lookup)


def _of_grant(check: Check, view: View, values: tuple[str, ...] | None, lookup: Lookup) -> Maybe:
    """Leave open what depends on the parameters of a CreateGrant that the request does not tell (P10)."""
    return None if values is None and view.request.create_grant is None else check(values, lookup)


def _of_any_path(test: ConditionTest, caller: Caller) -> Step:
    """Compare the ARN of a role without a path; open where some path would change the result (P1).

    A Deny that lists roles, and an Allow that leaves roles out, must not miss one for its path.
    """
    readings = [(arn,) for arn in arns_under_paths(caller, test.condition.values)]
    check = test.plain

    def step(_view: View, lookup: Lookup) -> Maybe:
        results = {check(values, lookup) for values in readings}
        return results.pop() if len(results) == 1 else None

    return step


def _either_way(check: Check, values: tuple[str, ...] | None, lookup: Lookup) -> Maybe:
    """Read a key as present and as absent (S8)."""
    result = check(values, lookup)
    return result if result is check(None, lookup) else None


def check(test: ConditionTest, view: View) -> Maybe:
    """Return whether a condition holds of a request; None where that is open."""
    return test_of(test, view.action, view.target, view.caller)(view, view.lookup)
