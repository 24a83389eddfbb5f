"""Where the tests keep what nobody needs after them: in memory, where there is enough of it.

A test's database is a thousand files, of which a disk makes half a second, and what tills and
gateways acknowledge is synced before: most of such a test is waiting for the disk. Nothing that a
test looks at depends on it, because what is killed here is a process and never the machine. What
fills or measures a disk takes one (`tests.lots.Lot`).
"""

import os
import tempfile
from pathlib import Path

SHARED = Path("/dev/shm")  # noqa: S108 - each takes a folder of its own in it

ROOM_BYTES_MIN = 8 * 1024**3
"""In that file system. Each of two lots may have a gigabyte of PostgreSQL's log, some dozen
databases of 13 MB, and some hundred megabytes of brokers and workers."""

AVAILABLE_BYTES_MIN = 12 * 1024**3
"""Of memory, before anything is kept in it: stacks, servers and browsers of two lots take as much
as that room."""

_MEMINFO = Path("/proc/meminfo")


def quick_folder() -> str:
    """The folder in which temporary ones are made; the system's own where memory is short."""
    is_roomy = _has_room(SHARED) and _available_bytes() >= AVAILABLE_BYTES_MIN
    return str(SHARED) if is_roomy else tempfile.gettempdir()


def _has_room(folder: Path) -> bool:
    if not os.access(folder, os.W_OK | os.X_OK):
        return False
    told = os.statvfs(folder)
    # Tests write programs as well, and start them.
    return not told.f_flag & os.ST_NOEXEC and told.f_bavail * told.f_frsize >= ROOM_BYTES_MIN


def _available_bytes() -> int:
    """What the kernel thinks it could still give away; 0 where it says nothing of that."""
    told = dict(line.split(":", 1) for line in _MEMINFO.read_text().splitlines())
    return int(told.get("MemAvailable", "0 kB").split()[0]) * 1024
