"""What is kept of each item of a run until its end: on disk, so that memory does not grow with their number."""

from __future__ import annotations

import pickle
from collections.abc import Collection, Iterable, Iterator
from typing import IO, TypeVar
from weakref import finalize

from kmsgen.errors import Location, input_error

BATCH = 128
"""So many items are in memory; the others are in a temporary file that has no name, so many at a place."""
Item = TypeVar("Item")


class Spool(Collection[Item]):
    """Plain values in the order in which they came, to be gone through any number of times."""

    def __init__(self, items: Iterable[Item] = ()) -> None:
        self._last: list[Item] = []
        self._file: IO[bytes] | None = None
        self._put_down = 0
        self.extend(items)

    def __len__(self) -> int:
        return self._put_down + len(self._last)

    def __contains__(self, item: object) -> bool:
        return any(one == item for one in self)

    def __iter__(self) -> Iterator[Item]:
        if self._file is not None:
            place, end = 0, self._file.seek(0, 2)
            while place < end:
                self._file.seek(place)
                batch: list[Item] = pickle.load(self._file)  # noqa: S301 - what this process wrote into a file that no other has
                place = self._file.tell()
                yield from batch
        yield from self._last

    def extend(self, items: Iterable[Item]) -> None:
        """Keep items, behind those there are."""
        for one in items:
            self.append(one)

    def append(self, item: Item) -> None:
        """Keep an item, behind those there are. Raises InputError where the disk is full."""
        self._last.append(item)
        if len(self._last) >= BATCH:
            self._put_on_disk()

    def _put_on_disk(self) -> None:
        import tempfile  # noqa: PLC0415 - only many items pay for it

        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as this is
                finalize(self, self._file.close)
            self._file.seek(0, 2)
            pickle.dump(self._last, self._file, pickle.HIGHEST_PROTOCOL)
            self._file.flush()
        except OSError as error:
            message = f"a temporary file cannot be written: {(error.strerror or 'unknown reason').lower()}"
            hint = "make room there, or name another folder in $TMPDIR"
            raise input_error(Location(tempfile.gettempdir()), "cannot-write", message, hint) from None
        self._put_down += len(self._last)
        self._last.clear()
