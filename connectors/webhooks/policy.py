"""How often, how long and how many at a time: the rules of sending, without clocks or I/O."""

import random
from dataclasses import dataclass

ATTEMPTS_MAX = 10
"""Attempts before a message is given up. With the waits below that is about a day: fewer give up
over a night without staff, more keep what nobody will ever take."""

FIRST_WAIT_SECONDS = 5.0
"""Before the second attempt. Shorter hits a server that just restarts; longer makes every slip
felt."""

WAIT_FACTOR = 4.0

WAIT_SECONDS_MAX = 6 * 60 * 60.0
"""Longest wait between two attempts: an endpoint that is mended hears of it within the shift."""

TIMEOUT_SECONDS = 10.0
"""One attempt, from the look-up of the name to the status. Longer lets a hanging endpoint hold its
places; shorter fails behind a slow line."""

LETTER_DAYS = 90
"""How long a message that was given up waits for somebody to send it again. The alert that it
tells of has long moved on by then; less would forget it over a long holiday."""

IN_FLIGHT_MAX = 4
"""Messages on their way to one endpoint at a time. One would be as slow as the endpoint's answer;
many would take down a small server after an outage."""

_CLAIM_MARGIN_SECONDS = 10.0
"""Beyond the timeout, for a worker that is slow to note what came of an attempt. Shorter sends
twice on a busy machine; longer delays what a killed worker had claimed."""


@dataclass(frozen=True, slots=True)
class DeliveryPolicy:
    """The rules of one worker; waits and timeouts in seconds, ``letter_days`` in days."""

    attempts_max: int = ATTEMPTS_MAX
    first_wait_seconds: float = FIRST_WAIT_SECONDS
    timeout_seconds: float = TIMEOUT_SECONDS
    in_flight_max: int = IN_FLIGHT_MAX
    letter_days: int = LETTER_DAYS

    @property
    def claim_seconds(self) -> float:
        """How long a claimed message belongs to its worker."""
        return self.timeout_seconds + _CLAIM_MARGIN_SECONDS

    def wait_seconds(self, attempts: int) -> float | None:
        """How long to wait after so many failed attempts; None where it is time to give up.

        With jitter of a fifth to either side, so that what failed together does not return
        together.
        """
        if attempts >= self.attempts_max:
            return None
        wait_seconds = self.first_wait_seconds * WAIT_FACTOR ** (attempts - 1)
        return min(wait_seconds, WAIT_SECONDS_MAX) * random.uniform(0.8, 1.2)  # noqa: S311
