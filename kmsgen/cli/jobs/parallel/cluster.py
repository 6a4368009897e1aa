"""A Dask cluster that works on chunks of files: workers that are the same kmsgen, and see the same files.

Every chunk that is handed out tells what the client is and which files it sees; a worker that is or sees anything else works on
nothing. When a worker dies, Dask hands its chunks out again. Whoever runs the scheduler decides what is answered, as whoever runs
this process does. Source: Dask.distributed documentation, Client, Worker, Security.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import logging
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

from kmsgen.cli.jobs.rests_on import contents, versions
from kmsgen.errors import Diagnostic, InputError, Location, input_error

CONNECT = 20.0
"""So many seconds a scheduler, and its first worker, are waited for."""
LOST = 60.0
"""So many seconds a cluster may be without a worker, or not answer, before a run ends."""
_POLL = 2.0
_LOGGING = ("distributed", "tornado", "asyncio")
"""What logs tracebacks where a cluster is lost; what matters of that is told here."""
_INSTALL = "install it with `pip install 'kmsgen[dask]'`"
_SAME = "install the same kmsgen, and the same versions of what it stands on, where the workers run, and restart them"
_SHARED = "client and workers need one file system, under the same paths"


Done = TypeVar("Done")
Work = Callable[[Sequence[Any]], list[Done]]
"""Does the work on the items of a chunk, each of which tells in `files` what it is made of."""


class Client(NamedTuple):
    """What a client is: the folder that it works in, and the versions of all that decides what is answered."""

    folder: str
    versions: Mapping[str, str]


class Chunk(NamedTuple):
    """Items, each with the digests of its files as the client sees them."""

    items: Sequence[Any]
    seen: Sequence[list[tuple[str, str]] | None]
    client: Client


class Unfit(NamedTuple):
    """Why a worker does no work."""

    diagnostic: Diagnostic


class Cluster(Generic[Done]):
    """The workers of a scheduler, each of which does the work on one chunk at a time. Raises InputError for unfit ones."""

    def __init__(self, work: Work[Done], address: str) -> None:
        self._work = work
        self._address = address
        self._us = Client(str(Path.cwd()), versions())
        self._dask = _dask(address)
        self._client = self._connected()
        self._lost: float | None = None
        try:
            self.count = self._refuse_unfit()
        except BaseException:
            self.end()
            raise

    def submit(self, chunk: Sequence[Any]) -> Any:  # noqa: ANN401 - Dask's future
        """Hand a chunk to some worker."""
        told = Chunk(chunk, [contents(item.files) for item in chunk], self._us)
        return self._client.submit(_done_there, self._work, told, pure=False)

    def result(self, future: Any) -> list[Done]:  # noqa: ANN401 - Dask's future
        """Wait for the results on a chunk, as long as there are workers. Raises InputError."""
        while True:
            try:
                found = future.result(timeout=_POLL)
            except TimeoutError:
                self._refuse_lost()
                continue
            except (self._dask.comm.CommClosedError, self._dask.CancelledError, self._dask.KilledWorker) as error:
                raise self._error("cluster-lost", f"the cluster gives no answer: {error}", "look at its logs") from None
            if isinstance(found, Unfit):
                raise InputError([found.diagnostic])
            self._lost = None
            return list(found)

    def end(self) -> None:
        """Let go of the cluster; what its workers still do is of no use any more."""
        with contextlib.suppress(OSError, TimeoutError):
            self._client.close(timeout=5)

    def _connected(self) -> Any:  # noqa: ANN401 - Dask's client
        try:
            asyncio.run(self._greeted())
            client = self._dask.Client(self._address, timeout=CONNECT, set_as_default=False)
        except (OSError, ValueError, TypeError, MemoryError, OverflowError) as error:
            why = str(error) or f"none greets within {CONNECT:g} seconds"
        else:
            why = self._without_workers(client)
            if not why:
                return client
        # a client that Dask could not make closes itself when it is collected, which within the start of another waits for ever
        gc.collect()
        hint = "start one with `dask scheduler`, and workers with `dask worker --nthreads 1`"
        raise self._error("no-scheduler", f"no scheduler with workers answers: {why}", hint)

    async def _greeted(self) -> None:
        """Let the scheduler greet, as Dask's client does, which would wait for that for ever. Raises what that does."""
        arguments = self._dask.Security().get_connection_args("client")
        greeting = self._dask.comm.core.connect(self._address, timeout=CONNECT, **arguments)
        (await asyncio.wait_for(greeting, CONNECT)).abort()

    def _without_workers(self, client: Any) -> str:  # noqa: ANN401 - Dask's client
        """Return why no worker came, and let go of the client; empty where there is one."""
        try:
            client.wait_for_workers(1, timeout=CONNECT)
        except (OSError, ValueError, TypeError) as error:
            with contextlib.suppress(OSError, TimeoutError):
                client.close(timeout=5)
            return str(error)
        return ""

    def _refuse_unfit(self) -> int:
        """Return how many workers there are. Raises InputError where one of them is another kmsgen, or has several threads."""
        threads = self._client.nthreads()
        found = self._client.run(_versions_there, on_error="return")
        for worker, other in sorted(found.items()):
            if isinstance(other, Exception):
                raise self._error("other-kmsgen", f"{worker}: kmsgen cannot be loaded: {other}", _SAME)
            if other != self._us.versions:
                raise InputError([_other_versions(self._address, worker, self._us.versions, other)])
            if threads.get(worker, 1) != 1:
                message = f"{worker} works on several things at once, and kmsgen works by processes"
                raise self._error("several-threads", message, "start workers with `dask worker --nthreads 1 --nworkers N`")
        return max(1, len(found))

    def _refuse_lost(self) -> None:
        """Raise InputError where there has been no worker for too long."""
        if self._client.status == "running" and self._client.nthreads():
            self._lost = None
            return
        self._lost = self._lost or time.monotonic()
        if time.monotonic() - self._lost > LOST:
            raise self._error("cluster-lost", "the cluster has no workers any more", "look at its logs")

    def _error(self, code: str, message: str, hint: str) -> InputError:
        return input_error(Location(self._address.strip() or "--scheduler"), code, " ".join(message.split()), hint)


def _dask(address: str) -> Any:  # noqa: ANN401 - a module without types
    try:
        found = importlib.import_module("distributed")
    except ImportError:
        raise input_error(Location(address), "no-dask", "a cluster is reached through dask.distributed", _INSTALL) from None
    for name in [*logging.root.manager.loggerDict]:  # each part of it has a level of its own
        if name.partition(".")[0] in _LOGGING:
            logging.getLogger(name).setLevel(logging.CRITICAL)
    return found


# --- in a worker --------------------------------------------------------------------------------------------------------


def _versions_there() -> Mapping[str, str]:
    return versions()


def _done_there(work: Work[Done], chunk: Chunk) -> list[Done] | Unfit:
    """Do the work on a chunk in the client's folder, if this is the same kmsgen and sees the same files."""
    if versions() != chunk.client.versions:
        return Unfit(_other_versions("--scheduler", _host(), chunk.client.versions, versions()))
    if not Path(chunk.client.folder).is_dir():
        return _other_files(chunk.client.folder)
    with contextlib.chdir(chunk.client.folder):
        for item, seen in zip(chunk.items, chunk.seen, strict=True):
            if seen is None or contents(item.files) != seen:
                return _other_files(str(item.files[0]))
        done = work(chunk.items)
    gc.unfreeze()  # a worker lives on
    return done


def _other_files(path: str) -> Unfit:
    return Unfit(Diagnostic(Location(path), "other-files", f"the worker {_host()} does not see the file as it is here", _SHARED))


def _other_versions(place: str, worker: str, ours: Mapping[str, str], theirs: Mapping[str, str]) -> Diagnostic:
    names: Iterable[str] = sorted(name for name in {*ours, *theirs} if ours.get(name) != theirs.get(name))
    return Diagnostic(Location(place), "other-kmsgen", f"{worker} has another version of {', '.join(names)}", _SAME)


def _host() -> str:
    return f"{os.uname().nodename if hasattr(os, 'uname') else 'worker'}:{os.getpid()}"
