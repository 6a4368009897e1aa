"""Freeing what the work on each of many files leaves behind: garbage, and what bounded caches hold of its texts."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, TypeVar

MOST_KEPT = 256
"""So many values of a function stay remembered from one file to the next: what many files share, and little of each."""
ROUND = 256
"""After so many files garbage is looked for in what was kept, too."""
_REMEMBERING = type(lru_cache(lambda: None))
Item = TypeVar("Item")


def freeing(items: Iterable[Item]) -> Iterator[Item]:
    """Yield items, and free what the work on each has left behind: a proof ends in cycles."""
    for number, item in enumerate(items):
        if number:
            forget()
            if not number % ROUND:
                gc.unfreeze()
            gc.collect()
            gc.freeze()  # what is kept stays for long: the next collection need not go through it
        yield item


def forget() -> None:
    """Empty each bounded cache of kmsgen's functions that holds more than MOST_KEPT values."""
    for one in _bounded(len(sys.modules)):
        if one.cache_info().currsize > MOST_KEPT:
            one.cache_clear()


@lru_cache(maxsize=1)
def _bounded(_loaded: int) -> tuple[Any, ...]:
    """Return the functions that remember a bounded number of values, of so many modules that are loaded."""
    modules = [module for name, module in tuple(sys.modules.items()) if name.startswith("kmsgen.")]
    found = {one for module in modules for one in vars(module).values() if isinstance(one, _REMEMBERING)}
    return tuple(one for one in found if one.cache_parameters()["maxsize"] is not None)
