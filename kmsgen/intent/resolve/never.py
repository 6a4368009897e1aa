"""The lines of `never`: what nobody like that may ever do."""

from __future__ import annotations

from kmsgen.intent.form.model import NeverFile
from kmsgen.intent.intent import NeverLine
from kmsgen.intent.resolve.actions import resolve_never_actions
from kmsgen.intent.resolve.context import Context
from kmsgen.intent.resolve.principals import resolve_pattern
from kmsgen.reading import Steps


def resolve_never(line: NeverFile, steps: Steps, context: Context) -> tuple[NeverLine, ...]:
    """Return what a line of `never` forbids, one element a pattern of principals."""
    actions = resolve_never_actions(line.actions, (*steps, "actions"), context)
    meant = (resolve_pattern(text, (*steps, "principal", index), context) for index, text in enumerate(line.principal))
    patterns = dict.fromkeys(pattern for patterns in meant for pattern in patterns)
    return tuple(NeverLine(context.where(steps), pattern, actions) for pattern in patterns)
