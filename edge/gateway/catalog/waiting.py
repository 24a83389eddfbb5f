"""Tills that wait for news, and no more of them than fit."""

import asyncio
from collections import deque

from edge.gateway.limits import too_much

WAITING_MAX = 400
"""Calls that are held open. A store has tens of tills, 200 at the most; each holds a socket and
some KiB, and counts among the requests under way (`edge.gateway.limits.AT_ONCE_MAX`)."""

WAITING_PER_TILL = 2
"""Of one till. It asks one at a time, and again where a connection broke: that one is told late."""


class WaitingTills:
    """Calls that are held open. One loop's only."""

    def __init__(self) -> None:
        self._by_till: dict[str, deque[asyncio.Future[None]]] = {}
        self._closed = False

    @property
    def count(self) -> int:
        """How many wait."""
        return sum(len(each) for each in self._by_till.values())

    async def wait(self, till_id: str, seconds: float) -> None:
        """Return when there is news, the time has passed, or a stop was asked for.

        Raises `Refusal` (429) where too many wait; of one till the oldest makes room.
        """
        if self._closed or seconds <= 0:
            return
        own = self._by_till.get(till_id, deque())
        if len(own) < WAITING_PER_TILL and self.count >= WAITING_MAX:
            raise too_much(f"{WAITING_MAX} tills wait for news here.")
        await self._wait(till_id, seconds)

    async def _wait(self, till_id: str, seconds: float) -> None:
        own = self._by_till.setdefault(till_id, deque())
        if len(own) >= WAITING_PER_TILL:
            _wake(own[0])
        told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        own.append(told)
        try:
            await asyncio.wait((told,), timeout=seconds)
        finally:
            own.remove(told)
            if not own:
                self._by_till.pop(till_id, None)

    def tell(self) -> None:
        """There is news."""
        for own in self._by_till.values():
            for each in own:
                _wake(each)

    def close(self) -> None:
        """Hold nobody any more: a stop must not wait."""
        self._closed = True
        self.tell()


def _wake(told: asyncio.Future[None]) -> None:
    if not told.done():
        told.set_result(None)
