"""A service that is away: how long to wait, and what to say meanwhile."""

import asyncio
import contextlib
import random
import time
from collections.abc import Callable
from typing import Any, Protocol

FIRST_WAIT_SECONDS = 0.1
"""A restart that takes less is not noticed; a much shorter wait would hammer a starting server."""

LONGEST_WAIT_SECONDS = 5.0
"""Worst delay after the service is back. Longer delays the board; shorter fills the logs of a
server that has trouble enough."""

REMINDER_SECONDS = 60.0
"""Between two lines about the same outage: it must not drown the log that explains it."""


class Switch(Protocol):
    """A gauge that is 1 or 0."""

    def set(self, value: float) -> None: ...


class Outage:
    """The state of one service, told to the log once, and again at long intervals.

    ``waited`` is told the seconds of each wait for it.
    """

    def __init__(
        self, service: str, up: Switch, log: Any, waited: Callable[[float], object] | None = None
    ) -> None:
        self._up = up
        self._log = log.bind(service=service)
        self._waited = waited
        self._since: float | None = None
        self._told: float = 0.0
        self._wait_seconds = FIRST_WAIT_SECONDS

    def note_failure(self, cause: BaseException) -> float:
        """Note a failure; returns how many seconds to wait before the next attempt."""
        self._up.set(0)
        now = time.monotonic()
        if self._since is None:
            self._since, self._told = now, now
            self._log.warning("service_away", cause=_line(cause), then="waiting for it to return")
        elif now - self._told >= REMINDER_SECONDS:
            self._told = now
            self._log.warning(
                "service_still_away", cause=_line(cause), seconds=round(now - self._since)
            )
        wait_seconds = self._wait_seconds
        self._wait_seconds = min(2 * wait_seconds, LONGEST_WAIT_SECONDS)
        # Jitter, so that all that waits for one server does not return at once.
        return wait_seconds * random.uniform(0.5, 1.0)  # noqa: S311 - no secret

    async def wait(self, cause: BaseException, stopping: asyncio.Event) -> None:
        """Note a failure, and wait before the next attempt, though not once ``stopping`` is set."""
        wait_seconds, started = self.note_failure(cause), time.monotonic()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), wait_seconds)
        if self._waited is not None:
            self._waited(time.monotonic() - started)

    def note_answer(self) -> None:
        """Note that the service answers."""
        self._up.set(1)
        if self._since is not None:
            self._log.info("service_back", seconds=round(time.monotonic() - self._since, 1))
        self._since = None
        self._wait_seconds = FIRST_WAIT_SECONDS


def _line(cause: BaseException) -> str:
    return " ".join(str(cause).split()) or type(cause).__name__
