"""The tables of one partition: plain values, a bounded cache, and what has changed since.

A value lives in one of four places, looked up in this order: the cache (live objects), the
changes of the open transaction (live objects, so that an evicted one is not read stale), the
changes that are committed but not yet in the store (bytes), and the store (bytes).
"""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, TypeVar
from weakref import WeakSet

import msgspec

from engine.store import Store

V = TypeVar("V")

CACHE_ENTRIES = 400_000
"""Values of a table kept as live objects in half of the cache, by all partitions of a process
together. At some 300 bytes each, twice this is 240 MB a table; far fewer, and what sells is read
from the store and decoded again for every sale."""

SEPARATOR = "\x00"
"""Between table and key in the store and the changelog; no key may hold it."""

_NOT_HERE: Any = object()
"""Told apart from None, which says that the key holds nothing."""

_encode = msgspec.msgpack.Encoder().encode


class Table(Generic[V]):
    """One table of one partition. Keys are strings, values structs that ``msgspec`` encodes."""

    def __init__(self, name: str, value_type: type[V], state: "PartitionState") -> None:
        self._prefix = name + SEPARATOR
        self._decode = msgspec.msgpack.Decoder(value_type).decode
        self._state = state
        self._recent: dict[str, V | None] = {}
        self._older: dict[str, V | None] = {}
        self.changed: dict[str, V | None] = {}

    def get(self, key: str) -> V | None:
        """The value, or None. Change it only together with a `put`."""
        value = self._recent.get(key, _NOT_HERE)
        if value is _NOT_HERE:
            value = self._recent[key] = self._look_up(key)
        return value

    def put(self, key: str, value: V) -> None:
        """Note that ``value`` is what ``key`` holds now."""
        self._recent[key] = self.changed[key] = value

    def edit(self, key: str, new: Callable[[], V]) -> V:
        """The value to be changed in place, noted as changed; ``new()`` where there is none."""
        value = self.changed.get(key)
        if value is None:
            value = self.get(key)
            if value is None:
                value = new()
            self._recent[key] = self.changed[key] = value
        return value

    def edited(self) -> Iterator[tuple[str, V]]:
        """What has changed since it was last taken, without what was dropped."""
        return ((key, value) for key, value in self.changed.items() if value is not None)

    def drop(self, key: str) -> None:
        """Forget ``key``: a tombstone in the changelog."""
        self._recent[key] = self.changed[key] = None

    def scan(self) -> Iterator[tuple[str, V]]:
        """Every key and value, as of the last commit; for rebuilding indexes on start."""
        for key, value in self._state.scan(self._prefix):
            yield key.removeprefix(self._prefix), self._decode(value)

    def take(self) -> Iterator[tuple[bytes, bytes | None]]:
        """The changes since the last call, encoded for changelog and store; None is dropped."""
        changed, self.changed = self.changed, {}
        prefix = self._prefix
        for key, value in changed.items():
            yield (prefix + key).encode(), None if value is None else _encode(value)

    @property
    def live(self) -> int:
        """How many keys the cache holds."""
        return len(self._recent.keys() | self._older.keys())

    def age(self, entries_max: int) -> None:
        """Let go of what was not looked at for a full cache; once a transaction is enough."""
        if len(self._recent) >= entries_max:
            self._older, self._recent = self._recent, {}

    def _look_up(self, key: str) -> V | None:
        if key in self._older:
            return self._older[key]
        if key in self.changed:
            return self.changed[key]
        value = self._state.read((self._prefix + key).encode())
        return None if value is None else self._decode(value)


class PartitionState:
    """All tables of one partition over one store."""

    def __init__(self, store: Store, tables: Mapping[str, type]) -> None:
        self._store = store
        self._leaving: dict[bytes, bytes | None] = {}
        self._unwritten: dict[bytes, bytes | None] = {}
        self._tables = {name: Table[Any](name, kind, self) for name, kind in tables.items()}
        _sharing.add(self)

    def table(self, name: str) -> Table[Any]:
        """The table called ``name``."""
        return self._tables[name]

    @property
    def changes(self) -> int:
        """How many keys changed since they were last taken."""
        return sum(len(table.changed) for table in self._tables.values())

    def take(self) -> dict[bytes, bytes | None]:
        """Everything that changed since the last call; it is on its way to the changelog."""
        changes: dict[bytes, bytes | None] = {}
        entries_max = CACHE_ENTRIES // len(_sharing)
        for table in self._tables.values():
            changes.update(table.take())
            table.age(entries_max)
        self._leaving = changes
        return changes

    def settle(self) -> int:
        """What was taken is durable in the changelog. Returns how much awaits `write`."""
        self._unwritten.update(self._leaving)
        self._leaving = {}
        return len(self._unwritten)

    def write(self, position: int) -> None:
        """Put what has settled into the store, together with the changelog position.

        ``position`` is the offset after the last changelog record that the store now covers.
        """
        self._store.write(self._unwritten, position)
        self._store.confirm(time.time())
        self._unwritten = {}

    def read(self, key: bytes) -> bytes | None:
        """The newest encoded value of a full key that is no longer a live object."""
        for place in (self._leaving, self._unwritten):
            if key in place:
                return place[key]
        return self._store.read(key)

    def scan(self, prefix: str) -> Iterator[tuple[str, bytes]]:
        """Full keys and values under ``prefix`` in the store."""
        return self._store.scan(prefix)

    def close(self) -> None:
        """Release the store; what was not written is in the changelog."""
        _sharing.discard(self)
        self._store.close()


_sharing: WeakSet[PartitionState] = WeakSet()
"""The partitions of this process, which share the cache: its size must not grow with them."""
