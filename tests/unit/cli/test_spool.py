"""What waits for the end of a run: it comes out as it went in, however much there is of it, and memory does not grow with it."""

from __future__ import annotations

import errno
import tempfile
import tracemalloc
from typing import Any

import pytest

from kmsgen.cli.spool import BATCH, Spool
from kmsgen.errors import Diagnostic, InputError, Location


def item(number: int) -> tuple[int, Diagnostic]:
    """Return an item that is equal to no other."""
    return number, Diagnostic(Location(f"{number}.yaml", number, 1), "code", "message" * 20)


@pytest.mark.parametrize("count", [0, 1, BATCH - 1, BATCH, BATCH + 1, 3 * BATCH + 5])
def test_items_come_out_as_they_went_in(count: int) -> None:
    """In their order, any number of times, also while others are gone through."""
    items = [item(number) for number in range(count)]
    spool = Spool(items)
    assert (len(spool), bool(spool)) == (count, count > 0)
    assert list(spool) == items
    assert list(zip(spool, spool, strict=True)) == list(zip(items, items, strict=True))
    spool.append(item(-1))
    assert list(spool) == [*items, item(-1)]


def test_memory_does_not_grow_with_the_items() -> None:
    """A hundred times as many take no more than a batch of them."""

    def peak(count: int) -> int:
        tracemalloc.start()
        spool = Spool(item(number) for number in range(count))
        assert sum(1 for _ in spool) == count
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    assert peak(100 * BATCH) < 2 * peak(2 * BATCH)


def test_a_disk_that_is_full_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the folder in which there is no room, and what to do about it."""

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    with pytest.raises(InputError, match=r"cannot-write: a temporary file cannot be written: no space left on device\n.*TMPDIR"):
        Spool(map(item, range(BATCH)))
