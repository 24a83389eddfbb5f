"""Hands the outbox to the store's own Kafka, and takes away what is there.

Who is killed between the two tells the same again: a movement is known by its number, and an offer
is told whole. Transactions may commit in another order than they wrote, so what is read is not the
lowest that will ever be there: it is taken away by its place, and never by a position. One process
tells at a time, for an older state of an offer must not come behind a newer one: who starts ends
what another has open, and that one stops.
"""

# pyright: reportMissingTypeStubs=false

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Sequence
from typing import Any, NamedTuple

import structlog
from aiokafka.errors import KafkaError, ProducerFenced

from clients import async_kafka
from clients.errors import AccessError
from clients.kafka import KafkaAccess
from clients.postgres import PostgresAccess
from clients.statements import statement
from connectors.postgres.outbox.metrics import OutboxMetrics
from connectors.superseding import Superseded
from following.outage import Outage
from following.postgres import POSTGRES_AWAY, Connection, connection_to
from topics.mirrored import (
    OFFER_REPORT,
    REPORT_HEADER,
    REPORTS_UP,
    STOCK_MOVEMENTS_UP,
    up_topic,
)
from topics.replicated import OUTBOX_ID

LOT_ROWS_MAX = 1_000
"""Rows of one transaction of Kafka, some 300 kB. A row that was told is told again after a kill."""

LOOK_SECONDS = 0.25
"""Between two looks at an empty outbox: how late a booking is on the store's own board."""

TRANSACTION_MS = 30_000
STATEMENT_SECONDS = 30

_KAFKA_AWAY = (KafkaError, OSError, TimeoutError, AccessError)

Headers = Sequence[tuple[str, bytes]]

_WAYS: dict[str, tuple[str, Headers]] = {
    "movement": (STOCK_MOVEMENTS_UP, ()),
    "offer": (REPORTS_UP, ((REPORT_HEADER, OFFER_REPORT.encode()),)),
}
"""For each kind, what of the store's topics takes it, and with which headers."""


class Told(NamedTuple):
    """A row of the outbox; ``body`` is the row of its table as change data capture tells it."""

    place: int
    kind: str
    body: str


class StoreOutbox:
    """Tells what the database of the store at ``location_id`` has to say, until ``stopping``."""

    def __init__(
        self,
        location_id: str,
        kafka: KafkaAccess,
        postgres: PostgresAccess,
        metrics: OutboxMetrics,
        stopping: asyncio.Event,
    ) -> None:
        self._location_id = location_id
        self._kafka = kafka
        self._postgres = postgres
        self._metrics = metrics
        self._stopping = stopping
        log: Any = structlog.get_logger("tillstream.outbox")
        self._kafka_outage = Outage("kafka", metrics.kafka_up, log)
        self._database_outage = Outage("postgres", metrics.database_up, log)

    async def run(self) -> None:
        """Tell, and wait out what passes; raises `Superseded`."""
        while not self._stopping.is_set():
            try:
                await self._while_both_answer()
            except ProducerFenced as fault:
                raise Superseded("another process tells what this store books") from fault
            except POSTGRES_AWAY as fault:
                await self._database_outage.wait(fault, self._stopping)
            except _KAFKA_AWAY as fault:
                await self._kafka_outage.wait(fault, self._stopping)

    async def _while_both_answer(self) -> None:
        async with (
            _producing(self._kafka) as producer,
            connection_to(self._postgres, OUTBOX_ID, STATEMENT_SECONDS) as connection,
        ):
            while not self._stopping.is_set():
                if not await self._tell(producer, connection):
                    await self._pause()

    async def _tell(self, producer: Any, connection: Connection) -> int:
        asked = await connection.execute(statement(__file__, "read_outbox"), {"most": LOT_ROWS_MAX})
        waiting = [Told(*row) for row in await asked.fetchall()]
        if waiting:
            async with producer.transaction():
                sent = [await self._send(producer, each) for each in waiting]
                await asyncio.gather(*sent)
            places = {"places": [each.place for each in waiting]}
            await connection.execute(statement(__file__, "clear_outbox"), places)
        self._database_outage.note_answer()
        await self._count(connection)
        return len(waiting)

    async def _send(self, producer: Any, row: Told) -> Any:
        what, headers = _WAYS[row.kind]
        topic, key = up_topic(self._location_id, what), self._location_id.encode()
        self._metrics.told.labels(row.kind).inc()
        return await producer.send(topic, row.body.encode(), key, 0, headers=list(headers))

    async def _count(self, connection: Connection) -> None:
        counted = await connection.execute(statement(__file__, "count_outbox"))
        for (waiting,) in await counted.fetchall():
            self._metrics.waiting.set(waiting)
        self._kafka_outage.note_answer()

    async def _pause(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), LOOK_SECONDS)


@contextlib.asynccontextmanager
async def _producing(kafka: KafkaAccess) -> AsyncGenerator[Any]:
    producer = async_kafka.producer(
        kafka, transactional_id=OUTBOX_ID, transaction_timeout_ms=TRANSACTION_MS
    )
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()
