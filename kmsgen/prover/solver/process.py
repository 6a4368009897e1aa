"""Work in a process of its own, which ends when its time is over: the solver itself looks at the clock only now and then."""

from __future__ import annotations

import os
import pickle
import select
import signal
import sys
import time
from collections.abc import Callable
from typing import TypeVar

from kmsgen.prover.problem import BudgetError, DefectError, OutsideError

if sys.platform != "win32":
    import resource

Found = TypeVar("Found")
_MEMORY = 1 << 30
"""Bytes that the process may take."""


def within(seconds: float, work: Callable[[], Found]) -> Found:
    """Return what comes of some work, or raise what it raises. Raises OutsideError where it takes longer, or too much memory."""
    if sys.platform == "win32":
        return work()
    reading, writing = os.pipe()
    sys.stdout.flush()
    process = os.fork()
    if process == 0:
        _work(work, writing)
    os.close(writing)
    written = b""
    try:
        written = _read(reading, time.monotonic() + seconds)
    finally:
        os.close(reading)
        if not written:
            os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
    if not written:
        raise OutsideError("the solver gives up")
    outcome: Found | Exception = pickle.loads(written)  # noqa: S301 - what this program itself wrote
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def _work(work: Callable[[], object], writing: int) -> None:
    """Write what comes of the work, and end."""
    try:
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        outcome = _outcome(work)
        with os.fdopen(writing, "wb") as file:
            pickle.dump(outcome, file)
    finally:
        os._exit(0)


def _outcome(work: Callable[[], Found]) -> Found | Exception:
    """Return what comes of the work, or what the process that waits for it is to raise."""
    try:
        return work()
    except (BudgetError, DefectError, OutsideError) as error:
        return error
    except MemoryError:
        return OutsideError(f"the solver takes more than {_MEMORY >> 20} MiB")
    except Exception as error:  # noqa: BLE001 - nobody ever sees a traceback
        return DefectError(f"the solver was asked wrongly: {type(error).__name__}: {error}")


def _read(reading: int, deadline: float) -> bytes:
    """Return what is written until the other process ends; nothing if that is not in time."""
    written = b""
    while (left := deadline - time.monotonic()) > 0:
        ready, _, _ = select.select([reading], [], [], left)
        if not ready:
            break
        more = os.read(reading, 1 << 16)
        if not more:
            return written
        written += more
    return b""
