"""Lint rules on dead statements and actions, which change no decision; by proofs over every possible request.

Source: KMS Developer Guide, least-privilege, policy-evaluation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from kmsgen.checks.finding import NOTE, WARNING, Concern
from kmsgen.checks.lint.key import LintedKey
from kmsgen.checks.lint.rule import KMS_GUIDE, LintRule, Violation
from kmsgen.checks.lint.unmet import unmet
from kmsgen.checks.lint.written import WrittenStatement
from kmsgen.prover.dead import DENIES_NOTHING, NEVER_MATCHES, SHADOWED, WITHOUT_EFFECT, Dead


class _DeadRow(NamedTuple):
    """One way of being dead: the beginning of the rule's id, and its texts about `{what}`."""

    kind: str
    code: str
    severity: str
    message: str
    meaning: str
    why: str
    mend: str


_ROWS = (
    _DeadRow(
        NEVER_MATCHES,
        "dead",
        WARNING,
        "no request there could be meets {what}",
        meaning="No request there could be meets {what}: its principal, resource or conditions cannot hold, or not together.",
        why="It reads as if it gave or denied something, and does not.",
        mend="drop it, or correct what cannot hold",
    ),
    _DeadRow(
        SHADOWED,
        "shadowed",
        NOTE,
        "what {what} gives, others give too",
        meaning="Everything that {what} gives is given by other statements as well.",
        why="To narrow or remove it would change nothing, whatever its author expects of that.",
        mend="drop it, or the wider statement",
    ),
    _DeadRow(
        WITHOUT_EFFECT,
        "without-effect",
        WARNING,
        "nothing comes of {what}: something else denies it",
        meaning="Nothing comes of {what}: wherever it matches, a Deny, a boundary or another guard rail takes it away.",
        why="It reads as if it gave something, and does not.",
        mend="drop it",
    ),
    _DeadRow(
        DENIES_NOTHING,
        "denies-nothing",
        NOTE,
        "nobody is allowed what {what} denies",
        meaning="Nobody is allowed what {what} denies.",
        why="Without it nothing would be different today; as a guard rail it may still be wanted.",
        mend="keep it as a guard rail, or drop it",
    ),
)


def _statements(row: _DeadRow) -> Callable[[LintedKey], Iterator[Violation]]:
    """Return the function that finds statements dead in one way."""

    def find(key: LintedKey) -> Iterator[Violation]:
        for dead in key.minimal.dead:
            if dead.kind == row.kind and dead.action is None:
                yield from _problems(key, dead, row.message.format(what="this statement"), explained=row.kind == NEVER_MATCHES)

    return find


def _actions(row: _DeadRow) -> Callable[[LintedKey], Iterator[Violation]]:
    """Return the function that finds actions dead in one way."""

    def find(key: LintedKey) -> Iterator[Violation]:
        for dead in key.minimal.dead:
            if dead.kind == row.kind and dead.action is not None:
                message = row.message.format(what=f"`{dead.action}` in this statement")
                by_wildcard = row.kind == NEVER_MATCHES and bool({"*", "?"} & set(dead.action))
                for one in _problems(key, dead, message, "Action"):
                    yield one._replace(severity=NOTE if by_wildcard else "")

    return find


def _problems(key: LintedKey, dead: Dead, message: str, *steps: str, explained: bool = False) -> Iterator[Violation]:
    for policy, number in key.written(dead.rule.statement):
        why = unmet(WrittenStatement(policy, number), key.bundle.keys[0].key) if explained else ""
        text = f"{message}: {why}" if why else message
        yield Violation(policy.place(number, steps), text, statements=(dead.source,), key=policy.key)


def _rules(row: _DeadRow) -> Iterator[LintRule[LintedKey]]:
    source = KMS_GUIDE.format("least-privilege")
    for part, what, find in (("statement", "a statement", _statements(row)), ("action", "an action", _actions(row))):
        meaning = row.meaning.format(what=what)
        if row.kind == NEVER_MATCHES and part == "action":
            meaning += " A note where a pattern names it."
        concern = Concern.UNMET if row.kind == NEVER_MATCHES else Concern.REMOVABLE
        yield LintRule(f"{row.code}-{part}", row.severity, meaning, row.why, row.mend, source, find, concern)


RULES = tuple(rule for row in _ROWS for rule in _rules(row))
"""The lint rules on dead parts: for each way of being dead one on statements and one on actions."""
