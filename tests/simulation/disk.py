"""A machine's disk under a partition's store: what a crash leaves of it.

A killed process loses nothing that it wrote; a machine without power may lose the newest atomic
writes of a log that is not synced, always from some write on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.store import MemoryStore, Store

Write = Callable[[MemoryStore], None]


class Disk:
    """A folder that one process at a time may open; see `engine.place.StorePlace`."""

    def __init__(self, crash_point: Callable[[], None]) -> None:
        self.writes: list[Write] = []
        self.crash_point = crash_point

    def open(self) -> Store:
        """The store as the writes so far have left it."""
        return DiskStore(self)

    def clear(self) -> None:
        """Remove everything."""
        self.writes = []

    def keep(self, share: float) -> None:
        """Lose the newest writes: only this share of them, the oldest, is left."""
        del self.writes[int(len(self.writes) * share) :]


class DiskStore(MemoryStore):
    """A store whose writes are on the disk, each as a whole."""

    def __init__(self, disk: Disk) -> None:
        super().__init__()
        self._disk = disk
        for write in disk.writes:
            write(self)

    def write(self, values: Mapping[bytes, bytes | None], position: int) -> None:
        """See `engine.store.Store`; a process may be killed just before or after it."""
        self._disk.crash_point()
        self.put(dict(values), position)
        self._disk.crash_point()

    def confirm(self, at_seconds: float) -> None:
        """See `engine.store.Store`; a write of its own."""
        super().confirm(at_seconds)
        self._disk.writes.append(lambda store: MemoryStore.confirm(store, at_seconds))

    def put(self, values: Mapping[bytes, bytes | None], position: int) -> None:
        """One atomic write."""
        super().write(values, position)
        self._disk.writes.append(lambda store: MemoryStore.write(store, values, position))
