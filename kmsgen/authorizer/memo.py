"""Memory of work done: values by key, made when they are first asked for."""

from collections.abc import Callable, Hashable
from types import MethodType
from typing import TypeVar
from weakref import ref

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Memo(dict[K, V]):
    """A memory of at most `limit` values: `memo[key]` is what `make(key)` gave; full, it forgets everything and starts anew.

    The object of a method is held weakly, for it is the one that holds the memory: so it goes with its last owner, and not when
    garbage is next collected, which goes through everything that is remembered.
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
