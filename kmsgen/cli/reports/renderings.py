"""What was rendered, or would be: the files of each intent, and what differs from those on disk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from kmsgen.cli.console import answer, answer_json, say, say_note
from kmsgen.cli.output_folder import Changes, difference
from kmsgen.errors import Diagnostic
from kmsgen.render.artifact import Artifact


class Rendered(NamedTuple):
    """What is kept of one intent until every other one is found sound: what to write, and what to say of it."""

    name: str
    path: str
    files: tuple[str, ...]
    notes: tuple[Diagnostic | str, ...]
    templates: tuple[Artifact, ...]
    changes: Changes


def show(done: Sequence[Rendered], out: Path, output: str) -> None:
    """Print the files that there are now, and what to know beside them."""
    if output == "json":
        answer_json({"out": str(out), "intents": [told(one) for one in done]})
        return
    for one in done:
        answer(*(f"{one.changes.folder.as_posix()}/{path}" for path in one.files))
        for path in one.changes.stale:
            say(f"removed {one.changes.folder.as_posix()}/{path}")
        for note in one.notes:
            say_note(note)


def show_differences(done: Sequence[Rendered], output: str) -> int:
    """Print what differs on disk; return the exit code."""
    differing = [one for one in done if one.changes.changed or one.changes.stale]
    if output == "json":
        answer_json({"differs": bool(differing), "intents": [told(one) for one in differing]})
        return 1 if differing else 0
    for one in differing:
        answer(*difference(one.changes))
    if differing:
        say(f"what is on disk differs from {len(differing)} intent{'s' * (len(differing) != 1)}; run `kmsgen render` to write it")
    return 1 if differing else 0


def told(one: Rendered) -> dict[str, object]:
    """Return what was rendered of an intent as plain data: `{name, path, folder, files, changed, removed, notes}`."""
    return {
        "name": one.name,
        "path": one.path,
        "folder": one.changes.folder.as_posix(),
        "files": list(one.files),
        "changed": [file.path for file in one.changes.changed],
        "removed": list(one.changes.stale),
        "notes": [str(note) for note in one.notes],
    }
