"""The same work on many files, by all cores or a cluster: in chunks, its results in the order of the files.

A failure is a result like any other: the rest is done all the same.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from kmsgen.cli.jobs.parallel.freeing import freeing
from kmsgen.cli.jobs.rests_on import is_read_again
from kmsgen.cli.spool import Spool
from kmsgen.errors import Diagnostic, InputError, KmsgenError, RefusedError

LEAST = 4
"""For fewer files a process is not worth its start."""
LONGEST = 16
"""Files of one chunk at most."""
AHEAD = 4
"""So many chunks a process wait, be it for it or for the results before them: what is in memory does not grow with the files."""

Item = TypeVar("Item")
Done = TypeVar("Done")
Given_contra = TypeVar("Given_contra", contravariant=True)


class Course(NamedTuple):
    """How a run goes over its files: to the first that fails or to the last, with or without a cache, and by whom.

    That is so many processes, or the cluster of a scheduler, by its address.
    """

    jobs: int = 1
    fail_fast: bool = False
    cache: bool = False
    scheduler: str | None = None


class Failure(NamedTuple):
    """Why a file has no result: a KmsgenError as a value, that processes can hand on."""

    exit_code: int
    diagnostics: tuple[Diagnostic, ...]

    def error(self) -> KmsgenError:
        """Return the error that it was."""
        return (RefusedError if self.exit_code == RefusedError.exit_code else InputError)(self.diagnostics)


class Workers(Protocol[Given_contra, Done]):
    """What works on chunks of items, so many at a time."""

    count: int

    def submit(self, chunk: Sequence[Given_contra]) -> Any:  # noqa: ANN401 - a future of whatever kind
        """Begin the work on a chunk."""

    def result(self, future: Any) -> list[Done]:  # noqa: ANN401 - as above
        """Wait for the results on a chunk. Raises InputError where there will be none."""

    def end(self) -> None:
        """Let go of what is still worked on."""


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


def end_at_first(problems: Sequence[Diagnostic], course: Course) -> None:
    """Raise InputError with `fail_fast` where files cannot be read: with the problems of the first of them."""
    if problems and course.fail_fast:
        raise InputError(one for one in problems if one.location.path == problems[0].location.path)


def collected(
    outcomes: Iterable[Done | Failure], *, fail_fast: bool, is_no: Callable[[Done], bool] = lambda _: False
) -> tuple[Spool[Done], list[KmsgenError]]:
    """Return the results, which are plain values, and the failures.

    With `fail_fast` up to the first failure, or the first result that is a no.
    """
    found: Spool[Done] = Spool()
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
    work: Callable[[Item], Done],
    items: Sequence[Item],
    course: Course,
    anywhere: Callable[[Item], bool] = lambda _: True,
    packed: Callable[[Item], Item] = lambda one: one,
) -> Iterator[Iterator[Done | Failure]]:
    """Give the result for each item, in order; `work` is a function with a name, for processes. Raises InputError where one dies.

    Items that `anywhere` does not hold for are worked on here, when their turn comes; the others, as `packed` for processes, at
    once, until the block ends.
    """
    apart = [anywhere(item) and (course.scheduler is None or is_on_disk(item)) for item in items]
    away = [item for item, goes in zip(items, apart, strict=True) if goes]
    workers = _workers(Attempt(work), course, len(away))
    if workers is None:
        yield map(Attempt(work), freeing(items))  # which are here, packed or not
        return
    try:
        found = _Ahead(workers, away, packed)
        yield (next(found) if goes else Attempt(work)(item) for item, goes in zip(items, apart, strict=True))
    finally:
        workers.end()


def _workers(attempt: Attempt[Item, Done], course: Course, count: int) -> Workers[Item, Done | Failure] | None:
    """Return what is to work on so many items; None where this process alone is."""
    if course.scheduler is not None and count:
        from kmsgen.cli.jobs.parallel.cluster import Cluster  # noqa: PLC0415 - Dask takes a second to load

        return Cluster(attempt.all, course.scheduler)
    processes = min(course.jobs, -(-count // LEAST))
    if processes < 2:
        return None
    from kmsgen.cli.jobs.parallel.processes import Processes  # noqa: PLC0415 - one file pays for no processes

    return Processes(attempt.all, processes)


def is_on_disk(item: Any) -> bool:  # noqa: ANN401 - whatever tells its files
    """Return whether an item is made of ordinary files, which another machine may see too."""
    return all(str(path) != "-" and is_read_again(Path(path)) for path in item.files)


class _Ahead(Generic[Item, Done]):
    """The results on items, in order; workers are at most so many chunks ahead of what was taken of them."""

    def __init__(self, workers: Workers[Item, Done], items: Sequence[Item], packed: Callable[[Item], Item]) -> None:
        size = max(1, min(LONGEST, len(items) // (workers.count * AHEAD)))
        self._chunks = (list(map(packed, items[start : start + size])) for start in range(0, len(items), size))
        self._workers = workers
        self._waiting: deque[Any] = deque()
        self._found: deque[Done] = deque()
        for _ in range(workers.count * AHEAD):
            self._submit()

    def _submit(self) -> None:
        chunk = next(self._chunks, None)
        if chunk is not None:
            self._waiting.append(self._workers.submit(chunk))

    def __iter__(self) -> Iterator[Done]:
        return self

    def __next__(self) -> Done:
        if not self._found:
            if not self._waiting:
                raise StopIteration
            self._found.extend(self._workers.result(self._waiting.popleft()))
            self._submit()
        return self._found.popleft()
