"""Memory of work done: values by key, made when they are first asked for."""

from collections.abc import Callable, Hashable
from typing import TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Memo(dict[K, V]):
    """A memory of at most `limit` values: `memo[key]` is what `make(key)` gave; full, it forgets everything and starts anew."""

    __slots__ = ("limit", "make")

    def __init__(self, limit: int, make: Callable[[K], V]) -> None:
        self.limit = limit
        self.make = make

    def __missing__(self, key: K) -> V:
        """Make the value of a key and keep it."""
        value = self.make(key)
        if len(self) >= self.limit:
            self.clear()
        self[key] = value
        return value
