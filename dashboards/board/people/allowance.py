"""How much of something each may do before they must wait: a leaky bucket for each. No I/O."""

import time
from collections.abc import Callable
from typing import Generic, TypeVar

from dashboards.board.feed.recent import Recent

K = TypeVar("K")

KEYS_MAX = 20_000
"""Whom an allowance remembers, at some 300 bytes each. With fewer, who comes from many addresses
makes it forget; more is memory for strangers."""


class Allowance(Generic[K]):
    """So many at once, and one more every so many seconds."""

    def __init__(
        self, burst: int, seconds_each: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._burst = burst
        self._seconds_each = seconds_each
        self._clock = clock
        self._used: Recent[K, tuple[float, float]] = Recent(KEYS_MAX)

    def take(self, key: K) -> float:
        """Take one: 0.0; or the seconds until there is one, and nothing is taken."""
        wait, used = self.wait(key), self._now(key)
        # Also who is refused is remembered longer than those who have not been here since.
        self._used.set(key, (used if wait else used + 1, self._clock()))
        return wait

    def wait(self, key: K) -> float:
        """The seconds until there is one to take."""
        return max(0.0, self._now(key) + 1 - self._burst) * self._seconds_each

    def give_back(self, key: K) -> None:
        """Undo a `take` that was not used."""
        self._used.set(key, (max(0.0, self._now(key) - 1), self._clock()))

    def forget(self, key: K) -> None:
        """Begin anew."""
        self._used.pop(key)

    def _now(self, key: K) -> float:
        used, at = self._used.get(key) or (0.0, 0.0)
        return max(0.0, used - (self._clock() - at) / self._seconds_each)
