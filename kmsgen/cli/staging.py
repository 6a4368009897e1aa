"""Writing many folders at once: all of it or nothing, wherever the process dies. A write-ahead log, as databases keep one.

Texts are put into OUT/.kmsgen-staging, and for each a line into a journal. The run is done when the journal gets its name: what
is left then, moving texts to their places, can be done again, and the next run does it where this one died. Of a run that died
before that the next one keeps nothing. Nobody's edit is written over: a step is taken only where a file is as the journal says.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple, Self

from kmsgen.cli.console import say
from kmsgen.cli.lock import locked
from kmsgen.cli.output_folder import Changes, File, changes_in, intent_folder, read, refuse_unsafe, sha256, unusable
from kmsgen.cli.stopping import Stopped, uninterrupted
from kmsgen.errors import Diagnostic, Location, RefusedError, input_error

STAGING = ".kmsgen-staging"
LOCK = ".kmsgen-lock"
JOURNAL = "journal"
UNFINISHED = "journal.unfinished"
_REST = "a part was written, and the next run writes the rest"


class JournalLine(NamedTuple):
    """A line of the journal: a text that takes the place of a file, or, where it is not `staged`, a file that goes.

    `before` and `after` are the digests of the file; None where there is none.
    """

    folder: str
    path: str
    staged: str | None
    before: str | None
    after: str | None


class Staging:
    """What a run is to write into folders of `out`. From its first text on another run into `out` waits until it is done."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.folder = out / STAGING
        self._open = ExitStack()
        self._journal: IO[str] | None = None
        self._count = 0
        self._committed = False

    def __enter__(self) -> Self:
        """Finish or undo what a run that died has left. Raises InputError."""
        try:
            if os.path.lexists(self.folder) or os.path.lexists(self.out / LOCK):
                with locked(self.out / LOCK, str(self.out)):
                    repair(self.out)
        except OSError as error:
            raise unusable(error) from error
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    @contextmanager
    def told_if_stopped(self) -> Iterator[None]:
        """Say of a run that a signal ends, also while it prints, what it has written."""
        try:
            yield
        except Stopped:
            say("everything was written" if self._committed else "nothing was written")
            raise

    def put(self, folder: Path, files: Iterable[File], *, force: bool = False) -> Changes:
        """Compare a folder of `out` with its files, and keep those that differ. Raises KmsgenError as `changes_in` does."""
        files = tuple(files)
        made = changes_in(folder, files, force=force)
        if not made.changed and not made.stale:
            return made
        try:
            if self._journal is None:
                self._begin()
                made = changes_in(folder, files, force=force)  # another run may have written it just now
            for step in self._steps(made):
                self._write(f"{json.dumps(step)}\n")
        except OSError as error:
            raise unusable(error) from error
        return made

    def commit(self) -> None:
        """Write everything. Raises RefusedError where a file was changed meanwhile, InputError; then nothing is written."""
        if self._journal is None:
            return
        try:
            self._journal.close()
            _refuse_what_cannot_be_taken(self.out, _read_steps(self.folder / UNFINISHED))
            with uninterrupted():
                (self.folder / UNFINISHED).rename(self.folder / JOURNAL)
                self._committed = True
                _take(self.out)
        except OSError as error:
            raise unusable(error, _REST if self._committed else "") from error

    def _begin(self) -> None:
        made = [folder for folder in (self.out, *self.out.parents) if not folder.exists()]
        self.out.mkdir(parents=True, exist_ok=True)
        for folder in reversed(made):
            self._open.callback(_remove_empty, folder)
        self._open.enter_context(locked(self.out / LOCK, str(self.out)))
        repair(self.out)
        self.folder.mkdir()
        self._open.callback(_remove_what_it_can, self.folder)
        self._journal = self._open.enter_context((self.folder / UNFINISHED).open("x", encoding="utf-8", newline=""))

    def _write(self, text: str) -> None:
        if self._journal is not None:
            self._journal.write(text)

    def _steps(self, made: Changes) -> Iterator[JournalLine]:
        name = made.folder.name
        for file in made.changed:
            staged = str(self._count)
            self._count += 1
            _write_new(self.folder / staged, file)
            yield JournalLine(name, file.path, staged, made.before.get(file.path), sha256(file.data))
        for path in made.stale:
            yield JournalLine(name, path, None, made.before.get(path), None)


def _write_new(path: Path, file: File) -> None:
    mode = 0o777 if file.executable else 0o666  # less what the umask takes away
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
    with os.fdopen(descriptor, "wb") as target:
        target.write(file.data)


def repair(out: Path) -> None:
    """Finish what a run that died has begun to write, or remove what it had not begun to. Raises InputError and OSError."""
    if not os.path.lexists(out / STAGING):
        return
    _refuse_foreign(out / STAGING)
    if (out / STAGING / JOURNAL).exists():
        _take(out)
    _remove_staging(out / STAGING)


def _refuse_foreign(folder: Path) -> None:
    hint = "look at what it holds, and remove it"
    if folder.is_symlink() or not folder.is_dir():
        raise input_error(Location(str(folder)), "in-the-way", "there is something else where kmsgen puts its texts", hint)
    for found in folder.iterdir():
        if found.is_symlink() or not found.is_file() or not (found.name.isdecimal() or found.name in (JOURNAL, UNFINISHED)):
            raise input_error(Location(str(found)), "in-the-way", "kmsgen has put no such thing there", hint)


def _read_steps(journal: Path) -> Iterator[JournalLine]:
    """Yield the lines of a journal. Raises InputError for what kmsgen has not written: a journal is input, and may lie."""
    with journal.open(encoding="utf-8", errors="replace", newline="\n") as lines:
        for number, line in enumerate(lines, 1):
            try:
                step = JournalLine(*json.loads(line))
            except (ValueError, TypeError, RecursionError):
                step = None
            if step is None or not _is_sound(step):
                hint = "look at what the folder holds, and remove it"
                raise input_error(Location(str(journal), number, 1), "bad-journal", "kmsgen has written no such line", hint)
            yield step


def _is_sound(step: JournalLine) -> bool:
    names = (step.folder, step.path, *((step.staged,) if step.staged is not None else ()))
    texts = all(isinstance(one, str) for one in names) and all(one is None or isinstance(one, str) for one in step)
    return texts and (step.staged is None or str(step.staged).isdecimal())


def _by_folder(out: Path, steps: Iterable[JournalLine]) -> Iterator[tuple[Path, list[JournalLine]]]:
    """Yield the steps of each folder together, once none of them leads out of it or through a link. Raises InputError."""
    for name, found in groupby(steps, lambda step: step.folder):
        folder, held = intent_folder(out, name), list(found)
        refuse_unsafe(folder, [step.path for step in held])
        yield folder, held


def _refuse_what_cannot_be_taken(out: Path, steps: Iterable[JournalLine]) -> None:
    """Raise RefusedError where files were changed meanwhile, OSError for a folder that this user may not write."""
    changed: list[Path] = []
    for folder, held in _by_folder(out, steps):
        for place in dict.fromkeys((folder / step.path).parent for step in held):
            _refuse_closed(place)
        changed += [folder / step.path for step in held if _digest(folder / step.path) != step.before]
    if changed:
        message, hint = "the file was changed while kmsgen worked", "run again"
        raise RefusedError(Diagnostic(Location(str(target)), "not-ours", message, hint) for target in changed)


def _refuse_closed(folder: Path) -> None:
    there = next(one for one in (folder, *folder.parents) if one.exists())
    if not os.access(there, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(there))


def _take(out: Path) -> None:
    """Take every step that is still to be taken."""
    for folder, held in _by_folder(out, _read_steps(out / STAGING / JOURNAL)):
        made: set[Path] = set()
        for step in held:
            target = folder / step.path
            if step.staged is None:
                _remove(target, step)
                made.clear()
            elif _digest(out / STAGING / step.staged) == step.after and _digest(target) == step.before:
                if target.parent not in made:
                    target.parent.mkdir(parents=True, exist_ok=True)
                    made.add(target.parent)
                (out / STAGING / step.staged).replace(target)


def _remove(target: Path, step: JournalLine) -> None:
    """Remove a file, and the folders up to its intent's that are empty then, also where the file went before."""
    if _digest(target) == step.before:
        target.unlink()
    for number, _ in enumerate(PurePosixPath(step.path).parents):
        _remove_empty(target.parents[number])


def _remove_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        return  # it holds something, or is gone


def _digest(path: Path) -> str | None:
    data = read(path)
    return None if data is None else sha256(data)


def _remove_staging(folder: Path) -> None:
    (folder / JOURNAL).unlink(missing_ok=True)  # first: from here on there is nothing to finish
    for found in folder.iterdir():
        found.unlink()
    folder.rmdir()


def _remove_what_it_can(folder: Path) -> None:
    with suppress(OSError):  # the next run removes the rest
        _remove_staging(folder)
