"""Kafka as the board uses it: every partition of some topics, committed changes only.

The board is in no consumer group: it keeps no offsets, and each one sees everything.
"""

# pyright: reportMissingTypeStubs=false

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Generic, TypeVar

import structlog
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from clients import async_kafka
from clients.kafka import KafkaAccess
from dashboards.board.feed.sources import Source
from topics.decoder import Refused

FETCH_WAIT_MS = 50
"""How long a broker holds a fetch that it has nothing for. A partition that changes while the
fetch is held waits for the next: more is felt as delay, less is idle traffic."""

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

Place = tuple[str, int]
"""(topic, partition)."""


class TopicsMissing(Exception):
    """The topics do not exist yet."""


class Listener(Generic[R]):
    """Follows topics and hands on what they say, in order, for as long as it runs."""

    def __init__(
        self,
        kafka: KafkaAccess,
        topics: Collection[str],
        read: Read[R],
        heard: Callable[[list[R]], None],
        source: Source,
        passed_over: Callable[[str], None],
    ) -> None:
        self._kafka = kafka
        self._topics = topics
        self._read = read
        self._heard = heard
        self._source = source
        self._passed_over = passed_over
        self._next: dict[Place, int] = {}
        self._tables: Mapping[Place, int] | None = None
        self._rewind = False
        self._log: Any = structlog.get_logger("tillstream.board")

    async def run(self) -> None:
        """Follow until cancelled; goes on where it was after Kafka was away."""
        while True:
            try:
                async with _opened(self._kafka) as consumer:
                    await self._follow(consumer)
            except (KafkaError, TopicsMissing, TimeoutError, OSError) as fault:
                self._source.away(fault)
            except asyncio.CancelledError:
                if _is_cancelled():
                    raise
                self._source.away("the connection was closed")
            await asyncio.sleep(RETRY_SECONDS)

    def resume_from(self, tables: Mapping[Place, int]) -> None:
        """Read again from where the tables end, in case they end before what was heard.

        A partition that is not named is not in the tables at all, and is read from its start.
        """
        self._tables = tables
        self._rewind = True

    async def _follow(self, consumer: Any) -> None:
        places = await _places(self._kafka, self._topics)
        consumer.assign(places)
        await self._begin(consumer, places)
        while True:
            if self._rewind:
                self._go_back(consumer, places)
            if not await self._take(consumer):
                await _probe(consumer, places)
            self._source.back()

    async def _begin(self, consumer: Any, places: list[TopicPartition]) -> None:
        """Go on where we were; at the first start from the end, until the tables are read."""
        ends = await _probe(consumer, places)
        for place in places:
            self._next.setdefault((place.topic, place.partition), ends[place])
            consumer.seek(place, self._next[place.topic, place.partition])

    def _go_back(self, consumer: Any, places: list[TopicPartition]) -> None:
        self._rewind = False
        for place in places:
            key = (place.topic, place.partition)
            end_of_table = (self._tables or {}).get(key, 0)
            if end_of_table < self._next[key]:
                self._next[key] = end_of_table
                consumer.seek(place, end_of_table)

    async def _take(self, consumer: Any) -> bool:
        fetched = await consumer.getmany(
            timeout_ms=int(PROBE_SECONDS * 1000), max_records=RECORDS_MAX
        )
        rows: list[R] = []
        for place, records in fetched.items():
            rows.extend(self._rows(records))
            self._next[place.topic, place.partition] = records[-1].offset + 1
        if rows:
            self._heard(rows)
        # A fetch that was waiting in memory does not let anyone else run.
        await asyncio.sleep(0)
        return bool(fetched)

    def _rows(self, records: list[Any]) -> Iterator[R]:
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


def _is_cancelled() -> bool:
    """Whether this task is to end. aiokafka cancels what waits for a connection that broke, and
    to whoever waits the two look alike."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


@asynccontextmanager
async def _opened(kafka: KafkaAccess) -> AsyncGenerator[Any]:
    consumer = async_kafka.consumer(
        kafka,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        fetch_max_wait_ms=FETCH_WAIT_MS,
    )
    try:
        await consumer.start()
        yield consumer
    finally:
        await consumer.stop()


async def _places(kafka: KafkaAccess, topics: Collection[str]) -> list[TopicPartition]:
    """All partitions of the topics. The whole cluster is asked, so that asking makes no topic."""
    admin = async_kafka.admin(kafka)
    try:
        await admin.start()
        described = {topic["topic"]: topic["partitions"] for topic in await admin.describe_topics()}
    finally:
        await admin.close()
    missing = sorted(set(topics) - described.keys())
    if missing:
        raise TopicsMissing(f"no topic {', '.join(missing)}: run 'tillstream topics sync'")
    return [
        TopicPartition(topic, partition["partition"])
        for topic in topics
        for partition in described[topic]
    ]


async def _probe(consumer: Any, places: list[TopicPartition]) -> dict[TopicPartition, int]:
    """Where the partitions end; raises where Kafka does not say."""
    async with asyncio.timeout(PROBE_SECONDS):
        return await consumer.end_offsets(places)
