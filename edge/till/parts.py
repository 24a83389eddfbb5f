"""The parts of a till that run beside selling: each begins anew after its own faults."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from edge.journal.errors import JournalUnusable

AGAIN_SECONDS = 30.0
"""Before a part that has failed by a fault of its own begins anew. The till sells meanwhile: a
fault in what it is told must not keep it from that."""


async def going_on(part: Callable[[], Awaitable[None]]) -> None:
    """A part of the till that begins anew after whatever fails in it, but for the journal."""
    while True:
        try:
            await part()
            return
        except Exception as error:
            failed = first_of(error)
            if isinstance(failed, JournalUnusable):
                raise failed from error
            structlog.get_logger("tillstream.till").exception("part_failed")
        await asyncio.sleep(AGAIN_SECONDS)


def first_of(failed: BaseException) -> BaseException:
    """What went wrong first, without the groups around it."""
    inner: Sequence[BaseException] = getattr(failed, "exceptions", ())
    return first_of(inner[0]) if inner else failed
