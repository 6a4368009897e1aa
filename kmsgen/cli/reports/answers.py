"""The answers of `verify` as they are printed: of one intent, or a line an intent."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from kmsgen.cli.console import answer, answer_held, answer_json, say, say_note
from kmsgen.cli.long_json import json_pieces
from kmsgen.errors import Diagnostic


class Shown(NamedTuple):
    """The answers about one intent as they are printed: as plain data, as lines, with what to know beside them."""

    data: dict[str, Any]
    lines: tuple[str, ...]
    notes: tuple[Diagnostic, ...]
    is_yes: bool


def show_one(one: Shown, output: str) -> int:
    """Print the answers about an intent; return the exit code."""
    if output == "json":
        answer_json(one.data)
    else:
        answer(*one.lines)
        for note in one.notes:
            say_note(note)
    return 0 if one.is_yes else 1


def show_many(found: Collection[Shown], output: str) -> None:
    """Print a line an intent, and below a no the answers; what to know beside them is told of one intent alone."""
    if output == "json":
        answer_held(json_pieces(one.data for one in found))
        return
    for one in found:
        answer(f"{'yes' if one.is_yes else 'no '}  {one.data['file']}")
        if not one.is_yes:
            answer(*(f"     {text}" for text in one.lines))
    failed = sum(not one.is_yes for one in found)
    say(f"{len(found)} intent{'s' * (len(found) != 1)}, {failed or 'none'} of them with a no")
