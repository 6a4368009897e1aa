"""The lock of a file: whoever wants it while another process holds it waits, and a process that died holds none.

It is flock's, and msvcrt's on Windows. The library filelock does the same and takes a seventh of a second to load.
"""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kmsgen.cli.console import say
from kmsgen.errors import Location, input_error

MAX_WAIT = 600.0
"""So many seconds another run is waited for."""
_POLL = 0.05
_FLAGS = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


@contextmanager
def locked(path: Path, guarded: str) -> Iterator[None]:
    """Hold the lock of a file, which is made where there is none and goes at the end; `guarded` is what it stands for.

    Raises InputError where another run holds it for MAX_WAIT seconds or where it is no file for that, and OSError.
    """
    descriptor = _acquired(path, guarded)
    try:
        yield
    finally:
        if _stands_at(path, descriptor):
            with suppress(OSError):  # Windows removes no open file: the next run takes it
                path.unlink()
        os.close(descriptor)


def _acquired(path: Path, guarded: str) -> int:
    until, told = time.monotonic() + MAX_WAIT, False
    while True:
        descriptor = _opened(path)
        # Whoever held it removed it: the lock of a file that is not there any more guards nothing.
        if _try(descriptor) and _stands_at(path, descriptor):
            return descriptor
        os.close(descriptor)
        if time.monotonic() >= until:
            raise input_error(Location(guarded), "busy", "another run of kmsgen writes there", "wait until it is done")
        if not told:
            say(f"waiting for another run of kmsgen that writes to {guarded}")
        told = True
        time.sleep(_POLL)


def _opened(path: Path) -> int:
    descriptor = os.open(path, _FLAGS, 0o666)
    found = os.fstat(descriptor)
    if stat.S_ISREG(found.st_mode) and found.st_nlink <= 1:
        return descriptor
    os.close(descriptor)
    raise input_error(
        Location(str(path)), "in-the-way", "there is something else where kmsgen puts a file of its own", "remove it"
    )


def _try(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 - of this system alone

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415 - of these systems alone

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def _stands_at(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.lstat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
