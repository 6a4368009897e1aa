"""How far a run over many files is, with the time that is left: on a terminal alone."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

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
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield progress.track(items, total=count, description=doing)
