"""Processes of this machine that work on chunks of files, and never outlive the run that started them."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Generic, TypeVar

from kmsgen.cli.stopping import uninterrupted
from kmsgen.errors import Location, input_error

Item = TypeVar("Item")
Done = TypeVar("Done")

_END = 10.0
"""So many seconds a process that is told to end is waited for: one that does not hear it ends with this one."""


class Processes(Generic[Item, Done]):
    """So many processes, each of which does the work on one chunk at a time."""

    def __init__(self, work: Callable[[Sequence[Item]], list[Done]], count: int) -> None:
        self.count = count
        self._work = work
        # A fork shares what is loaded. Where a fork is not safe (macOS) or not there (Windows), a process loads all of it itself.
        context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
        self._pool = ProcessPoolExecutor(count, mp_context=context, initializer=_begin)

    def submit(self, chunk: Sequence[Item]) -> Future[list[Done]]:
        """Begin the work on a chunk; that a process has died is told when its result is asked for."""
        try:
            with uninterrupted():  # the first one forks, and whoever comes to be must not be stopped before it begins
                return self._pool.submit(self._work, chunk)
        except BrokenProcessPool as error:
            broken: Future[list[Done]] = Future()
            broken.set_exception(error)
            return broken

    def result(self, future: Future[list[Done]]) -> list[Done]:
        """Wait for the results on a chunk. Raises InputError where a process died of anything but its work."""
        try:
            return future.result()
        except BrokenProcessPool:
            hint = "it may have been out of memory: fewer at a time need less, `--jobs 1` the least"
            raise input_error(Location("--jobs"), "process-died", "a process died of anything but its work", hint) from None

    def end(self) -> None:
        """End the processes; what they work on is of no use any more."""
        working = multiprocessing.active_children()
        for process in working:
            process.terminate()
        # to wait for the pool is to wait for ever, for the rest of a result, where a process is ended while it hands that over
        self._pool.shutdown(wait=False, cancel_futures=True)
        for process in working:
            process.join(_END)


def _begin() -> None:
    """Begin a process: whoever started it ends it, and when that one dies it dies too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_die_with_parent, daemon=True).start()
    gc.freeze()


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
