"""Access that must be impossible: a line of `never` to patterns of principals and exact actions."""

from __future__ import annotations

from kmsgen.intent.form.model import NeverFile
from kmsgen.intent.intent import NeverLine
from kmsgen.intent.resolve.actions import resolve_never_actions
from kmsgen.intent.resolve.context import Context
from kmsgen.intent.resolve.principals import Patterns, resolve_pattern
from kmsgen.intent.resolve.wide_principals import is_organization, resolve_organization
from kmsgen.reading import Steps


def resolve_never(line: NeverFile, steps: Steps, context: Context) -> tuple[NeverLine, ...]:
    """Return the access that a line forbids, one element for each pattern of principal ARNs or organization."""
    actions = resolve_never_actions(line.actions, (*steps, "actions"), context)
    meant = (_meant(text, (*steps, "principal", index), context) for index, text in enumerate(line.principal))
    patterns = dict.fromkeys(pattern for patterns in meant for pattern in patterns)
    return tuple(NeverLine(context.where(steps), pattern, actions) for pattern in patterns)


def _meant(text: str, steps: Steps, context: Context) -> Patterns:
    if not is_organization(text):
        return resolve_pattern(text, steps, context)
    found = resolve_organization(text, steps, context)
    return (found.arn,) if found else ()
