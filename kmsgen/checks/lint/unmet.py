"""Why no request meets a statement: the element that cannot hold, as far as it tells by itself.

Source: KMS Developer Guide, symm-asymm-compare, kms-api-permissions-reference, key-policy-overview; IAM User Guide,
reference_policies_elements_resource.
"""

from __future__ import annotations

from collections.abc import Iterator

from kmsgen.arn import parse_arn
from kmsgen.catalogue import condition_keys
from kmsgen.catalogue.actions import ACTIONS, fits, works_in_key_policy
from kmsgen.catalogue.key_specs import key_type
from kmsgen.catalogue.model import Action
from kmsgen.checks.lint.conditions import needs_key
from kmsgen.checks.lint.principals import is_nobody
from kmsgen.checks.lint.written import WrittenStatement, shortened
from kmsgen.policy.bundle import Key


def unmet(statement: WrittenStatement, key: Key) -> str:
    """Return in words which element cannot hold, and why; empty if no element tells by itself."""
    return next(_reasons(statement, key), "")


def _reasons(statement: WrittenStatement, key: Key) -> Iterator[str]:
    if statement.in_key_policy:
        yield from _of_key_policy(statement, key)
    yield from _off_conditions(statement)
    if statement.statement.conditions:
        yield "its conditions do not hold, or not together"


def _of_key_policy(statement: WrittenStatement, key: Key) -> Iterator[str]:
    """Yield why a key policy statement cannot be about its own key."""
    actions = [ACTIONS[name.removeprefix("kms:")] for name in statement.actions]
    if not statement.statement.not_principal and all(map(is_nobody, statement.principals)):
        yield "nobody is meant by its Principal"
    if not any(map(works_in_key_policy, actions)):
        yield "its actions are for IAM policies only"
    if not any(_fits(action, key) for action in actions):
        yield f"KMS offers its actions for no key of spec {key.spec} and usage {key.usage}"
    if not statement.statement.not_resource and _all_elsewhere(statement, key):
        yield "its Resource does not name this key"


def _fits(action: Action, key: Key) -> bool:
    if not action.resource_types:
        return True
    return fits(action, key_type(key.spec, key.usage) or "") and (key.multi_region or not action.multi_region_only)


def _all_elsewhere(statement: WrittenStatement, key: Key) -> bool:
    """Return whether every Resource is a full ARN (no wildcard) of something other than the key."""
    resources = statement.statement.resources
    return bool(resources) and all(
        parse_arn(text) is not None and {"*", "?", "$"}.isdisjoint(text) and text != key.arn for text in resources
    )


def _off_conditions(statement: WrittenStatement) -> Iterator[str]:
    for condition, operator in statement.conditions:
        if not needs_key(condition, operator):
            continue
        if not any(condition_keys.on_action(condition.key, action) for action in statement.actions):
            yield f"requests for {shortened(sorted(statement.actions))} never carry `{condition.key}`"
        known = condition_keys.find(condition.key)
        closed = known.values if known is not None and operator.base == "StringEquals" else ()
        if closed and set(condition.values).isdisjoint(closed):
            yield f"`{condition.key}` is never {' or '.join(f'`{value}`' for value in condition.values)}"
