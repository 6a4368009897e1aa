"""What an intent was rendered to, as plain data that is remembered, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from kmsgen.cli.cache import Remembered
from kmsgen.cli.output_folder import File, sha256
from kmsgen.cli.reports.renderings import Rendered
from kmsgen.errors import Diagnostic, Location
from kmsgen.render.claims import Claim
from kmsgen.render.merging.halves import Halves


class Made(NamedTuple):
    """What an intent has been rendered to: the files of its folder, the manifest last, what to know beside them.

    `claims` is what it writes that AWS knows once, `halves` its part in IAM where that is merged with others'. `last` is the
    digest of the manifest of the render before, on which all of that hangs. `lasting` False: it hangs on that of another folder.
    """

    name: str
    files: tuple[File, ...]
    notes: tuple[Diagnostic | str, ...]
    claims: tuple[Claim, ...] = ()
    last: str | None = None
    halves: Halves | None = None
    lasting: bool = True
    before: str = ""  # the name under which the intent was rendered until now


def summary_of(made: Made) -> dict[str, Any]:
    """Return what tells whether a folder is as it was rendered, and what to say of it: no texts."""
    files = [(file.path, sha256(file.data), file.executable) for file in made.files]
    notes = [note if isinstance(note, str) else list(note) for note in made.notes]
    return {"name": made.name, "files": files, "notes": notes, "claims": made.claims, "halves": made.halves}


def body_of(made: Made) -> list[str]:
    """Return the texts of the files, in their order."""
    return [file.text for file in made.files]


def made_again(found: Remembered) -> Made:
    """Return what was rendered."""
    summary = found.summary
    files = zip(summary["files"], found.body, strict=True)
    return Made(
        summary["name"],
        tuple(File(path, text, run) for (path, _, run), text in files),
        _notes(summary),
        _claims(summary),
        halves=_halves(summary),
    )


def told_again(summary: dict[str, Any], path: str, folder: Path) -> Rendered:
    """Return what to say of an intent whose folder is as it was rendered."""
    files = tuple(name for name, _, _ in summary["files"])
    return Rendered(summary["name"], path, folder, files, _notes(summary), (), (), _claims(summary), _halves(summary))


def _claims(summary: dict[str, Any]) -> tuple[Claim, ...]:
    return tuple(Claim(known_as, what, Location(*place), *more) for known_as, what, place, *more in summary["claims"])


def _halves(summary: dict[str, Any]) -> Halves | None:
    return Halves(*summary["halves"]) if summary["halves"] else None


def _notes(summary: dict[str, Any]) -> tuple[Diagnostic | str, ...]:
    return tuple(note if isinstance(note, str) else Diagnostic(Location(*note[0]), *note[1:]) for note in summary["notes"])
