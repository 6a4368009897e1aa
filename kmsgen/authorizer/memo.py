"""A bounded cache of computed values, by key."""

from collections.abc import Callable, Hashable
from types import MethodType
from typing import TypeVar
from weakref import ref

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Memo(dict[K, V]):
    """A cache of at most `limit` values: `memo[key]` computes `make(key)` once; when full, it is emptied.

    The owner of a bound method is held weakly, for it owns the cache: so both are freed at once, not by a garbage collection that
    walks through every cached value.
    """

    __slots__ = ("_make", "_owner", "limit")

    def __init__(self, limit: int, make: Callable[[K], V]) -> None:
        self.limit = limit
        self._make: Callable[..., V] = make.__func__ if isinstance(make, MethodType) else make
        self._owner = ref(make.__self__) if isinstance(make, MethodType) else None

    def __missing__(self, key: K) -> V:
        """Make the value of a key and keep it."""
        value = self._make(key) if self._owner is None else self._make(self._owner(), key)
        if len(self) >= self.limit:
            self.clear()
        self[key] = value
        return value
