"""How far a store is with its feed, by its own word. Pure."""

from collections import deque
from typing import NamedTuple

from topics.store_status import StoreStatus

MARKS_MAX = 1_000
"""Moments that are remembered of a feed. Of a store that is dark for long every second one is
dropped: its age is then known a little less exactly, and never too low."""

MARK_SECONDS = 1.0


class _Mark(NamedTuple):
    version: int
    said_at: float


class FeedStanding:
    """One store's. Times are in seconds since 1970."""

    def __init__(self) -> None:
        self._marks: deque[_Mark] = deque()
        self._version = 0
        self.status: StoreStatus | None = None

    def said(self, version: int, at: float) -> None:
        """The feed has reached a version."""
        if version <= self._version:
            return
        if not self._marks or at >= self._marks[-1].said_at + MARK_SECONDS:
            self._marks.append(_Mark(self._version + 1, at))
        self._version = version
        if len(self._marks) > MARKS_MAX:
            self._marks = deque(list(self._marks)[::2])

    def applied(self, feed_id: str) -> int:
        """The version of this feed that the store has reported, 0 where it has not."""
        told = self.status
        return told.applied_version if told is not None and told.feed == feed_id else 0

    def is_whole(self, feed_id: str) -> bool | None:
        """Whether the store has what its feed says; None where it has not said.

        It has not, where it follows another feed, or says that it is beyond this one.
        """
        told = self.status
        if told is None or told.feed is None:
            return None
        if told.feed != feed_id or told.applied_version > self._version:
            return False
        return told.is_whole

    def behind_seconds(self, feed_id: str, now: float) -> float:
        """How long ago the first change was said that the store has not reported; 0 of none."""
        applied = self.applied(feed_id)
        while len(self._marks) > 1 and self._marks[1].version <= applied + 1:
            self._marks.popleft()
        if applied >= self._version or not self._marks:
            return 0.0
        return max(0.0, now - self._marks[0].said_at)
