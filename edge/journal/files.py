"""The journal's file: one process writes it, and what is committed is on the disk."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO, TypeVar

import apsw

from edge.durable import BUSY_MS, open_durable
from edge.journal import form
from edge.journal.errors import DiskFull, JournalError, JournalInUse, JournalUnusable
from edge.journal.reserve import Reserve

T = TypeVar("T")


class JournalFile:
    """The open file. One thread's only."""

    def __init__(self, path: Path, vfs: str | None = None, reserve: Reserve | None = None) -> None:
        """Open the file or make it; raises `JournalInUse` or `JournalUnusable`.

        ``vfs`` is a file system that apsw knows by this name, None for the system's.
        """
        self._path = path
        self.reserve = reserve or Reserve(path.with_name(f"{path.name}.reserve"))
        self._failure: str | None = None
        self._lock = _lock(path.with_name(f"{path.name}.lock"))
        try:
            self.database = self._opened(vfs)
        except BaseException as error:
            self._lock.close()
            if isinstance(error, (apsw.Error, OSError)):
                raise JournalUnusable(f"no journal in {path}: {error}") from error
            raise
        self.reserve.take()

    def _opened(self, vfs: str | None) -> Any:
        try:
            return _open(self._path, vfs)
        except (apsw.FullError, apsw.IOError):
            if not self.reserve.give():  # a till must start on a disk that is full, too
                raise
        return _open(self._path, vfs)

    def transact(self, work: Callable[[], T]) -> T:
        """Do ``work`` in one transaction, which is on the disk when this returns.

        Where the disk is full, the reserve is given and it is tried once more; so ``work`` may be
        called twice. Raises `DiskFull`, and `JournalUnusable` where nobody can say what is on the
        disk: the process must then start anew. What ``work`` raises comes through, and nothing of
        it stays.
        """
        try:
            return self._once(work)
        except apsw.FullError:
            if not self.reserve.give():
                raise self._full() from None
        try:
            return self._once(work)
        except apsw.FullError:
            raise self._full() from None

    def _once(self, work: Callable[[], T]) -> T:
        if self._failure:
            raise JournalUnusable(self._failure)
        try:
            with self.database:
                return work()
        except (JournalError, apsw.FullError):
            raise
        except apsw.Error as error:
            # After a sync that failed, a second one may report what the disk does not have.
            self._failure = f"{self._path} can no longer be written ({error}): start anew"
            raise JournalUnusable(self._failure) from error

    def _full(self) -> DiskFull:
        return DiskFull(f"the disk of {self._path} is full: nothing was written")

    def close(self) -> None:
        """Close the file and let others have it."""
        try:
            self.database.close()
        finally:
            self._lock.close()


def open_to_read(path: Path) -> Any:
    """A connection that only reads, also beside the process that writes; `JournalUnusable`."""
    try:
        database: Any = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
        database.set_busy_timeout(BUSY_MS)
        form.check(database)
    except apsw.Error as error:
        raise JournalUnusable(f"no journal can be read from {path}: {error}") from error
    return database


def _open(path: Path, vfs: str | None) -> Any:
    database = open_durable(path, vfs)
    form.bring_up(database)
    return database


def _lock(path: Path) -> TextIO:
    """Keep others from writing for as long as the file is open, or this process lives.

    SQLite's own lock would keep readers out as well.
    """
    try:
        path.touch(mode=0o600, exist_ok=True)  # whoever can open it could keep the till out
        file = path.open("a+")
    except OSError as error:
        raise JournalUnusable(f"the journal cannot be locked: {error}") from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.seek(0)
        holder = file.read(20).strip() or "another"
        file.close()
        raise JournalInUse(
            f"process {holder} writes this journal already: end it first ({path})"
        ) from None
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file
