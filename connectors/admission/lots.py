"""Lots of what stores send, without the topics in which somebody put what no client can unpack.

The broker takes a header whose name is no text, and the client fails over it, together with all
that it had at hand. Whoever holds a store's key could so silence every store. So all is read again
from what was moved, a topic at a time, and the one that fails is left alone until the process is
started anew.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

RECORDS_MAX = 2_000
"""Of one lot, and so of one transaction. Fewer spend their time on commits; with more, a store that
drains a day holds up what others say by more than a tenth of a second."""

WAIT_MS = 200
"""How long nothing may come before it is seen whether to stop. What comes ends the wait."""

_LOOK_AGAIN_SECONDS = 0.05

Lot = Mapping[Any, Sequence[Any]]
"""Records by topic and partition, in order."""


class ReadAgain(Exception):
    """Something could not be unpacked, and what was with it is lost to this consumer."""


class Lots:
    """``left_alone`` is told each topic and partition that is."""

    def __init__(self, left_alone: Callable[[Any], object]) -> None:
        self._left_alone = left_alone
        self._unreadable: set[Any] = set()
        self._one_by_one = False

    async def next(self, consumer: Any) -> Lot:
        """What has come, soon; raises `ReadAgain`, and then wants another consumer."""
        places = consumer.assignment() - self._unreadable
        if self._one_by_one:
            return await self._search(consumer, places)
        if self._unreadable and not places:
            await asyncio.sleep(WAIT_MS / 1000)
            return {}
        # Without names, all that is assigned is meant, also what will be in a moment.
        named = places if self._unreadable else ()
        try:
            return await consumer.getmany(*named, timeout_ms=WAIT_MS, max_records=RECORDS_MAX)
        except UnicodeDecodeError as fault:
            self._one_by_one = True
            raise ReadAgain(str(fault)) from fault

    async def _search(self, consumer: Any, places: set[Any]) -> Lot:
        """One topic after the other, until the one is found that fails."""
        for place in sorted(places):
            try:
                lot = await consumer.getmany(place, timeout_ms=0, max_records=RECORDS_MAX)
            except UnicodeDecodeError:
                self._unreadable.add(place)
                self._one_by_one = False
                self._left_alone(place)
                return {}
            if lot:
                return lot
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        return {}
