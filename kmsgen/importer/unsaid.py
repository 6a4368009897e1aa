"""What an intent cannot say, and why."""

from __future__ import annotations

from typing import NamedTuple

from kmsgen.policy.document import Statement
from kmsgen.policy.operators import split_operator


class Unsaid(NamedTuple):
    """Something that the intent leaves out: of the statement of a number, from 0 (None: of no statement), `what`, and why."""

    number: int | None
    sid: str | None
    what: str
    why: str


def unreadable(number: int, statement: Statement, version: str) -> Unsaid | None:
    """Return why a statement as a whole has no counterpart in an intent; None where it may have one."""
    reason = next((why for is_so, why in _reasons(statement, version) if is_so), None)
    return Unsaid(number, statement.sid, "the statement", reason) if reason else None


def _reasons(statement: Statement, version: str) -> tuple[tuple[bool, str], ...]:
    values = [value for condition in statement.conditions for value in condition.values]
    return (
        (statement.not_principal, "an intent names who is meant, and NotPrincipal everybody else"),
        (statement.not_resource, "an intent is about its key, and NotResource about everything else"),
        (any("${" in text for text in statement.resources), "an intent has no policy variables in Resource"),
        (
            version != "2012-10-17" and any("${" in value for value in values),
            f"in the version {version} this is no policy variable",
        ),
        (any(split_operator(one.operator) is None for one in statement.conditions), "it has a condition operator that is none"),
    )
