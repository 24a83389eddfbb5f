"""How long to wait after a failure: drawn, so that a store's tills do not come back together."""

from random import Random, SystemRandom

FIRST_SECONDS = 0.5
"""At most, after the first failure. A gateway that starts anew is back within seconds."""

RETRY_AFTER_SECONDS_MAX = 300.0
"""How far somebody may put us off. More, and one wrong answer keeps a till's sales for a day."""


class Backoff:
    """Full jitter: anything from nothing to a bound that doubles with each failure."""

    def __init__(self, bound_seconds: float = 30.0, chance: Random | None = None) -> None:
        self._bound_seconds = bound_seconds
        self._chance = chance or SystemRandom()
        self._failures = 0

    def succeeded(self) -> None:
        """The next failure is the first again."""
        self._failures = 0

    def failed(self, at_least_seconds: float = 0.0) -> float:
        """Seconds to wait; ``at_least_seconds`` is what the other side asks for."""
        bound = min(self._bound_seconds, FIRST_SECONDS * 2 ** min(self._failures, 20))
        self._failures += 1
        asked = min(max(at_least_seconds, 0.0), RETRY_AFTER_SECONDS_MAX)
        return asked + self._chance.uniform(0, bound)
