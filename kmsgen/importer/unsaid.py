"""What an intent cannot say, with the reason."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from kmsgen.importer.allowed import Origin
from kmsgen.policy.document import Statement
from kmsgen.policy.operators import split_operator


class Unsaid(NamedTuple):
    """Something left out of an imported intent: `what` of the statement at `origin` (None: of no statement), and why.

    If `what` is a principal, `actions` may limit it to some.
    """

    origin: Origin | None
    sid: str | None
    what: str
    why: str
    actions: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.what}: {', '.join(self.actions)}" if self.actions else self.what


def together(found: Iterable[Unsaid]) -> tuple[Unsaid, ...]:
    """Merge entries about the same statement, principal and reason."""
    alike: dict[Unsaid, list[str]] = {}
    for one in found:
        alike.setdefault(one._replace(actions=()), []).extend(one.actions)
    return tuple(one._replace(actions=tuple(names)) for one, names in alike.items())


def unreadable(origin: Origin, statement: Statement, version: str) -> Unsaid | None:
    """Return why a whole statement cannot be said in an intent; None if it may be."""
    reason = next((why for is_so, why in _reasons(statement, version) if is_so), None)
    return Unsaid(origin, statement.sid, "the statement", reason) if reason else None


def _reasons(statement: Statement, version: str) -> tuple[tuple[bool, str], ...]:
    values = [value for condition in statement.conditions for value in condition.values]
    return (
        (statement.not_principal, "an intent names who is meant, and NotPrincipal everybody else"),
        (
            any(one.kind == "AWS" and one.value != "*" and "*" in one.value for one in statement.principals or ()),
            "a principal with a wildcard in its name is nobody: a key policy with one is refused",
        ),
        (statement.not_resource, "an intent is about its key, and NotResource about everything else"),
        (any("${" in text for text in statement.resources), "an intent has no policy variables in Resource"),
        (
            version != "2012-10-17" and any("${" in value for value in values),
            f"in the version {version} this is no policy variable",
        ),
        (any(split_operator(one.operator) is None for one in statement.conditions), "it has a condition operator that is none"),
    )
