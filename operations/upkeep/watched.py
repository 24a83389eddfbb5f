"""A fact about another server, looked up again and again beside the work.

A scrape must not wait for a server that hangs, so it gets what was seen last.
"""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

STALE_SECONDS = 30.0
"""What is older is not told any more. Longer shows a hanging server as it was; shorter drops
facts because one look took long."""


class WatchedFact(Generic[T]):
    """The newest answer of ``look``, which must not raise."""

    def __init__(self, look: Callable[[], T], every_seconds: float) -> None:
        self._look = look
        self._every_seconds = every_seconds
        self._seen: tuple[float, T] | None = None
        threading.Thread(target=self._keep_looking, daemon=True).start()

    def value(self) -> T | None:
        """The newest answer; None before the first and where it is stale."""
        if self._seen is None:
            return None
        at, answer = self._seen
        fresh = time.monotonic() - at < STALE_SECONDS + self._every_seconds
        return answer if fresh else None

    def _keep_looking(self) -> None:
        while True:
            self._seen = (time.monotonic(), self._look())
            time.sleep(self._every_seconds)
