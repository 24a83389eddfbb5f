"""Finds that another worker goes by this one's name.

Two static members of the same name put each other out of the group for ever: each joins anew,
takes the partitions, and loses them again. Kafka tells neither of them why.
"""

from collections import deque
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import IO

from engine.errors import EngineError

REMEDY = "give every worker a name of its own"

WINDOW_SECONDS = 60.0

EXPULSIONS_MAX = 3
"""So often within the window a member is not put out by accident: a worker that was suspended,
or a coordinator that moved, makes one."""


class NameTaken(EngineError):
    """Another worker has this one's name; the text says where, and what to do."""


class Rivals:
    """Counts how often this worker had to become another member of its group. Pure."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._member_id = ""
        self._expelled_at: deque[float] = deque()

    def look(self, member_id: str, now_seconds: float) -> None:
        """Take in the member id of this moment; raises `NameTaken`."""
        if not member_id or member_id == self._member_id:
            return
        if self._member_id:
            self._expelled_at.append(now_seconds)
        self._member_id = member_id
        while self._expelled_at and self._expelled_at[0] < now_seconds - WINDOW_SECONDS:
            self._expelled_at.popleft()
        if len(self._expelled_at) >= EXPULSIONS_MAX:
            raise NameTaken(
                f"{self._name!r} was put out of its group {EXPULSIONS_MAX} times within "
                f"{WINDOW_SECONDS:.0f} s, which another worker of the same name does: {REMEDY}"
            )


def claim(folder: Path) -> IO[bytes]:
    """Hold ``folder`` for this process until it ends, however that is.

    Keep what is returned. Raises `NameTaken` where a living process holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    held = (folder / "lock").open("ab")
    try:
        flock(held, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        held.close()
        raise NameTaken(f"another worker holds {folder}: stop that one, or {REMEDY}") from None
    return held
