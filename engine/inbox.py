"""What was fetched for one partition and waits to be folded, by a task of its own.

So a partition whose transaction takes long holds up nobody but itself.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

from engine.contract import Record
from engine.partition import PartitionWork

FETCHED_RECORDS_MAX = 2_000
"""From so many on nothing more is taken for a partition until it has folded some of them. Less,
and the fold waits for a fetch; more is memory, for one more fetch of each topic comes on top."""


class Inbox:
    """Folds what comes, topic by topic in the order in which it came."""

    def __init__(
        self,
        work: PartitionWork,
        took_some: Callable[[], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        self._work = work
        self._took_some = took_some
        self._failed = failed
        self._waiting: deque[tuple[str, Sequence[Record]]] = deque()
        self._came = asyncio.Event()
        self._task = asyncio.create_task(self._keep_folding())

    @property
    def has_room(self) -> bool:
        """Whether more is to be fetched."""
        return self._work.progress.fetched < FETCHED_RECORDS_MAX

    def put(self, topic: str, records: Sequence[Record]) -> None:
        """Take all of ``records``, however many: the next fetch goes on behind them."""
        self._waiting.append((topic, records))
        self._work.progress.fetched += len(records)
        self._came.set()

    async def close(self) -> None:
        """Fold no more. What waits is fetched again by the partition's next owner."""
        self._task.cancel()
        await asyncio.wait([self._task])

    async def _keep_folding(self) -> None:
        try:
            while True:
                await self._came.wait()
                self._came.clear()
                while self._waiting:
                    topic, records = self._waiting.popleft()
                    async for folded in self._work.fold_slices(topic, records):
                        self._work.progress.fetched -= folded
                        self._took_some()
        except Exception as error:
            self._failed(error)
