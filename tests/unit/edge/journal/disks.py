"""File systems that fail: one forgets what was not synced, one is full, one kills its writer.

Each is a VFS of apsw's over the system's, so SQLite and the files are the real ones.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import apsw


class Disk(apsw.VFS):
    """A file system whose files are `file_type`, under a name that a journal is given."""

    name = "tests-disk"
    file_type: "type[DiskFile]"

    def __init__(self) -> None:
        super().__init__(self.name, "", maxpathname=1024)

    def xOpen(self, name: Any, flags: list[int]) -> "DiskFile":
        return self.file_type(self, name, flags)


class DiskFile(apsw.VFSFile):
    """A file of a disk; the disk is told of each write and sync before it happens."""

    def __init__(self, disk: Any, name: Any, flags: list[int]) -> None:
        super().__init__("", name, flags)
        self.disk = disk


@contextmanager
def mounted(disk: Disk) -> Iterator[Disk]:
    """Let journals use the disk."""
    try:
        yield disk
    finally:
        disk.unregister()


class ForgetfulDisk(Disk):
    """Holds writes in memory until they are synced; a power cut loses them, all or some."""

    def __init__(self) -> None:
        self.file_type = ForgetfulFile
        self.files: list[ForgetfulFile] = []
        super().__init__()

    def xOpen(self, name: Any, flags: list[int]) -> DiskFile:
        file = ForgetfulFile(self, name, flags)
        self.files.append(file)
        return file

    def cut_power(self, chance: Random) -> None:
        """Of what was not synced, some pieces reach the disk, in any order, and the rest never."""
        for file in self.files:
            file.lose(chance)


class ForgetfulFile(DiskFile):
    """What is on the disk is the real file; what is not there yet are `pending` steps."""

    def __init__(self, disk: Any, name: Any, flags: list[int]) -> None:
        super().__init__(disk, name, flags)
        self.seen = bytearray(self._on_disk())
        self.pending: list[Callable[[], None]] = []
        self.lost = False

    def _on_disk(self) -> bytes:
        return super().xRead(super().xFileSize(), 0) if super().xFileSize() else b""

    def xFileSize(self) -> int:
        return len(self.seen)

    def xRead(self, amount: int, offset: int) -> bytes:
        return bytes(self.seen[offset : offset + amount])

    def xWrite(self, data: Any, offset: int) -> None:
        written = bytes(data)
        self.seen.extend(bytes(max(0, offset + len(written) - len(self.seen))))
        self.seen[offset : offset + len(written)] = written
        real = super().xWrite
        self.pending.append(lambda: real(written, offset))

    def xTruncate(self, newsize: int) -> None:
        del self.seen[newsize:]
        real = super().xTruncate
        self.pending.append(lambda: real(newsize))

    def xSync(self, flags: int) -> None:
        if self.lost:
            raise apsw.IOError("there is no power")
        for step in self.pending:
            step()
        self.pending.clear()
        super().xSync(flags)

    def lose(self, chance: Random) -> None:
        """Lose what is pending, but for some pieces."""
        self.lost = True
        share = chance.choice([0.0, 0.5, 1.0])
        kept = [step for step in self.pending if chance.random() < share]
        for step in kept:
            step()


class FullDisk(Disk):
    """Has room for so many bytes more; a freed reserve is counted by the test."""

    def __init__(self, room_bytes: int | None = None) -> None:
        self.file_type = FullFile
        self.room_bytes = room_bytes
        super().__init__()


class FullFile(DiskFile):
    """Refuses to grow where there is no room."""

    def xWrite(self, data: Any, offset: int) -> None:
        grows = max(0, offset + len(data) - self.xFileSize())
        if self.disk.room_bytes is not None:
            if grows > self.disk.room_bytes:
                raise apsw.FullError("no space left on device")
            self.disk.room_bytes -= grows
        super().xWrite(data, offset)


class TightDisk(Disk):
    """Opens no file while there is a reserve: a log that a kill left needs room to be read."""

    def __init__(self, reserve: Path) -> None:
        self.file_type = DiskFile
        self._reserve = reserve
        super().__init__()

    def xOpen(self, name: Any, flags: list[int]) -> DiskFile:
        if self._reserve.exists():
            raise apsw.IOError("disk I/O error")
        return super().xOpen(name, flags)


class DeadlyDisk(Disk):
    """Kills its process before the write or sync with a given number."""

    def __init__(self, at: int) -> None:
        self.file_type = DeadlyFile
        self.left = at
        super().__init__()

    def step(self) -> None:
        """One more write or sync is about to happen."""
        self.left -= 1
        if self.left < 0:
            os.kill(os.getpid(), signal.SIGKILL)


class DeadlyFile(DiskFile):
    """Tells its disk."""

    def xWrite(self, data: Any, offset: int) -> None:
        self.disk.step()
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:
        self.disk.step()
        super().xSync(flags)
