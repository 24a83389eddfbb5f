"""How much one store may ask: a store that was stolen must not read what all others sold."""

import time
from collections.abc import Callable
from http import HTTPStatus

from edge.problems import Code, Refusal

BURST = 200
"""Questions at once: all tills of a large store when its line is back, each with some."""

PER_SECOND = 5.0
"""And then: a question of each of sixty tills every twelve seconds. At that rate the receipts of a
thousand stores' day take whoever guesses numbers weeks; with less, a busy store would wait."""


class StoreQuotas:
    """By location; as many as there are stores with a certificate."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, location_id: str) -> None:
        """One question more of a store; raises `Refusal` (429) where that is too much."""
        now = self._clock()
        left, at = self._left.get(location_id, (float(BURST), now))
        left = min(float(BURST), left + (now - at) * PER_SECOND)
        if left < 1:
            self._left[location_id] = (left, now)
            words = "This store asks too much."
            raise Refusal(
                HTTPStatus.TOO_MANY_REQUESTS, Code.BUSY, words, headers={"Retry-After": "1"}
            )
        self._left[location_id] = (left - 1, now)
