"""What was rendered, or would be: the files of each intent, and what differs from those on disk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import NamedTuple

from kmsgen.cli.console import answer, answer_held, line, say, say_note
from kmsgen.cli.held_answers import HeldAnswers
from kmsgen.cli.long_json import ELEMENTS, json_pieces
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
    before: str = ""  # the name under which it was rendered until now

    @property
    def differs(self) -> bool:
        """Whether what is on disk is not what was rendered."""
        return bool(self.changed or self.removed)


def show(done: Collection[Rendered], out: Path, output: str) -> None:
    """Print the files that there are now, and what to know beside them."""
    if output == "json":
        answer_held(json_pieces(map(told, done), {"out": str(out), "intents": ELEMENTS}))
        return
    for one in done:
        answer(*(f"{one.folder.as_posix()}/{path}" for path in one.files))
        for path in one.removed:
            say(f"removed {one.folder.as_posix()}/{path}")
        for note in one.notes:
            say_note(note)
    if len(done) > 1:
        differing, of_intents, count = _differing(done)
        merged = ", and the merged IAM policies" if differing > of_intents else ""
        say(f"{count} intents, {of_intents or 'none'} of them changed{merged}")


def _differing(done: Iterable[Rendered]) -> tuple[int, int, int]:
    """Return how much of what was rendered differs, how many intents of that, and how many intents there are."""
    found = Counter((one.differs, one.path != NAME) for one in done)
    return found[True, True] + found[True, False], found[True, True], found[True, True] + found[False, True]


def hold_difference(changes: Changes, held: HeldAnswers) -> None:
    """Hold what differs on disk, a line of a diff each."""
    for text in difference(changes):
        held.hold(f"{line(text)}\n")


def show_differences(done: Collection[Rendered], held: HeldAnswers, output: str) -> int:
    """Print what differs on disk; return the exit code."""
    differing, intents, _ = _differing(done)
    if output == "json":
        shown = (told(one) for one in done if one.differs)
        answer_held(json_pieces(shown, {"differs": bool(differing), "intents": ELEMENTS}))
        return 1 if differing else 0
    answer_held(held.texts())
    if differing:
        told_of = [f"{intents} intent{'s' * (intents != 1)}"] if intents else []
        told_of += ["the merged IAM policies"] if intents < differing else []
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
