"""Moves what stores send, in transactions with its own positions: each message once, in order.

One process does it at a time: who starts ends the transaction of who was there before, and that one
stops. A message that is refused is moved as well, so no store holds up another.
"""

# pyright: reportMissingTypeStubs=false

import asyncio
import time
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import structlog
from aiokafka.errors import KafkaError, ProducerFenced
from aiokafka.structs import TopicPartition

from clients import async_kafka
from clients.errors import AccessError
from clients.kafka import KafkaAccess
from connectors.admission.judging import MovedOn, SentUp, judge
from connectors.admission.lots import Lots, ReadAgain
from connectors.admission.metrics import AdmissionMetrics
from connectors.superseding import Superseded
from following.outage import Outage
from topics.mirrored import ADMISSION_ID, UP, told_by
from topics.partitioning import partition_of

UNREADABLE = "unreadable"

PATTERN = rf"^up\..+\.({'|'.join(UP)})$"

NEW_STORES_MS = 10_000
"""How soon a store's topics are found once they are made; each look asks for all topics."""

SESSION_MS = 6_000
"""Shortest that a broker allows: as long, stores wait for who takes the place of one that died."""

PARTITION_FETCH_BYTES = 512 * 1024
"""Of one store in one fetch, so that one that drains leaves room for the others."""

BATCH_BYTES = 256 * 1024
REQUEST_BYTES_MAX = 9 * 1024 * 1024
"""As brokers take: the largest dead letter is well below, unpacked."""

TRANSACTION_MS = 30_000
"""After which Kafka gives up a transaction whose process died: readers wait for it as long."""


class AdmissionLoop:
    """The loop, until ``stopping`` is set."""

    def __init__(
        self, kafka: KafkaAccess, metrics: AdmissionMetrics, stopping: asyncio.Event
    ) -> None:
        self._kafka = kafka
        self._metrics = metrics
        self._stopping = stopping
        self._reached: dict[Any, int] = {}
        self._partitions: dict[str, int] = {}
        self._log: Any = structlog.get_logger("tillstream.admission")
        self._outage = Outage("kafka", metrics.kafka_up, self._log)
        self._is_refused = False
        """Whether what was read last could not be moved."""
        self._lots = Lots(lambda place: self._refused(place, UNREADABLE))

    async def run(self) -> None:
        """Move messages, and wait out what passes; raises `Superseded`."""
        while not self._stopping.is_set():
            try:
                await self._while_kafka_answers()
            except ProducerFenced as fault:
                raise Superseded(
                    "another process admits what stores send; one does at a time"
                ) from fault
            except ReadAgain as fault:
                self._log.error("message_of_store_is_no_message", cause=str(fault))
            except (KafkaError, OSError, TimeoutError, AccessError) as fault:
                await self._outage.wait(fault, self._stopping)

    async def _while_kafka_answers(self) -> None:
        # The producer first: it ends what another has open, before positions are read.
        async with _producing(self._kafka) as producer, _consuming(self._kafka) as consumer:
            # Kafka lets in who may write nothing, too: only what is moved proves that it may.
            if not self._is_refused:
                self._outage.note_answer()
            self._reached, self._partitions = {}, {}
            while not self._stopping.is_set():
                if fetched := await self._lots.next(consumer):
                    self._is_refused = True
                    await self._move(producer, fetched)
                    self._is_refused = False
                    self._outage.note_answer()
                self._metrics.lag_records.set(self._lag(consumer))

    async def _move(self, producer: Any, fetched: Mapping[Any, Sequence[Any]]) -> None:
        """One transaction."""
        moved = [judge(each) for each in sent_up(fetched)]
        async with producer.transaction():
            waited = [await self._send(producer, each) for each in moved]
            await asyncio.gather(*waited)
            reached = {place: records[-1].offset + 1 for place, records in fetched.items()}
            await producer.send_offsets_to_transaction(reached, ADMISSION_ID)
        self._reached |= reached
        self._count(fetched, moved)

    def _lag(self, consumer: Any) -> int:
        """As of the last fetch of each topic of which something was moved, without asking."""
        ends = {place: consumer.last_stable_offset(place) for place in consumer.assignment()}
        reached = {place: self._reached.get(place, end) for place, end in ends.items()}
        return sum(max(0, (end or 0) - (reached[place] or 0)) for place, end in ends.items())

    async def _send(self, producer: Any, moved: MovedOn) -> Any:
        partition = 0
        if moved.by_location:
            count = await self._count_of(producer, moved.topic)
            partition = partition_of((moved.key or b"").decode(), count)
        return await producer.send(
            moved.topic, moved.value, moved.key, partition, headers=moved.headers
        )

    async def _count_of(self, producer: Any, topic: str) -> int:
        """Partitions, which no topic changes while it is in use."""
        if topic not in self._partitions:
            self._partitions[topic] = len(await producer.partitions_for(topic))
        return self._partitions[topic]

    def _count(self, fetched: Mapping[Any, Sequence[Any]], moved: Sequence[MovedOn]) -> None:
        places = [place for place, records in fetched.items() for _ in records]
        for place, each in zip(places, moved, strict=True):
            if each.reason:
                self._refused(place, each.reason)
            else:
                self._metrics.admitted.labels(each.topic).inc()
        oldest_ms = min(records[0].timestamp for records in fetched.values())
        self._metrics.age_seconds.observe(max(0.0, time.time() - oldest_ms / 1000))

    def _refused(self, place: TopicPartition, reason: str) -> None:
        location_id, _ = told_by(place.topic) or ("", "")
        self._metrics.refused.labels(location_id, reason).inc()
        self._log.warning("message_of_store_refused", topic=place.topic, reason=reason)


def sent_up(fetched: Mapping[Any, Sequence[Any]]) -> Iterable[SentUp]:
    """The records by what their topics say of them."""
    for place, records in fetched.items():
        told = told_by(place.topic)
        if told is None:
            raise ValueError(f"{place.topic} is no store's: {PATTERN} and `told_by` differ")
        for each in records:
            yield SentUp(
                *told,
                topic=place.topic,
                partition=place.partition,
                offset=each.offset,
                timestamp_ms=each.timestamp,
                key=each.key,
                value=each.value,
                headers=each.headers,
            )


@asynccontextmanager
async def _producing(kafka: KafkaAccess) -> AsyncGenerator[Any]:
    producer = async_kafka.producer(
        kafka,
        transactional_id=ADMISSION_ID,
        transaction_timeout_ms=TRANSACTION_MS,
        max_batch_size=BATCH_BYTES,
        max_request_size=REQUEST_BYTES_MAX,
    )
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


@asynccontextmanager
async def _consuming(kafka: KafkaAccess) -> AsyncGenerator[Any]:
    consumer = async_kafka.consumer(
        kafka,
        group_id=ADMISSION_ID,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        session_timeout_ms=SESSION_MS,
        heartbeat_interval_ms=SESSION_MS // 3,
        metadata_max_age_ms=NEW_STORES_MS,
        max_partition_fetch_bytes=PARTITION_FETCH_BYTES,
    )
    await consumer.start()
    try:
        consumer.subscribe(pattern=PATTERN)
        yield consumer
    finally:
        await consumer.stop()
