"""What was rendered, or would be: the files of each intent, and what differs from those on disk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from kmsgen.cli.console import answer, answer_held, answer_json, line, say, say_note
from kmsgen.cli.held_answers import HeldAnswers
from kmsgen.cli.output_folder import Changes, difference
from kmsgen.errors import Diagnostic
from kmsgen.intent.settings import NAME
from kmsgen.render.claims import Claim
from kmsgen.render.merging.halves import Halves


class Rendered(NamedTuple):
    """What is kept of one intent until every other one is found sound: the names of its files, and what to say of it."""

    name: str
    path: str
    folder: Path
    files: tuple[str, ...]
    notes: tuple[Diagnostic | str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    claims: tuple[Claim, ...] = ()
    halves: Halves | None = None

    @property
    def differs(self) -> bool:
        """Whether what is on disk is not what was rendered."""
        return bool(self.changed or self.removed)


def show(done: Sequence[Rendered], out: Path, output: str) -> None:
    """Print the files that there are now, and what to know beside them."""
    if output == "json":
        answer_json({"out": str(out), "intents": [told(one) for one in done]})
        return
    for one in done:
        answer(*(f"{one.folder.as_posix()}/{path}" for path in one.files))
        for path in one.removed:
            say(f"removed {one.folder.as_posix()}/{path}")
        for note in one.notes:
            say_note(note)
    if len(done) > 1:
        intents = [one.differs for one in done if one.path != NAME]
        merged = ", and the merged IAM policies" if any(one.differs for one in done if one.path == NAME) else ""
        say(f"{len(intents)} intents, {sum(intents) or 'none'} of them changed{merged}")


def hold_difference(changes: Changes, held: HeldAnswers) -> None:
    """Hold what differs on disk, a line of a diff each."""
    for text in difference(changes):
        held.hold(f"{line(text)}\n")


def show_differences(done: Sequence[Rendered], held: HeldAnswers, output: str) -> int:
    """Print what differs on disk; return the exit code."""
    differing = [one for one in done if one.differs]
    if output == "json":
        answer_json({"differs": bool(differing), "intents": [told(one) for one in differing]})
        return 1 if differing else 0
    answer_held(held.texts())
    if differing:
        intents = sum(one.path != NAME for one in differing)
        told_of = [f"{intents} intent{'s' * (intents != 1)}"] if intents else []
        told_of += ["the merged IAM policies"] if intents < len(differing) else []
        say(f"what is on disk differs from {' and '.join(told_of)}; run `kmsgen render` to write it")
    return 1 if differing else 0


def told(one: Rendered) -> dict[str, object]:
    """Return what was rendered of an intent as plain data: `{name, path, folder, files, changed, removed, notes}`."""
    return {
        "name": one.name,
        "path": one.path,
        "folder": one.folder.as_posix(),
        "files": list(one.files),
        "changed": list(one.changed),
        "removed": list(one.removed),
        "notes": [str(note) for note in one.notes],
    }
