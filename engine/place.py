"""Where a partition's store lies on this machine, so that it can be opened, or begun anew."""

import shutil
from pathlib import Path
from typing import Protocol

from engine.store import MemoryStore, RocksStore, Store


class StorePlace(Protocol):
    """A partition's place for its store."""

    def open(self) -> Store:
        """The store as it was left, or an empty one."""
        ...

    def clear(self) -> None:
        """Remove what is there; the store is closed."""
        ...


class MemoryPlace:
    """No place at all: each store begins empty."""

    def open(self) -> Store:
        """See `StorePlace`."""
        return MemoryStore()

    def clear(self) -> None:
        """See `StorePlace`."""


class FolderPlace:
    """A folder with a RocksDB."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self) -> Store:
        """See `StorePlace`."""
        return RocksStore(self._folder)

    def clear(self) -> None:
        """See `StorePlace`."""
        if self._folder.exists():
            shutil.rmtree(self._folder)
