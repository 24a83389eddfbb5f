"""A queue that has an end, before work that costs much."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from dashboards.board.people.sign_ins import SignInRefused

WAITING_MAX = 60
"""Whoever comes last waits three seconds, at 50 ms each. With a longer queue people give up while
it still works for them; with a shorter one a few programs at once keep everybody out."""


class Crowded(SignInRefused):
    """So many sign in at once that one more would wait too long."""

    result = "crowded"

    def __init__(self) -> None:
        words = "Very many sign-ins are being tried at this moment. Try again in a few seconds."
        super().__init__("Not signed in", words, 503)


class Lane:
    """One at a time, in the order in which they came."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._inside = 0

    @asynccontextmanager
    async def turn(self) -> AsyncGenerator[None]:
        """Wait for one's turn; raises `Crowded` at once where too many wait."""
        if self._inside > WAITING_MAX:
            raise Crowded
        self._inside += 1
        try:
            async with self._lock:
                yield
        finally:
            self._inside -= 1
