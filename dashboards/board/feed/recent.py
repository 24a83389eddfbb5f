"""A memory with an end: what was set last is kept. No I/O."""

from collections import OrderedDict
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Recent(Generic[K, V]):
    """A dictionary of the ``most`` entries that were set last."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._entries: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V | None:
        """The entry, or None."""
        return self._entries.get(key)

    def pop(self, key: K) -> V | None:
        """Forget the entry, and return it."""
        return self._entries.pop(key, None)

    def set(self, key: K, value: V) -> K | None:
        """Set the entry; returns the key that was forgotten for it."""
        self._entries[key] = value
        self._entries.move_to_end(key)
        return self._entries.popitem(last=False)[0] if len(self._entries) > self._most else None
