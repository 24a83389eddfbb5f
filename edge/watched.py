"""What the centre's watches over till events share: records, counters, a log that has an end."""

import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

TOLD_MAX = 20
"""Lines of one minute: the first say all. Whoever writes into the topic could fill the disk."""

MINUTE_SECONDS = 60.0


class WatchedRecord(Protocol):
    """What is looked at of a message in `till.cart-events`."""

    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Sequence[tuple[str, bytes]]: ...


class ResultCounter(Protocol):
    """Counts by a label."""

    def labels(self, *values: str) -> Any: ...


class MinuteQuota:
    """Lets so much of a minute be told, and no more."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since = clock()
        self._told = 0

    def take(self) -> bool:
        """Whether one more may be told."""
        now = self._clock()
        if now - self._since >= MINUTE_SECONDS:
            self._since, self._told = now, 0
        self._told += 1
        return self._told <= TOLD_MAX
