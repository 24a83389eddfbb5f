"""Kafka as the sink uses it: partitions assigned by hand, offsets kept in PostgreSQL."""

# pyright: reportMissingTypeStubs=false

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Generator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any, cast

from aiokafka import TopicPartition
from aiokafka.errors import (
    KafkaConnectionError,
    OffsetOutOfRangeError,
    UnknownTopicOrPartitionError,
)

from clients import async_kafka
from clients.kafka import KafkaAccess
from connectors.postgres.sink.derived import Record
from connectors.postgres.sink.store import Place

FETCH_WAIT_MS = 50
"""How long a broker holds a fetch that it has nothing for. A partition that was being written
when the fetch left waits for the next: more is latency, less is idle traffic."""

PARTITION_FETCH_BYTES = 4 * 1024 * 1024
"""Room for some ten thousand events of one partition, so that a batch under load is large even
where few partitions are busy."""

ANSWER_SECONDS = 5.0
"""How long Kafka may take to tell its offsets before it counts as away."""

Fetched = dict[str, dict[int, Sequence[Record]]]
"""Records by topic and partition, in order."""


class Lost(Exception):
    """PostgreSQL's offsets are not in Kafka: they belong to another cluster."""


class Source:
    """The partitions of the sink's topics, read from where it is told."""

    def __init__(self, consumer: Any, partitions: Mapping[str, int]) -> None:
        self._consumer = consumer
        self.partitions = partitions
        """Partitions of each topic."""
        self._all = [
            TopicPartition(topic, partition)
            for topic, count in partitions.items()
            for partition in range(count)
        ]
        consumer.assign(self._all)

    async def first_offsets(self) -> dict[Place, int]:
        """The first offset that each partition still holds."""
        return _by_place(await self._ask(self._consumer.beginning_offsets(self._all)))

    async def end_offsets(self) -> dict[Place, int]:
        """The offset after the last committed record of each partition."""
        return _by_place(await self._ask(self._consumer.end_offsets(self._all)))

    def ends_heard(self) -> dict[Place, int]:
        """`end_offsets` as of the last fetch of each partition, without asking."""
        heard = {where: self._consumer.last_stable_offset(where) for where in self._all}
        return _by_place({where: end for where, end in heard.items() if end is not None})

    async def _ask(self, answer: Any) -> Any:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await answer
        except TimeoutError:
            raise TimeoutError(f"no answer for {ANSWER_SECONDS:g} s") from None

    def seek(self, offsets: Mapping[Place, int]) -> None:
        """Go on from these offsets; what was fetched and not yet taken is dropped."""
        for place, offset in offsets.items():
            self._consumer.seek(TopicPartition(*place), offset)

    async def take(self, records_max: int, wait_seconds: float) -> Fetched:
        """What is there, as soon as there is something; raises `Lost`."""
        try:
            with _own_cancellation():
                fetched = await self._consumer.getmany(
                    timeout_ms=int(wait_seconds * 1000), max_records=records_max
                )
        except OffsetOutOfRangeError as fault:
            raise Lost(
                f"Kafka does not hold the offsets that PostgreSQL names ({fault}): this database "
                "was filled from another cluster, or topics were made anew. Give the sink a fresh "
                "database, or reset the stack."
            ) from fault
        grouped: Fetched = {}
        for where, records in fetched.items():
            grouped.setdefault(where.topic, {})[where.partition] = cast(Sequence[Record], records)
        return grouped

    async def gather(self, records_max: int, wait_seconds: float, due: float) -> Fetched:
        """`take`, and then more until ``due``, a monotonic time: what comes meanwhile is one lot.

        Nothing is waited for where nothing came, or where ``due`` has passed.
        """
        gathered = await self.take(records_max, wait_seconds)
        count = _count(gathered)
        while gathered and count < records_max and (left := due - time.monotonic()) > 0:
            more = await self.take(records_max - count, left)
            count += _count(more)
            for topic, by_partition in more.items():
                for partition, records in by_partition.items():
                    held = gathered.setdefault(topic, {})
                    held[partition] = [*held.get(partition, ()), *records]
        return gathered

    async def positions(self, places: Iterable[Place]) -> dict[Place, int]:
        """The next offset of each place: past transaction markers, which are no records."""
        return {place: await self._consumer.position(TopicPartition(*place)) for place in places}


def _count(fetched: Fetched) -> int:
    return sum(len(some) for by_partition in fetched.values() for some in by_partition.values())


def _by_place(offsets: Mapping[TopicPartition, int]) -> dict[Place, int]:
    return {(where.topic, where.partition): offset for where, offset in offsets.items()}


async def partition_counts(kafka: KafkaAccess, topics: Iterable[str]) -> dict[str, int]:
    """Partitions of each topic; raises a `KafkaError` where one is missing."""
    admin = async_kafka.admin(kafka)
    try:
        await admin.start()
        described = await admin.describe_topics(list(topics))
    finally:
        await admin.close()
    missing = [topic["topic"] for topic in described if topic["error_code"]]
    if missing:
        raise UnknownTopicOrPartitionError(f"{', '.join(missing)}: run 'tillstream topics sync'")
    return {topic["topic"]: len(topic["partitions"]) for topic in described}


@asynccontextmanager
async def opened(kafka: KafkaAccess, topics: Iterable[str]) -> AsyncGenerator[Source]:
    """A source of all partitions of ``topics``; raises a `KafkaError` where Kafka is away."""
    partitions = await partition_counts(kafka, topics)
    consumer = async_kafka.consumer(
        kafka,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="none",
        isolation_level="read_committed",
        fetch_max_wait_ms=FETCH_WAIT_MS,
        max_partition_fetch_bytes=PARTITION_FETCH_BYTES,
    )
    try:
        await consumer.start()
        yield Source(consumer, partitions)
    finally:
        await _close(consumer)


async def _close(consumer: Any) -> None:
    # Stopped while a broker is away, aiokafka lets the cancellation of its own fetch out.
    with contextlib.suppress(KafkaConnectionError), _own_cancellation():
        await consumer.stop()


@contextmanager
def _own_cancellation() -> Generator[None]:
    """Tells a cancellation of ours from one that aiokafka lets out when a connection breaks."""
    try:
        yield
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        raise KafkaConnectionError("the connection was closed") from None
