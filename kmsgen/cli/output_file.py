"""Writing files: each whole, and all of them or none; what is no ordinary file is written through, or refused."""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from kmsgen.cli.lock import locked
from kmsgen.cli.stopping import uninterrupted
from kmsgen.errors import Diagnostic, InputError, Location, input_error

_OWN_STREAM = re.compile(r"/dev/(?:stdout|stderr|fd/([0-9]+))\Z")
_STREAMS = {"/dev/stdout": 1, "/dev/stderr": 2}


def write(path: str, text: str) -> None:
    """Write a file, over one that exists, whose mode it keeps. Raises InputError as `write_all` does."""
    write_all([(path, [text])])


def write_all(files: Iterable[tuple[str, Iterable[str]]]) -> None:
    """Write texts, each in pieces, to paths, over what stands there. Raises InputError where one cannot be written: then none is.

    A device, a pipe or a stream of this process is written through; a symbolic link to a file is refused.
    """
    through: list[tuple[str, Iterable[str]]] = []
    beside: list[tuple[str, Iterable[str]]] = []
    # in one order: two runs that write the same files do not each wait for the other
    for path, text in sorted(files, key=lambda one: one[0]):
        with _writing(path):
            (through if _is_written_through(path) else beside).append((path, text))
    with ExitStack() as stack:
        staged: list[tuple[str, Path]] = []
        for path, text in beside:
            with _writing(path):
                staged.append((path, stack.enter_context(_staged(Path(path), text))))
        for path, text in through:  # which cannot be undone, so only the renaming is still to be done
            with _writing(path):
                _write_to(_opened(path), text)
        with uninterrupted():
            for path, waiting in staged:
                with _writing(path):
                    waiting.replace(path)


@contextmanager
def _writing(path: str) -> Iterator[None]:
    if path == "-":
        hint = "`/dev/stdout` is the standard output, `./-` a file of that name"
        raise input_error(Location(path), "usage", "`-` is what is read, and nothing to write to", hint)
    try:
        yield
    except (OSError, ValueError) as error:
        raise _unwritable(path, error) from None


def refuse_inputs(outputs: Iterable[str], read: Callable[[], Iterable[str | Path]]) -> None:
    """Refuse outputs that would take the place of a file that is read, by whatever path. Raises InputError with each.

    What is read is asked only where an output is a file that exists.
    """
    standing = {path: told for path in outputs if (told := _ordinary(path)) is not None}
    inputs = [told for path in (read() if standing else ()) if (told := _ordinary(path)) is not None]
    taken = [path for path, told in standing.items() if any(os.path.samestat(told, one) for one in inputs)]
    if taken:
        message, hint = "the file is read by this command, and would be written over", "name another file"
        raise InputError(Diagnostic(Location(path), "usage", message, hint) for path in taken)


def _ordinary(path: str | Path) -> os.stat_result | None:
    """Return which file stands at a path; None where there is none, or no ordinary one."""
    try:
        told = Path(path).stat()
    except (OSError, ValueError):
        return None
    return told if stat.S_ISREG(told.st_mode) else None


def write_new(path: str, text: str) -> None:
    """Write a file that does not exist yet. Raises InputError where it does, or cannot be written."""
    with _writing(path):
        if os.path.lexists(path):
            message = "the file exists, and is not overwritten"
            raise input_error(Location(path), "file-exists", message, "name another file")
        with _staged(Path(path), [text]) as waiting:
            waiting.replace(path)


def _is_written_through(path: str) -> bool:
    """Return whether it is a stream, or no ordinary file stands there. Raises InputError for a folder and a link to a file."""
    if _OWN_STREAM.match(path):
        return True
    try:
        kind = stat.S_IFMT(os.lstat(path).st_mode)
        behind = stat.S_IFMT(os.stat(path).st_mode) if kind == stat.S_IFLNK else kind  # noqa: PTH116 - beside lstat
    except FileNotFoundError:
        behind = stat.S_IFREG
        kind = stat.S_IFLNK if os.path.lexists(path) else behind
    if behind == stat.S_IFDIR:
        raise input_error(Location(path), "is-a-directory", "expected a file to write, found a directory")
    if (kind, behind) == (stat.S_IFLNK, stat.S_IFREG):
        raise input_error(Location(path), "symbolic-link", "kmsgen does not write through a symbolic link", "remove it")
    return behind != stat.S_IFREG


def _opened(path: str) -> int:
    """Return a descriptor to write through; of a stream of this process one that does not write over what stands in it."""
    if not _OWN_STREAM.match(path):
        return os.open(path, os.O_WRONLY)
    sys.stdout.flush()
    number = _OWN_STREAM.match(path)
    return os.dup(int(number[1]) if number and number[1] else _STREAMS[path])


def _write_to(descriptor: int, text: Iterable[str]) -> None:
    with os.fdopen(descriptor, "wb") as file:
        file.writelines(piece.encode() for piece in text)


@contextmanager
def _staged(target: Path, text: Iterable[str]) -> Iterator[Path]:
    """Give a file beside the target that holds the text, to take its place. What a run that died left there goes."""
    staged = target.with_name(f".{target.name}.kmsgen-new")
    with locked(target.with_name(f".{target.name}.kmsgen-lock"), str(target)):
        staged.unlink(missing_ok=True)
        try:
            with staged.open("xb") as file:
                file.writelines(piece.encode() for piece in text)
            if target.exists():
                staged.chmod(stat.S_IMODE(target.stat().st_mode))
            yield staged
        finally:
            staged.unlink(missing_ok=True)


def _unwritable(path: str, error: Exception) -> InputError:
    reason = getattr(error, "strerror", None) or "not a usable path"
    return input_error(Location(path), "unwritable", f"the file cannot be written: {reason.lower()}")
