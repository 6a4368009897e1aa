"""What drifted from each intent, as text and as data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from kmsgen.cli.console import answer_each, answer_held
from kmsgen.cli.long_json import json_pieces
from kmsgen.cli.reports.differences import text_lines
from kmsgen.cli.reports.proofs import told_group
from kmsgen.errors import Diagnostic
from kmsgen.prover.question import Differences


class ChangedProperty(NamedTuple):
    """A property of a key, by its ARN, that is another than the intent says."""

    key: str
    property: str
    wanted: str
    live: str


class Drift(NamedTuple):
    """How the live keys of an intent differ from it; `gone` are principals that do not exist, `errors` why nothing is told."""

    intent: str
    path: str
    keys: tuple[str, ...] = ()
    access: Differences = Differences()
    changes: tuple[ChangedProperty, ...] = ()
    gone: tuple[str, ...] = ()
    errors: tuple[Diagnostic, ...] = ()

    @property
    def drifts(self) -> bool:
        """Whether anything differs, or may."""
        return bool(self.access.gained or self.access.lost or self.access.reason or self.changes)


class ShownDrift(NamedTuple):
    """What drifted from an intent as it is printed: lines of text, or plain data."""

    intent: str
    path: str
    printed: list[Any]
    drifts: bool
    gone: tuple[str, ...]
    errors: tuple[Diagnostic, ...]


def shown(one: Drift, output: str) -> ShownDrift:
    """Return what drifted as it is printed."""
    printed = [_told(one)] if output == "json" else list(_lines(one))
    return ShownDrift(one.intent, one.path, printed, one.drifts, one.gone, one.errors)


def show(found: Iterable[ShownDrift], output: str) -> None:
    """Print what drifted, an intent after the other."""
    printed = (text for one in found for text in one.printed)
    if output == "json":
        answer_held(json_pieces(printed))
    else:
        answer_each(printed)


def _lines(one: Drift) -> Iterator[str]:
    said = "not compared" if one.errors else "drift" if one.drifts else "no drift"
    yield f"{one.intent}: {said}"
    for change in one.changes:
        yield f"  ! {change.property} is {change.live}, not {change.wanted}: {change.key}"
    yield from (f"  {text}" for text in text_lines(one.access))
    if one.access.reason:
        yield f"  the comparison is not complete: {one.access.reason}"


def _told(one: Drift) -> dict[str, Any]:
    return {
        "intent": one.intent,
        "file": one.path,
        "keys": list(one.keys),
        "drift": None if one.errors else one.drifts,
        "gained": [told_group(group) for group in one.access.gained],
        "lost": [told_group(group) for group in one.access.lost],
        "reason": one.access.reason,
        "changes": [{"key": c.key, "property": c.property, "intent": c.wanted, "live": c.live} for c in one.changes],
        "missing_principals": list(one.gone),
        "errors": [{"code": error.code, "message": error.message, "hint": error.hint} for error in one.errors],
    }
