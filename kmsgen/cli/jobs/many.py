"""The same work on many files, by all cores: in processes, in chunks, its results in the order of the files.

A failure is a result like any other: the rest is done all the same.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Generic, NamedTuple, TypeVar

from kmsgen.errors import Diagnostic, InputError, KmsgenError, Location, RefusedError, input_error

LEAST = 4
"""For fewer files a process is not worth its start."""
LONGEST = 16
"""Files of one chunk at most."""
AHEAD = 4
"""So many chunks a process wait, be it for it or for the results before them: what is in memory does not grow with the files."""

Item = TypeVar("Item")
Done = TypeVar("Done")


class Course(NamedTuple):
    """How a run goes over its files: by how many processes, to the first that fails or to the last, with or without a cache."""

    jobs: int = 1
    fail_fast: bool = False
    cache: bool = False


class Failure(NamedTuple):
    """Why a file has no result: a KmsgenError as a value, that processes can hand on."""

    exit_code: int
    diagnostics: tuple[Diagnostic, ...]

    def error(self) -> KmsgenError:
        """Return the error that it was."""
        return (RefusedError if self.exit_code == RefusedError.exit_code else InputError)(self.diagnostics)


class Attempt(Generic[Item, Done]):
    """Work on one item, with a failure as a result: what a process is handed."""

    def __init__(self, work: Callable[[Item], Done]) -> None:
        self.work = work

    def __call__(self, item: Item) -> Done | Failure:
        """Do the work."""
        try:
            return self.work(item)
        except KmsgenError as error:
            return Failure(error.exit_code, error.diagnostics)

    def all(self, chunk: Sequence[Item]) -> list[Done | Failure]:
        """Do the work on each item of a chunk."""
        return [self(item) for item in freeing(chunk)]


def cores() -> int:
    """Return how many processes this one may run at a time."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def collected(
    outcomes: Iterable[Done | Failure], *, fail_fast: bool, is_no: Callable[[Done], bool] = lambda _: False
) -> tuple[list[Done], list[KmsgenError]]:
    """Return the results and the failures; with `fail_fast` up to the first failure, or the first result that is a no."""
    found: list[Done] = []
    failures: list[KmsgenError] = []
    for one in outcomes:
        if isinstance(one, Failure):
            failures.append(one.error())
        else:
            found.append(one)
        if fail_fast and (isinstance(one, Failure) or is_no(one)):
            break
    return found, failures


@contextmanager
def results(
    work: Callable[[Item], Done], items: Sequence[Item], course: Course, anywhere: Callable[[Item], bool] = lambda _: True
) -> Iterator[Iterator[Done | Failure]]:
    """Give the result for each item, in order; `work` must be a function that processes can be told by its name.

    Items that `anywhere` does not hold for are worked on by this process, when their turn comes. The work on the others begins at
    once, and ends with the block. Raises InputError where a process dies of anything but its work.
    """
    away = [item for item in items if anywhere(item)]
    processes = min(course.jobs, -(-len(away) // LEAST))
    if processes <= 1:
        yield map(Attempt(work), freeing(items))
        return
    pool = _Pool(Attempt(work), away, processes)
    found = pool.results()
    try:
        yield (next(found) if anywhere(item) else Attempt(work)(item) for item in items)
    finally:
        pool.end()


def freeing(items: Iterable[Item]) -> Iterator[Item]:
    """Yield items, and free what the work on each has left behind: a proof ends in cycles."""
    for number, item in enumerate(items):
        if number:
            gc.collect()
            gc.freeze()  # what is kept stays to the end: the next collection need not go through it
        yield item


class _Pool(Generic[Item, Done]):
    """Processes that work on chunks of items, at most so many chunks ahead of what was taken of their results."""

    def __init__(self, attempt: Attempt[Item, Done], items: Sequence[Item], processes: int) -> None:
        size = max(1, min(LONGEST, len(items) // (processes * AHEAD)))
        self._chunks = (items[start : start + size] for start in range(0, len(items), size))
        self._attempt = attempt
        # A fork shares what is loaded. Where a fork is not safe (macOS) or not there (Windows), a process loads all of it itself.
        context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
        self._pool = ProcessPoolExecutor(processes, mp_context=context, initializer=_begin)
        self._waiting: deque[Future[list[Done | Failure]]] = deque()
        for _ in range(processes * AHEAD):
            self._submit()

    def _submit(self) -> None:
        chunk = next(self._chunks, None)
        if chunk is not None:
            self._waiting.append(self._pool.submit(self._attempt.all, chunk))

    def results(self) -> Iterator[Done | Failure]:
        """Yield the result for each item, in order."""
        try:
            while self._waiting:
                found = self._waiting.popleft().result()
                self._submit()
                yield from found
        except BrokenProcessPool:
            hint = "it may have been out of memory: fewer at a time need less, `--jobs 1` the least"
            raise input_error(Location("--jobs"), "process-died", "a process died of anything but its work", hint) from None

    def end(self) -> None:
        """End the processes; what they work on is of no use any more."""
        for process in multiprocessing.active_children():
            process.terminate()
        self._pool.shutdown(cancel_futures=True)


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
