"""How far a run over many files is, with the time that is left: on a terminal alone."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from kmsgen.cli.stopping import uninterrupted

MANY = 10
Item = TypeVar("Item")


@contextmanager
def tracked(items: Iterable[Item], count: int, doing: str) -> Iterator[Iterable[Item]]:
    """Give `count` items; where they are many, show on a terminal how many of them are done and how long the rest will take."""
    if count < MANY or not sys.stderr.isatty():
        yield items
        return
    from rich.console import Console  # noqa: PLC0415 - only a terminal pays for it
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    progress = Progress(*columns, console=Console(stderr=True), transient=True)
    try:
        with uninterrupted():  # else a cursor that is hidden by now would not be shown again
            progress.start()
        yield progress.track(items, total=count, description=doing)
    finally:
        progress.stop()
