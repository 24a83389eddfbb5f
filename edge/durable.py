"""SQLite files in which a thing is on the disk before anybody is told that it is kept."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import apsw

BUSY_MS = 5_000
"""Waited for who restores the log, or reads while it is. Nobody else writes, so more could only
hide a fault."""


def open_durable(path: Path, vfs: str | None = None) -> Any:
    """Open the file or make it, for its owner alone; raises `apsw.Error` and OSError.

    ``vfs`` is a file system that apsw knows by this name, None for the system's.
    """
    path.touch(mode=0o600, exist_ok=True)
    # apsw declares its parameters in part only.
    database: Any = apsw.Connection(str(path), vfs=vfs)
    database.set_busy_timeout(BUSY_MS)
    database.pragma("journal_mode", "wal")
    # Synced before it is told, so that it is there after a power cut.
    database.pragma("synchronous", "full")
    return database


def put_aside(path: Path) -> None:
    """Make room for a new file where the old one is damaged, and keep that for who wants to see."""
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    with suppress(FileNotFoundError):
        path.replace(path.with_name(f"{path.name}.damaged"))
