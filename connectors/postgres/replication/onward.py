"""The store's own workers are told what changed, as Debezium tells the centre's.

A row that changed is marked in the transaction that applied it. What is marked is told as it stands
in one transaction of Kafka, and then no longer marked: who is killed between the two tells the same
again. One process does it at a time: who starts ends what another has open, and that one stops.
"""

# pyright: reportMissingTypeStubs=false

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Sequence
from typing import Any, NamedTuple

import orjson
import structlog
from aiokafka.errors import KafkaError, ProducerFenced

from clients import async_kafka
from clients.errors import AccessError
from clients.kafka import KafkaAccess
from clients.postgres import PostgresAccess
from clients.statements import by_column, statement
from connectors.postgres.replication.kinds import ONWARD
from connectors.postgres.replication.metrics import ReplicationMetrics
from connectors.superseding import Superseded
from following.outage import Outage
from following.postgres import POSTGRES_AWAY, Connection, connection_to
from topics.partitioning import partition_of
from topics.registry import BY_NAME
from topics.replicated import REPLICATION_ID

LOT_ROWS_MAX = 2_000
"""Rows of one transaction of Kafka."""

LOOK_SECONDS = 1.0
"""Between two looks where nobody says that something changed: a stop is noticed after it."""

TRANSACTION_MS = 30_000
STATEMENT_SECONDS = 30

_KAFKA_AWAY = (KafkaError, OSError, TimeoutError, AccessError)


class Marked(NamedTuple):
    """A row to be told; ``body`` is None where it is gone."""

    kind: str
    id: str
    place: int
    body: str | None


class OnwardMessage(NamedTuple):
    """What is told of it."""

    topic: str
    key: str
    value: bytes | None


def message_of(location_id: str, row: Marked) -> OnwardMessage:
    """As Debezium says it: a deleted policy is a value, for its key is its location's alone."""
    topic = ONWARD[row.kind]
    if row.kind != "assortment":
        return OnwardMessage(topic, row.id, row.body.encode() if row.body is not None else None)
    if row.body is not None:
        return OnwardMessage(topic, location_id, row.body.encode())
    gone = {"location_id": location_id, "sku": row.id, "listed": False, "reorder_point": 0}
    return OnwardMessage(
        topic, location_id, orjson.dumps({**gone, "order_up_to": 0, "__deleted": "true"})
    )


class Onward:
    """Tells the workers of ``location_id`` until ``stopping`` is set."""

    def __init__(
        self,
        location_id: str,
        kafka: KafkaAccess,
        postgres: PostgresAccess,
        metrics: ReplicationMetrics,
        stopping: asyncio.Event,
    ) -> None:
        self._location_id = location_id
        self._kafka = kafka
        self._postgres = postgres
        self._metrics = metrics
        self._stopping = stopping
        self._changed = asyncio.Event()
        self._partitions: dict[str, int] = {}
        log: Any = structlog.get_logger("tillstream.replication")
        self._kafka_outage = Outage("kafka", metrics.kafka_up, log)
        self._database_outage = Outage("postgres", metrics.database_up, log)

    def wake(self) -> None:
        """Something may be marked."""
        self._changed.set()

    async def run(self) -> None:
        """Tell, and wait out what passes; raises `Superseded`."""
        while not self._stopping.is_set():
            try:
                await self._while_both_answer()
            except ProducerFenced as fault:
                words = "another process replicates here; one does at a time"
                raise Superseded(words) from fault
            except POSTGRES_AWAY as fault:
                await self._database_outage.wait(fault, self._stopping)
            except _KAFKA_AWAY as fault:
                await self._kafka_outage.wait(fault, self._stopping)

    async def _while_both_answer(self) -> None:
        name = "tillstream-replication-onward"
        async with (
            _producing(self._kafka) as producer,
            connection_to(self._postgres, name, STATEMENT_SECONDS) as connection,
        ):
            while not self._stopping.is_set():
                if not await self._tell(producer, connection):
                    await self._wait()

    async def _tell(self, producer: Any, connection: Connection) -> int:
        asked = await connection.execute(statement(__file__, "read_onward"), {"most": LOT_ROWS_MAX})
        marked = [Marked(*row) for row in await asked.fetchall()]
        if marked:
            async with producer.transaction():
                sent = [await self._send(producer, each) for each in marked]
                await asyncio.gather(*sent)
            await self._clear(connection, marked)
            self._kafka_outage.note_answer()
            self._database_outage.note_answer()
        counted = await connection.execute(statement(__file__, "count_onward"))
        for (waiting,) in await counted.fetchall():
            self._metrics.onward_waiting.set(waiting)
        return len(marked)

    async def _send(self, producer: Any, row: Marked) -> Any:
        told = message_of(self._location_id, row)
        partition = await self._partition(producer, told)
        self._metrics.onward.labels(told.topic).inc()
        return await producer.send(told.topic, told.value, told.key.encode(), partition)

    async def _partition(self, producer: Any, told: OnwardMessage) -> int:
        if told.topic not in self._partitions:
            self._partitions[told.topic] = len(await producer.partitions_for(told.topic))
        by = self._location_id if BY_NAME[told.topic].by_location else told.key
        return partition_of(by, self._partitions[told.topic])

    async def _clear(self, connection: Connection, marked: Sequence[Marked]) -> None:
        values = by_column(("kinds", "ids", "places"), [each[:3] for each in marked])
        await connection.execute(statement(__file__, "clear_onward"), values)

    async def _wait(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._changed.wait(), LOOK_SECONDS)
        self._changed.clear()


@contextlib.asynccontextmanager
async def _producing(kafka: KafkaAccess) -> AsyncGenerator[Any]:
    producer = async_kafka.producer(
        kafka, transactional_id=REPLICATION_ID, transaction_timeout_ms=TRANSACTION_MS
    )
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()
