"""All tables of one partition over one store, and the way of their changes into it.

Changes are taken (on their way to the changelog), then settle (they are there), and are written to
the store from time to time.
"""

import time
from collections.abc import Iterator, Mapping
from typing import Any
from weakref import WeakSet

from engine.store import Store
from engine.table import Encoded, Table

__all__ = ["CACHE_ENTRIES", "PartitionState", "Table"]

CACHE_ENTRIES = 400_000
"""Values of a table kept as live objects in half of the cache, by all partitions of a process
together. At some 300 bytes each, twice this is 240 MB a table; far fewer, and what sells is read
from the store and decoded again for every sale."""


class PartitionState:
    """What an agent has of its partition."""

    def __init__(self, store: Store, tables: Mapping[str, type]) -> None:
        self._store = store
        self._tables = {name: Table[Any](name, kind, store) for name, kind in tables.items()}
        _sharing.add(self)

    def table(self, name: str) -> Table[Any]:
        """The table called ``name``."""
        return self._tables[name]

    @property
    def changes(self) -> int:
        """How many keys changed since they were last taken."""
        return sum(len(table.changed) for table in self._tables.values())

    def take(self) -> Encoded:
        """Everything that changed since the last call; it is on its way to the changelog."""
        changes: Encoded = {}
        entries_max = CACHE_ENTRIES // len(_sharing)
        for table in self._tables.values():
            table.take(changes)
            table.age(entries_max)
        return changes

    def settle(self) -> int:
        """What was taken is durable in the changelog. Returns how much awaits `write`."""
        return sum(table.settle() for table in self._tables.values())

    def write(self, position: int) -> None:
        """Put what has settled into the store, together with the changelog position.

        ``position`` is the offset after the last changelog record that the store now covers.
        """
        values: Encoded = {}
        for table in self._tables.values():
            values.update(table.unwritten)
        self._store.write(values, position)
        self._store.confirm(time.time())
        for table in self._tables.values():
            table.written()

    def scan(self, prefix: str) -> Iterator[tuple[str, bytes]]:
        """Full keys and values under ``prefix`` in the store."""
        return self._store.scan(prefix)

    def close(self) -> None:
        """Release the store; what was not written is in the changelog."""
        _sharing.discard(self)
        self._store.close()


_sharing: WeakSet[PartitionState] = WeakSet()
"""The partitions of this process, which share the cache: its size must not grow with them."""
