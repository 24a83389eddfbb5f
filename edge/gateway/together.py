"""What many tills send at once goes on together: the topic syncs each append, and a sync takes
longer than all the rest.

One lot is under way at a time. Those that wait meanwhile go in the next one: all small ones, so
that a sale never waits for a till that was away for a day, and of the large ones as many as fit.
Between tills there is no order to keep; of one till nothing waits beside what it sent before.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from edge.gateway.spool import TopicMessage

LOT_BYTES_MAX = 512 * 1024
"""Of the large ones in a lot. A sale waits for the lot before its own: more is a longer wait for
it, less is more syncs for what a day of many tills brings."""

SMALL_BYTES_MAX = 16 * 1024
"""Of what counts as small: a sale with its cart's events. The tills of a store bound how many there
are."""

Send = Callable[[Sequence[TopicMessage]], Awaitable[None]]
"""Returns once all are durable; raises where they may not be."""


class _Waiting(NamedTuple):
    messages: Sequence[TopicMessage]
    size: int
    done: asyncio.Future[None]


class SentTogether:
    """Sends what many give, one lot after the other. One loop's only."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._waiting: list[_Waiting] = []
        self._sending: asyncio.Task[None] | None = None

    async def send(self, messages: Sequence[TopicMessage]) -> None:
        """Return once the messages are durable; raises what sending their lot raised."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        size = sum(len(message.value) for message in messages)
        self._waiting.append(_Waiting(messages, size, done))
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._send_all())
        await done

    async def _send_all(self) -> None:
        while self._waiting:
            lot = self._next_lot()
            try:
                await self._send([message for each in lot for message in each.messages])
            except Exception as error:
                _tell(lot, error)
            else:
                _tell(lot, None)

    def _next_lot(self) -> list[_Waiting]:
        lot = [each for each in self._waiting if each.size <= SMALL_BYTES_MAX]
        room = LOT_BYTES_MAX
        for each in self._waiting:
            if each.size > SMALL_BYTES_MAX and (each.size <= room or room == LOT_BYTES_MAX):
                lot.append(each)
                room -= each.size
        taken = {id(each) for each in lot}
        self._waiting = [each for each in self._waiting if id(each) not in taken]
        return lot


def _tell(lot: Sequence[_Waiting], error: Exception | None) -> None:
    for each in lot:
        if each.done.done():
            continue  # nobody waits for it any more
        if error is None:
            each.done.set_result(None)
        else:
            each.done.set_exception(error)
