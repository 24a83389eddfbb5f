"""Kafka as the board uses it: every partition of some topics, committed changes only.

The board is in no consumer group: it keeps no offsets, and each one sees everything.
"""

import asyncio
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

import structlog

from clients.kafka import KafkaAccess
from dashboards.board.feed.sources import FeedSource
from following.reader import KAFKA_AWAY, Reader, opened
from following.records import FollowedRecord, Place, Positions
from topics.decoder import Refused

RECORDS_MAX = 2_000
"""Records taken at a time, some ten milliseconds: pages and streams are served in between."""

PROBE_SECONDS = 2.0
"""Between two questions whether Kafka is there, and how long an answer may take. It is what a
viewer waits before being told that figures stand still."""

RETRY_SECONDS = 1.0
"""Between two attempts to reach a Kafka that is away, or topics that do not exist yet."""

R = TypeVar("R")

Read = Callable[[str, bytes | None, bytes | None], R | None]
"""From topic, key and value of a message to what it says; None where it says nothing. Raises
`Refused`: such a message is counted by its topic, told in the log, and passed over."""


class Listener(Generic[R]):
    """Follows topics and hands on what they say, in order, for as long as it runs."""

    def __init__(
        self,
        kafka: KafkaAccess,
        topics: Collection[str],
        read: Read[R],
        heard: Callable[[list[R]], None],
        source: FeedSource,
        passed_over: Callable[[str], None],
        since: datetime | None = None,
    ) -> None:
        """``since`` is where the first start begins; at the end, where nobody says."""
        self._kafka = kafka
        self._topics = topics
        self._read = read
        self._heard = heard
        self._source = source
        self._passed_over = passed_over
        self._since = since
        self._next: dict[Place, int] = {}
        self._tables: Positions | None = None
        self._log: Any = structlog.get_logger("tillstream.board")

    async def run(self) -> None:
        """Follow until cancelled; goes on where it was after Kafka was away."""
        while True:
            try:
                async with opened(self._kafka, self._topics, begin_anew=True) as reader:
                    await self._follow(reader)
            except KAFKA_AWAY as fault:
                self._source.away(fault)
            await asyncio.sleep(RETRY_SECONDS)

    def resume_from(self, tables: Positions) -> None:
        """Read again from where the tables end, in case they end before what was heard.

        A partition that is not named is not in the tables at all, and is read from its start.
        """
        self._tables = tables

    async def _follow(self, reader: Reader) -> None:
        first = await self._first(reader)
        self._next = {place: self._next.get(place, offset) for place, offset in first.items()}
        reader.seek(self._next)
        while True:
            if self._tables is not None:
                self._go_back(reader, self._tables)
            if not await self._take(reader):
                await _ends(reader)
            self._source.back()

    async def _first(self, reader: Reader) -> Positions:
        # The ends come first: what is written between both questions is after them.
        ends = await _ends(reader)
        since = {} if self._since is None else await reader.offsets_since(self._since)
        return {**ends, **since}

    def _go_back(self, reader: Reader, tables: Positions) -> None:
        self._tables = None
        back = {place: tables.get(place, 0) for place in self._next}
        back = {place: end for place, end in back.items() if end < self._next[place]}
        self._next.update(back)
        reader.seek(back)

    async def _take(self, reader: Reader) -> bool:
        fetched = await reader.take(RECORDS_MAX, PROBE_SECONDS)
        if self._tables is not None:  # came meanwhile: what they ask for again is told once
            reader.seek({place: self._next[place] for place in fetched})
            return True
        rows: list[R] = []
        for place, records in fetched.items():
            rows.extend(self._rows(records))
            self._next[place] = records[-1].offset + 1
        if rows:
            self._heard(rows)
        # A fetch that was waiting in memory does not let anyone else run.
        await asyncio.sleep(0)
        return bool(fetched)

    def _rows(self, records: Sequence[FollowedRecord]) -> Iterator[R]:
        for record in records:
            try:
                row = self._read(record.topic, record.key, record.value)
                if row is not None:
                    yield row
            except Refused as fault:
                self._passed_over(record.topic)
                self._log.error(
                    "row_passed_over",
                    place=f"{record.topic}-{record.partition}-{record.offset}",
                    cause=str(fault),
                )


async def _ends(reader: Reader) -> Positions:
    """Where the partitions end; raises where Kafka does not say."""
    async with asyncio.timeout(PROBE_SECONDS):
        return await reader.end_offsets()
