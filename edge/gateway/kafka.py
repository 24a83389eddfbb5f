"""The topic in Kafka: all replicas have a message before it is told, and the topic syncs it first.

The topic must have ``flush.messages=1``: with one broker, what Kafka acknowledges may otherwise be
in memory alone.

The producer is not idempotent, for such a one never gives up a batch that it could not send: it
would send it after the same events have gone by the spool. It has one request a partition under
way, so the order holds; what it sends twice is known by its number.
"""

# pyright: reportMissingTypeStubs=false

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

from aiokafka.errors import KafkaError

from clients import async_kafka
from clients.errors import AccessError
from clients.kafka import KafkaAccess
from edge.gateway.errors import TopicAway
from edge.gateway.spool import TopicMessage
from edge.gateway.together import SentTogether
from topics.partitioning import partition_of

REQUEST_SECONDS = 4.0
"""How long Kafka may take for a batch before it goes by the spool. A till waits meanwhile, and a
cashier does not; a broker that syncs on a busy disk takes a tenth of it."""

BATCH_BYTES_MAX = 512 * 1024
"""Of one record batch, well within the topic's limit. One message may be larger by itself."""

_CLOSE_SECONDS = 3 * REQUEST_SECONDS


class KafkaTopic:
    """One location's messages in one topic, each in the location's partition."""

    def __init__(self, kafka: KafkaAccess, topic: str, location_id: str) -> None:
        self._kafka = kafka
        self._topic = topic
        self._location_id = location_id
        self._key = location_id.encode()
        self._producer: Any = None
        self._stopping: asyncio.Task[None] | None = None
        self._partition = 0
        self._together = SentTogether(self._send)

    @property
    def is_up(self) -> bool:
        """See `edge.gateway.outlet.Topic`."""
        return self._producer is not None

    async def open(self) -> None:
        """See `edge.gateway.outlet.Topic`."""
        await self._stopped()
        try:
            producer = async_kafka.producer(
                self._kafka,
                acks="all",
                enable_idempotence=False,
                request_timeout_ms=int(REQUEST_SECONDS * 1000),
                max_batch_size=BATCH_BYTES_MAX,
            )
        except AccessError as error:
            raise TopicAway(f"Kafka cannot be asked: {error}") from error
        try:
            await producer.start()
            partitions = await producer.partitions_for(self._topic)
        except (KafkaError, OSError) as error:
            await _stop(producer)
            raise self._away(error) from error
        self._partition = partition_of(self._location_id, len(partitions))
        self._producer = producer

    async def publish(self, messages: Sequence[TopicMessage]) -> None:
        """See `edge.gateway.outlet.Topic`."""
        await self._together.send(messages)

    async def _send(self, messages: Sequence[TopicMessage]) -> None:
        """Send one lot. Nobody else sends meanwhile: whatever waits in aiokafka for its turn when
        a producer ends is neither sent nor refused."""
        producer = self._producer
        if producer is None:
            raise TopicAway(f"{self._topic} at {self._kafka} is away")
        sent: list[Any] = []
        failure: BaseException | None = None
        try:
            for batch in record_batches(producer, self._key, messages):
                sent.append(
                    await producer.send_batch(batch, self._topic, partition=self._partition)
                )
        except KafkaError as error:
            failure = error
        # Each has an end: what has failed is not sent any more.
        ends = await asyncio.gather(*sent, return_exceptions=True)
        failure = next((end for end in ends if isinstance(end, BaseException)), failure)
        if failure is not None:
            self._drop(producer)
            raise self._away(failure) from failure

    def _drop(self, producer: Any) -> None:
        """Use another from now on. It ends by itself: who waits for the spool need not wait."""
        if self._producer is producer:
            self._producer = None
            self._stopping = asyncio.create_task(_stop(producer))

    async def _stopped(self) -> None:
        """Wait for the one before: nothing of it may come behind what another sends."""
        if self._stopping is not None:
            await self._stopping
            self._stopping = None

    async def close(self) -> None:
        """Send what was given, and end the connection."""
        if self._producer is not None:
            self._drop(self._producer)
        await self._stopped()

    def _away(self, error: BaseException) -> TopicAway:
        return TopicAway(f"{self._topic} at {self._kafka} does not take messages: {error!r}")


def record_batches(producer: Any, key: bytes, messages: Sequence[TopicMessage]) -> Iterator[Any]:
    """The messages as aiokafka's batches, in their order; none is empty."""
    batch = producer.create_batch()
    for message in messages:
        record = {"key": key, "value": message.value, "headers": list(message.headers)}
        if batch.append(timestamp=None, **record) is None:
            yield batch
            batch = producer.create_batch()
            batch.append(timestamp=None, **record)
    if batch.record_count():
        batch.close()
        yield batch


async def _stop(producer: Any) -> None:
    with contextlib.suppress(TimeoutError, KafkaError, OSError):
        await asyncio.wait_for(producer.stop(), _CLOSE_SECONDS)
