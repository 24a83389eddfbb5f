"""One table of a partition: live values in a bounded cache, and what has changed since.

A value lies in one of five places, looked up in this order: the cache (live objects), the changes
of the open transaction (live objects, so that an evicted one is not read stale), the changes that
are on their way to the changelog (bytes), those that are there and not yet in the store (bytes),
and the store (bytes). The store is not asked while all that it was ever given is at hand: a state
that is made from nothing meets keys by the million for the first time, and each would be a look-up
in vain.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Generic, TypeVar

import msgspec

from engine.store import Store

V = TypeVar("V")

Encoded = dict[bytes, bytes | None]
"""Encoded values by full key; None for what was dropped."""

SEPARATOR = "\x00"
"""Between table and key in the store and the changelog; no key may hold it."""

INSERTED_SINGLY_MAX = 64
"""From so many new keys on, sorting all that are pending is cheaper than inserting each."""

_encode = msgspec.msgpack.Encoder().encode


class Table(Generic[V]):
    """Keys are strings, values what ``msgspec`` encodes: structs, int, str or bytes; never None."""

    def __init__(self, name: str, value_type: type[V], store: Store) -> None:
        self._prefix = name + SEPARATOR
        self._decode = msgspec.msgpack.Decoder(value_type).decode
        self._store = store
        self._recent: dict[str, V] = {}
        self._older: dict[str, V] = {}
        self._absent: set[str] = set()
        self._leaving: Encoded = {}
        self._unwritten: Encoded = {}
        self._pending: list[str] | None = None
        self._pending_of_changed = 0
        self._has_all = store.position() is None  # of a store that is filled from here on
        self.changed: dict[str, V | None] = {}

    def get(self, key: str) -> V | None:
        """The value, or None. Change it only together with a `put`."""
        value = self._recent.get(key)
        if value is None and key not in self._absent:
            value = self._fetch(key)
        return value

    def peek(self, key: str) -> V | None:
        """`get` for what is looked at once: it leaves the cache as it is."""
        value = self._recent.get(key)
        return self._seek(key) if value is None else value

    def put(self, key: str, value: V) -> None:
        """Note that ``value`` is what ``key`` holds now."""
        self._recent[key] = self.changed[key] = value

    def put_away(self, key: str, value: V) -> None:
        """`put` for what is hardly ever read again: no live object is kept once it is taken."""
        self._has_all = False
        self._evict(key)
        self.changed[key] = value

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
        self._evict(key)
        self.changed[key] = None

    def scan(self) -> Iterator[tuple[str, V]]:
        """Every key and value in order, as they were last taken: for rebuilding on start."""
        taken = {**self._unwritten, **self._leaving}
        keys = sorted(key.decode().removeprefix(self._prefix) for key in taken)
        stored = self._store.scan(self._prefix)
        return self._merged(stored, keys, lambda key: self._decoded(taken[self._full(key)]))

    def scan_from(self, prefix: str, start: str, limit: int) -> list[tuple[str, V]]:
        """The first ``limit`` keys from ``start`` on that begin with ``prefix``, with their values.

        In order, and as of this moment, uncommitted changes too. Give a ``start`` behind what was
        dropped before: the store steps over each key that is gone. The values are to be read only.
        """
        begin = max(prefix, start)
        stored = self._store.scan(self._prefix + prefix, self._prefix + begin)
        pending = self._pending_from(prefix, begin)
        return list(islice(self._merged(stored, pending, self.peek), limit))

    def take(self, into: Encoded) -> None:
        """Put the changes since the last call ``into``, encoded."""
        if self._pending is not None:
            self._note_pending(self._pending)
        changed, self.changed = self.changed, {}
        self._pending_of_changed = 0
        prefix, leaving = self._prefix, self._leaving
        for key, value in changed.items():
            full = (prefix + key).encode()
            into[full] = leaving[full] = None if value is None else _encode(value)

    def settle(self) -> int:
        """What was taken is in the changelog. Returns how many keys the store lacks."""
        if self._unwritten:
            self._unwritten.update(self._leaving)
        else:
            self._unwritten = self._leaving
        self._leaving = {}
        return len(self._unwritten)

    @property
    def unwritten(self) -> Encoded:
        """What is in the changelog and not in the store."""
        return self._unwritten

    def written(self) -> None:
        """What was unwritten is in the store now."""
        self._unwritten = {}
        self._pending = None
        self._pending_of_changed = 0

    @property
    def live(self) -> int:
        """How many keys the cache holds."""
        return len(self._recent.keys() | self._older.keys())

    def age(self, entries_max: int) -> None:
        """Let go of what was not looked at for a full cache; once a transaction is enough."""
        self._absent.clear()
        if len(self._recent) >= entries_max:
            self._has_all = self._has_all and not self._older
            self._older, self._recent = self._recent, {}

    def _fetch(self, key: str) -> V | None:
        """The value of a key that is not in the newer half of the cache, which then has it.

        That there is none is remembered for this transaction only: there is no end of keys that
        never were, and they would push out what sells.
        """
        value = self._seek(key)
        if value is None:
            self._absent.add(key)
        else:
            self._recent[key] = value
        return value

    def _seek(self, key: str) -> V | None:
        """The value of a key that is not in the newer half of the cache."""
        value = self._older.get(key)
        if value is not None:
            return value
        if key in self.changed:
            return self.changed[key]
        if self._has_all:
            return None
        full = (self._prefix + key).encode()
        if full in self._leaving:
            return self._decoded(self._leaving[full])
        if full in self._unwritten:
            return self._decoded(self._unwritten[full])
        return self._decoded(self._store.read(full))

    def _evict(self, key: str) -> None:
        self._recent.pop(key, None)
        self._older.pop(key, None)
        self._absent.discard(key)

    def _full(self, key: str) -> bytes:
        return (self._prefix + key).encode()

    def _decoded(self, value: bytes | None) -> V | None:
        return None if value is None else self._decode(value)

    def _pending_from(self, prefix: str, begin: str) -> Iterator[str]:
        """Keys from ``begin`` on that the store may not have as they are now, in order."""
        pending = self._pending
        if pending is None:
            taken = self._leaving.keys() | self._unwritten.keys()
            pending = sorted(key.decode().removeprefix(self._prefix) for key in taken)
            self._pending = pending
        self._note_pending(pending)
        for at in range(bisect_left(pending, begin), len(pending)):
            if not pending[at].startswith(prefix):
                return
            yield pending[at]

    def _note_pending(self, pending: list[str]) -> None:
        """Add the keys that have changed since the last call, which are the last in ``changed``."""
        count = len(self.changed) - self._pending_of_changed
        self._pending_of_changed += count
        fresh = islice(reversed(self.changed), count)
        if count < INSERTED_SINGLY_MAX:
            for key in fresh:
                insort(pending, key)
        else:
            pending.extend(fresh)
            pending.sort()

    def _merged(
        self,
        stored: Iterator[tuple[str, bytes]],
        pending: Iterable[str],
        newest: Callable[[str], V | None],
    ) -> Iterator[tuple[str, V]]:
        """Both in order; what is pending hides what is stored, and None hides itself.

        A key may be pending twice: changed again since it was taken.
        """
        cut = len(self._prefix)
        old = next(stored, None)
        last = None
        for key in pending:
            while old is not None and old[0][cut:] < key:
                yield old[0][cut:], self._decode(old[1])
                old = next(stored, None)
            if old is not None and old[0][cut:] == key:
                old = next(stored, None)
            value = None if key == last else newest(key)
            last = key
            if value is not None:
                yield key, value
        while old is not None:
            yield old[0][cut:], self._decode(old[1])
            old = next(stored, None)
