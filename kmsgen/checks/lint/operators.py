"""Lint rules on condition operators that do something else than they seem to.

Source: IAM User Guide, reference_policies_elements_condition_operators, reference_policies_variables,
reference_policies_condition-single-vs-multi-valued-context-keys; KMS Developer Guide, conditions-kms.
"""

from __future__ import annotations

from collections.abc import Iterator

from kmsgen.catalogue import condition_keys
from kmsgen.catalogue.condition_keys import ENCRYPTION_CONTEXT, ENCRYPTION_CONTEXT_KEYS, REQUEST_TAG, TAG_KEYS, GrantKey
from kmsgen.checks.finding import ERROR, WARNING
from kmsgen.checks.lint.conditions import needs_key
from kmsgen.checks.lint.rule import IAM_GUIDE, KMS_GUIDE, LintRule, Violation
from kmsgen.checks.lint.written import WrittenStatement
from kmsgen.policy.letter_case import folded

_FOR_ALL = "ForAllValues"
_REFUSED_WITH_FOR_ALL = (ENCRYPTION_CONTEXT, REQUEST_TAG)
_VARIABLE = "${"
_ALWAYS_THERE = frozenset({GrantKey.OPERATIONS})
_NAMES_OF = {TAG_KEYS: REQUEST_TAG, ENCRYPTION_CONTEXT_KEYS: ENCRYPTION_CONTEXT}


def literal_wildcards(statement: WrittenStatement) -> Iterator[Violation]:
    """Find `*` under StringEquals and StringNotEquals, which compare it literally."""
    for condition, operator in statement.conditions:
        if operator.base in ("StringEquals", "StringNotEquals") and any("*" in value for value in condition.values):
            like = condition.operator.replace("Equals", "Like")
            yield statement.problem_of(condition, f"{condition.operator} compares `*` literally", f"use {like}")


def variables_without_version(statement: WrittenStatement) -> Iterator[Violation]:
    """Find policy variables in a policy before version 2012-10-17, which has none."""
    for condition, _ in statement.conditions if statement.policy.document.version != "2012-10-17" else ():
        if any(_VARIABLE in value for value in condition.values):
            yield statement.problem_of(condition, f"`{_VARIABLE}...}}` is plain text before version 2012-10-17")


def for_all_of_one_value(statement: WrittenStatement) -> Iterator[Violation]:
    """Find ForAllValues on keys with which KMS refuses it."""
    for condition, operator in statement.conditions:
        if operator.quantifier == _FOR_ALL and _refused_with_for_all(condition.key):
            message = f"KMS refuses ForAllValues with `{condition.key}`: it holds where the key is absent"
            yield statement.problem_of(condition, message, f"use {condition.operator.partition(':')[2]}: the key has one value")


def _refused_with_for_all(key: str) -> bool:
    return folded(key).startswith(_REFUSED_WITH_FOR_ALL)


def for_all_where_absent(statement: WrittenStatement) -> Iterator[Violation]:
    """Find ForAllValues in an Allow where requests may lack the key."""
    for condition, operator in statement.conditions if statement.allows else ():
        key = condition.key
        if operator.quantifier == _FOR_ALL and not _refused_with_for_all(key) and not _surely_there(statement, key):
            mend = f'add `"Null": {{"{key}": "false"}}`'
            yield statement.problem_of(condition, f"ForAllValues holds where `{key}` is absent", mend)


def _surely_there(statement: WrittenStatement, key: str) -> bool:
    """Return whether every request that meets the other conditions carries the key."""
    lower = folded(key)
    if lower in _ALWAYS_THERE:
        return True
    for condition, operator in statement.conditions:
        other = folded(condition.key)
        if operator.base == "Null" and other == lower and "false" in condition.values:
            return True
        if lower in _NAMES_OF and other.startswith(_NAMES_OF[lower]) and needs_key(condition, operator):
            return True
    return False


def sets_compared_as_one(statement: WrittenStatement) -> Iterator[Violation]:
    """Find multi-valued condition keys under an operator without ForAllValues or ForAnyValue."""
    for condition, operator in statement.conditions:
        key = condition_keys.find(condition.key)
        if key is not None and key.multi_valued and not operator.quantifier and operator.base != "Null":
            message = f"`{condition.key}` can have several values, and {condition.operator} compares one"
            yield statement.problem_of(condition, message, f"use ForAnyValue:{condition.operator} or ForAllValues")


RULES = (
    LintRule(
        "literal-wildcard",
        WARNING,
        meaning="StringEquals or StringNotEquals is given a text with `*`.",
        why="These operators know no wildcards: the text is compared as it is, and hardly any request has a star there.",
        mend="use StringLike or StringNotLike",
        source=IAM_GUIDE.format("reference_policies_elements_condition_operators"),
        find=literal_wildcards,
    ),
    LintRule(
        "for-all-single",
        ERROR,
        meaning="ForAllValues is used on an encryption context pair or a request tag.",
        why="KMS refuses the policy: ForAllValues also holds where the key is absent, which opens what looks closed.",
        mend="use the operator alone: the key has one value",
        source=KMS_GUIDE.format("conditions-kms"),
        find=for_all_of_one_value,
    ),
    LintRule(
        "for-all-absent",
        WARNING,
        meaning="An Allow uses ForAllValues on a key that a request need not carry.",
        why="ForAllValues holds where the key is absent, so the statement also allows requests that say nothing of it.",
        mend='add a condition `"Null": {KEY: "false"}`',
        source=IAM_GUIDE.format("reference_policies_condition-single-vs-multi-valued-context-keys"),
        find=for_all_where_absent,
    ),
    LintRule(
        "set-operator",
        WARNING,
        meaning="A key that can have several values is compared without ForAnyValue or ForAllValues.",
        why="How AWS compares several values with such an operator is not documented: what the condition does is not sure.",
        mend="use ForAnyValue or ForAllValues",
        source=IAM_GUIDE.format("reference_policies_condition-single-vs-multi-valued-context-keys"),
        find=sets_compared_as_one,
    ),
    LintRule(
        "variable-without-version",
        WARNING,
        meaning="A policy of version 2008-10-17, or without Version, has a policy variable in a condition.",
        why="Variables exist from version 2012-10-17 on; before that the text is compared as it is, and no request has it.",
        mend='set `"Version": "2012-10-17"`',
        source=IAM_GUIDE.format("reference_policies_variables"),
        find=variables_without_version,
    ),
)
"""The rules on condition operators."""
