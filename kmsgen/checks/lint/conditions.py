"""Lint rules on condition keys, by what the key is and where it can be used.

Source: KMS Developer Guide, conditions-kms, conditions-aws, tag-authorization; IAM User Guide,
reference_policies_condition-keys, reference_policies_elements_condition_operators.
"""

from __future__ import annotations

from collections.abc import Iterator

from kmsgen.catalogue import condition_keys
from kmsgen.catalogue.actions import expand
from kmsgen.checks.finding import ERROR, NOTE, WARNING
from kmsgen.checks.lint.rule import IAM_GUIDE, KMS_GUIDE, LintRule, Violation
from kmsgen.checks.lint.spelling import nearest
from kmsgen.checks.lint.written import WrittenStatement, shortened
from kmsgen.policy.document import Condition
from kmsgen.policy.letter_case import folded
from kmsgen.policy.operators import OperatorName

_IGNORED_IN_KEY_POLICY = ("aws:resourcetag/", "kms:resourcealiases")


def unknown_condition_keys(statement: WrittenStatement) -> Iterator[Violation]:
    """Find `kms:` and `aws:` condition keys that do not exist."""
    names = [key.name for key in condition_keys.CONDITION_KEYS.values()]
    for condition, _ in statement.conditions:
        if _unknown(condition.key):
            yield statement.problem_of(condition, f"there is no condition key `{condition.key}`", nearest(condition.key, names))


def unprefixed_condition_keys(statement: WrittenStatement) -> Iterator[Violation]:
    """Find condition keys without a prefix, which IAM and KMS refuse."""
    names = [key.name for key in condition_keys.CONDITION_KEYS.values()]
    by_name = {folded(name.partition(":")[2]): name for name in names}
    for condition, _ in statement.conditions:
        if not condition.key.partition(":")[0] or ":" not in condition.key:
            meant = by_name.get(folded(condition.key))
            message = f"`{condition.key}` has no prefix: AWS refuses a policy with such a condition key"
            yield statement.problem_of(condition, message, f"did you mean `{meant}`?" if meant else "")


def _unknown(key: str) -> bool:
    return condition_keys.find(key) is None and folded(key).startswith(("kms:", "aws:"))


def keys_for_iam_policies(statement: WrittenStatement) -> Iterator[Violation]:
    """Find condition keys in a key policy that are documented for IAM policies only."""
    for condition, _ in statement.conditions if statement.in_key_policy else ():
        if folded(condition.key).startswith(_IGNORED_IN_KEY_POLICY) and not _unknown(condition.key):
            message = f"`{condition.key}` is documented for IAM policies only: a key policy cannot rest on it"
            yield statement.problem_of(condition, message)


def conditions_off_action(statement: WrittenStatement) -> Iterator[Violation]:
    """Find conditions on keys that requests for some of the statement's actions never carry."""
    for condition, operator in statement.conditions:
        if condition_keys.find(condition.key) is None or not needs_key(condition, operator):
            continue
        without = sorted(action for action in statement.actions if not condition_keys.on_action(condition.key, action))
        if without:
            never = "never allowed" if statement.allows else "never denied"
            message = f"`{condition.key}` is never in requests for {shortened(without)}: these are {never} by this statement"
            spared = "" if operator.base == "Null" else f"{condition.operator}IfExists, or "
            mend = "" if statement.allows else f"use {spared}a statement of their own"
            by_wildcard = statement.allows and not statement.statement.not_action and not set(without) & _named(statement)
            yield statement.problem_of(condition, message, mend)._replace(severity=NOTE if by_wildcard else "")


def _named(statement: WrittenStatement) -> set[str]:
    """Return the actions that a statement names in full: what a wildcard gives beside these is often of no use to it."""
    return {name for entry in statement.statement.actions if "*" not in entry for name in expand(entry)}


def needs_key(condition: Condition, operator: OperatorName) -> bool:
    """Return whether a condition fails where its key is absent."""
    if operator.base == "Null":
        return "false" in condition.values
    return not operator.if_exists and operator.quantifier != "ForAllValues" and "Not" not in operator.base


RULES = (
    LintRule(
        "unknown-condition-key",
        ERROR,
        meaning="A condition is on a key with the prefix `kms:` or `aws:` that does not exist.",
        why="No request carries it: an Allow that needs it gives nothing, and a Deny that needs it protects from nothing.",
        mend="see the condition keys of KMS and the global ones",
        source=KMS_GUIDE.format("policy-conditions"),
        find=unknown_condition_keys,
    ),
    LintRule(
        "unprefixed-condition-key",
        ERROR,
        meaning="A condition is on a key without the prefix of a service, such as `aws:` or `kms:`.",
        why="AWS refuses the whole policy (MalformedPolicyDocumentException).",
        mend="write it as PREFIX:NAME",
        source=IAM_GUIDE.format("reference_policies_elements_condition"),
        find=unprefixed_condition_keys,
    ),
    LintRule(
        "key-policy-condition",
        WARNING,
        meaning="A key policy has a condition on the key's own tags or aliases.",
        why="These keys are documented for IAM policies only, and AWS's pages contradict each other: a key policy cannot rest on"
        " aws:ResourceTag or kms:ResourceAliases.",
        mend="put the condition into an IAM policy",
        source=KMS_GUIDE.format("tag-authorization"),
        find=keys_for_iam_policies,
    ),
    LintRule(
        "condition-off-action",
        WARNING,
        meaning="A condition needs a key that requests for some of the actions never carry; a note where wildcards alone give"
        " them.",
        why="For these actions the statement never matches: an Allow does not give them, a Deny does not take them away.",
        mend="give them a statement of their own",
        source=KMS_GUIDE.format("conditions-kms"),
        find=conditions_off_action,
    ),
)
"""The rules on condition keys."""
