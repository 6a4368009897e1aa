"""Which of many files differ from a git revision: they, what they extend, or something in a folder that is one file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol, TypeVar

from kmsgen.cli.jobs.revisions.git import changed_since


class HasBases(Protocol):
    """A file and what it extends."""

    @property
    def path(self) -> str:
        """The path of the file; `-` is standard input."""

    @property
    def bases(self) -> tuple[Path, ...]:
        """The files that it extends, resolved."""


Touched = TypeVar("Touched", bound=HasBases)


def touched(sources: Iterable[Touched], since: str) -> list[Touched]:
    """Return what differs from a revision: a file, what it extends, or something in a folder. Raises InputError for no revision.

    What is read from a pipe is of no revision, and always looked at.
    """
    changed = changed_since(since)
    folders = {folder for path in changed for folder in path.parents}

    def is_touched(one: Touched) -> bool:
        path = Path(one.path)
        if one.path == "-" or not (path.is_file() or path.is_dir()):
            return True
        return not changed.isdisjoint((path.resolve(), *one.bases)) or (path.is_dir() and path.resolve() in folders)

    return [one for one in sources if is_touched(one)]
