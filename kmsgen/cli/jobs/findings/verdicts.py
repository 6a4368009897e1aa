"""Answers about files, each found anew or remembered by everything that it rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Generic, NamedTuple, TypeVar

from kmsgen.cli.cache import Cache, Remembered, cache_folder
from kmsgen.cli.jobs.parallel.many import Attempt, Course, Failure, results

Item = TypeVar("Item")
Done = TypeVar("Done")


class Memory(NamedTuple, Generic[Item, Done]):
    """How answers are remembered.

    `key` is the digest of everything that an answer about an item rests on; None where it cannot be told. `plain` makes plain
    data of an answer; None of one that must not be remembered. `again` makes the answer of that.
    """

    key: Callable[[Item], str | None]
    plain: Callable[[Done], Any]
    again: Callable[[Any], Done]


@contextmanager
def verdicts(
    begin: Callable[[], Callable[[Item], Done]],
    items: Sequence[Item],
    course: Course,
    anywhere: Callable[[Item], bool],
    memory: Memory[Item, Done],
) -> Iterator[Iterator[Done | Failure]]:
    """Give the answer about each item, in order, as `results` does: what is remembered is not worked on.

    `begin` returns the work, and is asked for it only where there is some.
    """
    if not course.cache:
        with _found(begin, items, course, anywhere) as made:
            yield made
        return
    with Cache(cache_folder()) as cache:
        keys = [memory.key(item) for item in items]
        known = [key is not None and cache.find(key) is not None for key in keys]
        anew = [item for item, hit in zip(items, known, strict=True) if not hit]
        with _found(begin, anew, course, anywhere) as made:
            teller = _Teller(begin, memory, cache, made)
            yield (teller.told(*one) for one in zip(items, keys, known, strict=True))


@contextmanager
def _found(
    begin: Callable[[], Callable[[Item], Done]], items: Sequence[Item], course: Course, anywhere: Callable[[Item], bool]
) -> Iterator[Iterator[Done | Failure]]:
    if not items:
        yield iter(())
        return
    with results(begin(), items, course, anywhere) as made:
        yield made


class _Teller(NamedTuple, Generic[Item, Done]):
    """Tells what is remembered, and remembers what is found anew."""

    begin: Callable[[], Callable[[Item], Done]]
    memory: Memory[Item, Done]
    cache: Cache
    made: Iterator[Done | Failure]

    def told(self, item: Item, key: str | None, known: bool) -> Done | Failure:
        found: Remembered | None = self.cache.find(key) if known and key is not None else None
        if found is not None:
            return self.memory.again(found.summary)
        one = Attempt(self.begin())(item) if known else next(self.made)  # known, and damaged meanwhile
        if key is not None and not isinstance(one, Failure):
            self._remember(item, key, one)
        return one

    def _remember(self, item: Item, key: str, one: Done) -> None:
        plain = self.memory.plain(one)
        if plain is not None and key == self.memory.key(item):  # else the file was changed since
            self.cache.remember(key, plain, None)
