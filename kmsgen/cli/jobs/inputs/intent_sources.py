"""Where intents come from: files of which only the paths are kept, however many there are, and what can be read but once."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kmsgen.errors import Diagnostic
from kmsgen.intent.files.find import find_intents
from kmsgen.intent.files.store import Disk
from kmsgen.intent.files.tree import Tree
from kmsgen.reading import Source, parse, read_text

if TYPE_CHECKING:
    from kmsgen.intent.intent import Intent


_MARKS = frozenset({"kmsgen", "extends"})


class IntentSource(NamedTuple):
    """A file that is read when its turn comes, with the files that it extends; or, by `load`, what no process reads again.

    `marked`: it says that it is an intent, or one that extends others.
    """

    path: str
    bases: tuple[Path, ...] = ()
    load: Callable[[], Intent] | None = None
    marked: bool = True

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
    named, disk = tuple(dict.fromkeys(paths)), _ReadOnce()
    found = list(find_intents(named, _source, problems, disk))
    others = _others(named, found, problems, disk.texts)
    found = [one for one in found if one.path not in others]
    problems = [*(one for one in problems if one.location.path not in others), *others.values()]
    if since is None:
        return found, problems
    from kmsgen.cli.jobs.revisions.touched import touched  # noqa: PLC0415 - git is asked only where a revision is named

    return touched(found, since), problems


class _ReadOnce(Disk):
    """The files of this machine, with the texts of those that can be read but once, by their paths."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    def read(self, path: str) -> Source:
        """Read and parse a file. Raises InputError."""
        if is_kept(path):
            return super().read(path)
        self.texts[path] = read_text(path)
        return parse(self.texts[path], path)


def _others(
    named: tuple[str, ...], found: Iterable[IntentSource], problems: Iterable[Diagnostic], texts: Mapping[str, str]
) -> dict[str, Diagnostic]:
    """Return which of the files and folders named are of another form: only those in doubt are looked at."""
    doubtful = {one.path for one in found if not one.marked} | {one.location.path for one in problems}
    looked_at = (path for path in named if path in doubtful and (path in texts or is_kept(path)))
    told = {path: _as_other_form(path, texts.get(path)) for path in looked_at}
    return {path: one for path, one in told.items() if one is not None}


def _as_other_form(path: str, text: str | None) -> Diagnostic | None:
    from kmsgen.cli.jobs.inputs.other_forms import as_other_form  # noqa: PLC0415 - the readers of all forms are loaded only then

    return as_other_form(path, text)


def is_kept(path: str) -> bool:
    """Return whether a path leads to what can be read again: a file or a folder, no pipe."""
    try:
        mode = Path(path).stat().st_mode if path != "-" else 0
    except (OSError, ValueError):
        return False
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode)


def _source(path: str, tree: Tree, bases: tuple[Path, ...]) -> IntentSource:
    again = path != "-" and stat.S_ISREG(Path(path).stat().st_mode)
    marked = isinstance(tree.data, dict) and not _MARKS.isdisjoint(tree.data)
    return IntentSource(path, bases, None if again else partial(_resolved, tree), marked)


def _resolved(tree: Tree) -> Intent:
    from kmsgen.intent.resolve.resolve import resolve  # noqa: PLC0415 - pydantic is loaded only where a file is

    return resolve(tree)
