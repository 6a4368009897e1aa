"""Lint rules on the Action element.

Source: KMS Developer Guide, kms-api-permissions-reference, least-privilege; IAM User Guide,
reference_policies_elements_action, reference_policies_elements_notaction.
"""

from __future__ import annotations

from collections.abc import Iterator

from kmsgen.catalogue.actions import ACTIONS, expand, works_in_key_policy
from kmsgen.checks.finding import ERROR, NOTE, WARNING
from kmsgen.checks.lint.rule import IAM_GUIDE, KMS_GUIDE, LintRule, Violation
from kmsgen.checks.lint.spelling import nearest
from kmsgen.checks.lint.written import WrittenStatement, shortened
from kmsgen.policy.letter_case import folded


def unknown_actions(statement: WrittenStatement) -> Iterator[Violation]:
    """Find actions that KMS does not have."""
    names = [action.iam_name for action in ACTIONS.values()]
    for entry in _matching_nothing(statement):
        if folded(entry).startswith("kms:"):
            yield statement.problem(f"there is no KMS action `{entry}`", _element(statement), mend=nearest(entry, names))


def foreign_actions(statement: WrittenStatement) -> Iterator[Violation]:
    """Find actions of other services in a key policy."""
    for entry in _matching_nothing(statement) if statement.in_key_policy else ():
        if not folded(entry).startswith("kms:"):
            message = f"`{entry}` is no action of KMS: in a key policy it does nothing"
            yield statement.problem(message, _element(statement))


def _matching_nothing(statement: WrittenStatement) -> Iterator[str]:
    return (entry for entry in statement.statement.actions if not expand(entry))


def _element(statement: WrittenStatement) -> str:
    return "NotAction" if statement.statement.not_action else "Action"


def wildcard_actions(statement: WrittenStatement) -> Iterator[Violation]:
    """Find wildcards in an Allow's Action element, which also take in future operations of KMS."""
    if not statement.allows or statement.statement.not_action:
        return
    entries = [entry for entry in statement.statement.actions if "*" in entry and expand(entry)]
    if len(entries) == 1:
        message = f"`{entries[0]}` allows {shortened(expand(entries[0]))}, and whatever KMS adds under that name"
        yield statement.problem(message, "Action")
    elif entries:
        count = len({name for entry in entries for name in expand(entry)})
        named = shortened([f"`{entry}`" for entry in entries])
        yield statement.problem(f"{named} allow {count} actions, and whatever KMS adds under these names", "Action")


def actions_without_effect(statement: WrittenStatement) -> Iterator[Violation]:
    """Find actions in a key policy's Allow that only an IAM policy can give."""
    for entry in statement.statement.actions if statement.in_key_policy and statement.allows else ():
        found = [ACTIONS[name.partition(":")[2]] for name in expand(entry)]
        if found and "*" not in entry and not any(works_in_key_policy(action) for action in found):
            yield statement.problem(f"`{entry}` does nothing in a key policy: only an IAM policy can allow it", "Action")


def allows_with_not_action(statement: WrittenStatement) -> Iterator[Violation]:
    """Find Allow with NotAction."""
    if statement.allows and statement.statement.not_action:
        yield statement.problem(
            "an Allow with NotAction gives every action that is not listed, future ones included", "NotAction"
        )


RULES = (
    LintRule(
        "unknown-action",
        ERROR,
        meaning="An entry of Action or NotAction begins with `kms:` and matches no operation of KMS.",
        why="Nothing is allowed or denied by it: an Allow lacks what its author meant, and a Deny does not protect.",
        mend="see the list of KMS actions in the Service Authorization Reference",
        source=KMS_GUIDE.format("kms-api-permissions-reference"),
        find=unknown_actions,
    ),
    LintRule(
        "foreign-action",
        WARNING,
        meaning="An entry of Action or NotAction in a key policy is an action of another service.",
        why="A key policy decides on requests to KMS only, so nobody gets or loses that action by it.",
        mend="drop it, or put it into an IAM policy",
        source=KMS_GUIDE.format("key-policy-overview"),
        find=foreign_actions,
    ),
    LintRule(
        "wildcard-action",
        NOTE,
        meaning="An Allow takes in actions by a wildcard.",
        why="It gives more than its author had in mind, and each operation that KMS adds under that name as well.",
        mend="list the actions that are needed",
        source=KMS_GUIDE.format("least-privilege"),
        find=wildcard_actions,
    ),
    LintRule(
        "action-without-effect",
        WARNING,
        meaning="An Allow of a key policy lists an action that only an IAM policy can allow.",
        why="Such operations are about no key, or about aliases too: the entry gives nothing, although it reads as if it did.",
        mend="move it to an IAM policy, or drop it",
        source=KMS_GUIDE.format("kms-api-permissions-reference"),
        find=actions_without_effect,
    ),
    LintRule(
        "allow-not-action",
        WARNING,
        meaning="An Allow says with NotAction what it does not give.",
        why="It gives all the rest, with it PutKeyPolicy and CreateGrant where they are not listed, and every future operation.",
        mend="list the actions that are needed",
        source=IAM_GUIDE.format("reference_policies_elements_notaction"),
        find=allows_with_not_action,
    ),
)
"""The rules on the Action element."""
