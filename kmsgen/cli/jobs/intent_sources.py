"""Where intents come from: files of which only the paths are kept, however many there are, and what can be read but once."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kmsgen.cli.jobs.touched import touched
from kmsgen.errors import Diagnostic
from kmsgen.intent.files.find import find_intents
from kmsgen.intent.files.tree import Tree

if TYPE_CHECKING:
    from kmsgen.intent.intent import Intent


class IntentSource(NamedTuple):
    """A file that is read when its turn comes, with the files that it extends; or, by `load`, what no process reads again."""

    path: str
    bases: tuple[Path, ...] = ()
    load: Callable[[], Intent] | None = None

    @property
    def files(self) -> tuple[str | Path, ...]:
        """The files that the intent is made of; `-` of one that no process reads again."""
        return ("-",) if self.load else (self.path, *self.bases)


def is_read_again(source: IntentSource) -> bool:
    """Return whether any process can read an intent."""
    return source.load is None


def intent_sources(paths: Iterable[str], since: str | None = None) -> tuple[list[IntentSource], list[Diagnostic]]:
    """Find the intents of files and folders, and every problem of what cannot be read; with `since`, a revision, those touched.

    An intent is touched where its file, or one that it extends, differs from the revision. Raises InputError for no revision.
    """
    problems: list[Diagnostic] = []
    found = list(find_intents(dict.fromkeys(paths), _source, problems))
    return (found if since is None else touched(found, since)), problems


def _source(path: str, tree: Tree, bases: tuple[Path, ...]) -> IntentSource:
    if path != "-" and stat.S_ISREG(Path(path).stat().st_mode):
        return IntentSource(path, bases)
    return IntentSource(path, bases, partial(_resolved, tree))


def _resolved(tree: Tree) -> Intent:
    from kmsgen.intent.resolve.resolve import resolve  # noqa: PLC0415 - pydantic is loaded only where a file is

    return resolve(tree)
