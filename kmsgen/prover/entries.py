"""Entries of a statement's Action element, each with the actions of KMS that it is about."""

from __future__ import annotations

from kmsgen.authorizer.language.statement import Rule
from kmsgen.catalogue.actions import ACTIONS, expand
from kmsgen.policy.letter_case import folded


def entries_of(rule: Rule) -> dict[str | None, list[str]]:
    """Return the entries of the Action element that are about some action; a NotAction is one, of what it leaves."""
    found: dict[str | None, list[str]] = {entry: list(expand(entry)) for entry in rule.statement.actions}
    if rule.statement.not_action:
        found = {None: [action.iam_name for action in ACTIONS.values() if rule.covers(folded(action.iam_name))]}
    return {entry: actions for entry, actions in found.items() if actions}
