"""Room on the disk that is kept for the cart which is open when the disk is full."""

import os
import shutil
from pathlib import Path

RESERVE_BYTES = 64 * 1024 * 1024
"""Given up where nothing else is left. A cart of a thousand lines needs 5 MB of journal; more
than a small disk can spare would keep its till from ever selling."""

ROOM_BYTES = 32 * 1024 * 1024
"""That must be free beside the reserve before a cart begins. Less, and the log that SQLite lets
grow to some 4 MB between checkpoints could fill the disk in the middle of the cart."""


class Reserve:
    """A file of zeros beside the journal."""

    def __init__(self, path: Path, size_bytes: int = RESERVE_BYTES) -> None:
        self._path = path
        self._size_bytes = size_bytes

    @property
    def is_there(self) -> bool:
        """Whether the room is kept."""
        try:
            return self._path.stat().st_size >= self._size_bytes
        except FileNotFoundError:
            return False

    def has_room(self, room_bytes: int = ROOM_BYTES) -> bool:
        """Whether a cart may begin: the reserve is kept or can be again, and there is more."""
        free = shutil.disk_usage(self._path.parent).free
        if self.is_there:
            return free >= room_bytes
        return free >= room_bytes + self._size_bytes and self.take()

    def take(self) -> bool:
        """Take the room, so that nobody else does; False where there is not enough."""
        if self.is_there:
            return True
        try:
            self._path.touch(mode=0o600, exist_ok=True)
            with self._path.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, self._size_bytes)
        except OSError:
            self.give()
            return False
        return True

    def give(self) -> bool:
        """Give the room to the journal; False where that was done before."""
        was_there = self.is_there
        self._path.unlink(missing_ok=True)
        return was_there
