"""A consumer of one partition whose socket alone is replaced.

What a broker would have sent is unpacked by aiokafka's own fetch results and the engine's own
records, and positions are kept by aiokafka's own assignment.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiokafka.consumer.fetcher import READ_COMMITTED, FetchResult, PartitionRecords
from aiokafka.consumer.subscription_state import Assignment
from aiokafka.record.memory_records import MemoryRecords

from engine.fetching import PlainBuffer

Fetched = tuple[bytes, list[tuple[int, int]]]
"""Whole record batches from the one that holds the offset asked for, up to the last stable
offset; and the aborted transactions among them, by producer id and first offset."""


class OfflineConsumer:
    """As much of `engine.fetching.PlainConsumer` as `engine.changelog.read_tail` uses."""

    def __init__(
        self,
        fetch: Callable[[int], Awaitable[Fetched]],
        end: Callable[[], Awaitable[int]],
        buffer: Callable[[dict[Any, Any]], dict[Any, Any]] = PlainBuffer,
        isolation_level: int = READ_COMMITTED,
    ) -> None:
        self._fetch = fetch
        self._end = end
        self._buffer = buffer({})
        self._isolation_level = isolation_level

    def assign(self, partitions: list[Any]) -> None:
        """Read from these alone."""
        self._assignment = Assignment(partitions)

    async def end_offsets(self, partitions: list[Any]) -> dict[Any, int]:
        """The last stable offset."""
        end = await self._end()
        return dict.fromkeys(partitions, end)

    async def seek_to_beginning(self, partition: Any) -> None:
        """To offset 0."""
        self.seek(partition, 0)

    def seek(self, partition: Any, offset: int) -> None:
        """To ``offset``."""
        self._assignment.state_value(partition).seek(offset)

    async def position(self, partition: Any) -> int:
        """The next offset."""
        return self._assignment.state_value(partition).position

    async def getmany(
        self, partition: Any, *, timeout_ms: int, max_records: int
    ) -> dict[Any, list[Any]]:
        """Up to so many records; nothing where a fetch brings none, as after a timeout."""
        while True:
            if partition not in self._buffer and not await self._fill(partition, timeout_ms):
                return {}
            result = self._buffer[partition]
            records = result.getall(max_records)
            if not result.has_more():
                del self._buffer[partition]
            if records:
                return {partition: records}

    async def _fill(self, partition: Any, timeout_ms: int) -> bool:
        at = await self.position(partition)
        batches, aborted = await self._fetch(at)
        if not batches:
            return False
        records = PartitionRecords(
            partition,
            MemoryRecords(batches),
            aborted,
            at,
            None,
            None,
            True,
            self._isolation_level,
        )
        self._buffer[partition] = FetchResult(
            partition, assignment=self._assignment, partition_records=records, backoff=timeout_ms
        )
        return True
