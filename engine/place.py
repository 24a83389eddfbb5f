"""Where a partition's store lies on this machine, so that it can be opened, or begun anew."""

import shutil
from pathlib import Path
from typing import Protocol

from engine.store import MemoryStore, RocksStore, Store


class Place(Protocol):
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
        """See `Place`."""
        return MemoryStore()

    def clear(self) -> None:
        """See `Place`."""


class FolderPlace:
    """A folder with a RocksDB."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self) -> Store:
        """See `Place`."""
        return RocksStore(self._folder)

    def clear(self) -> None:
        """See `Place`."""
        if self._folder.exists():
            shutil.rmtree(self._folder)
