"""Brings the store's outbox to its own Kafka, and its own offers to its tills.

An entry is deleted once Kafka has it on its disk. Who is killed between the two sends it again:
movements are known by their numbers, and an offer is a whole row with the time of its change. One
gateway sends at a time: another waits for the lock, which goes with the connection.
"""

# pyright: reportMissingTypeStubs=false

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import psycopg
from aiokafka.errors import KafkaError
from psycopg.rows import class_row

from clients import async_kafka
from clients.errors import AccessError
from clients.kafka import KafkaAccess
from clients.postgres import PostgresAccess
from clients.statements import statement
from edge.bundle.rows import BundledOffer
from edge.gateway.office.offers import OwnOffers
from following.outage import Outage
from topics.mirrored import (
    OFFER_REPORT,
    REPORT_HEADER,
    REPORTS_UP,
    STOCK_MOVEMENTS_UP,
    up_topic,
)

ENTRIES_MAX = 500
"""Of one lot: a delivery's lines, and some milliseconds in which tills wait for their answers."""

LOOK_SECONDS = 1.0
"""After so long it is looked without being told: a notice may be lost with its connection."""

CONNECT_SECONDS = 3

_HEADERS = {"movement": [], "offer": [(REPORT_HEADER, OFFER_REPORT.encode())]}
_TOPICS = {"movement": STOCK_MOVEMENTS_UP, "offer": REPORTS_UP}


class _Entry(msgspec.Struct, frozen=True):
    entry_id: int
    what: str
    value: Any


class _OfferRow(msgspec.Struct, frozen=True):
    offer_id: str
    location_id: str
    sku: str | None
    category: str | None
    percent: int | None
    price_minor: int | None
    valid_from: datetime
    valid_to: datetime


class _Made(msgspec.Struct, frozen=True):
    offer_id: str


class OutboxAway(Exception):
    """Another gateway sends now, or Kafka does not take it; the text says which."""


@dataclass(frozen=True, slots=True)
class OfficeOutbox:
    """Sends what waits, and tells ``offers`` of the store's own."""

    kafka: KafkaAccess
    postgres: PostgresAccess
    location_id: str
    offers: OwnOffers
    outage: Outage

    async def run(self) -> None:
        """For ever; wait while PostgreSQL or Kafka is away."""
        never = asyncio.Event()
        while True:
            try:
                async with self._connected() as connection, self._producing() as producer:
                    while True:
                        sent = await self._send(connection, producer)
                        await self._tell_offers(connection)
                        self.outage.note_answer()
                        if sent < ENTRIES_MAX:
                            await _news(connection)
            except (psycopg.Error, KafkaError, OSError, AccessError, OutboxAway) as fault:
                await self.outage.wait(fault, never)

    async def _send(self, connection: psycopg.AsyncConnection[Any], producer: Any) -> int:
        """One lot; how many entries it had."""
        cursor = connection.cursor(row_factory=class_row(_Entry))
        await cursor.execute(statement(__file__, "entries"), {"most": ENTRIES_MAX})
        entries = await cursor.fetchall()
        await self._publish(producer, entries)
        if entries:
            gone = {"entries": [each.entry_id for each in entries]}
            await connection.execute(statement(__file__, "sent"), gone)
        return len(entries)

    async def _publish(self, producer: Any, entries: Sequence[_Entry]) -> None:
        key = self.location_id.encode()
        waited = [
            await producer.send(
                up_topic(self.location_id, _TOPICS[each.what]),
                msgspec.json.encode(each.value),
                key,
                partition=0,
                headers=_HEADERS[each.what],
            )
            for each in entries
        ]
        await asyncio.gather(*waited)

    async def _tell_offers(self, connection: psycopg.AsyncConnection[Any]) -> None:
        place = {"location_id": self.location_id}
        made = connection.cursor(row_factory=class_row(_Made))
        await made.execute(statement(__file__, "made_offers"), place)
        ids = [each.offer_id for each in await made.fetchall()]
        rows = connection.cursor(row_factory=class_row(_OfferRow))
        await rows.execute(statement(__file__, "own_offers"), place)
        offers = [
            msgspec.convert(msgspec.to_builtins(each), BundledOffer)
            for each in await rows.fetchall()
        ]
        await self.offers.offer(ids, offers)

    @asynccontextmanager
    async def _connected(self) -> AsyncGenerator[psycopg.AsyncConnection[Any]]:
        connection = await self.postgres.connect_async(
            autocommit=True,
            connect_timeout=CONNECT_SECONDS,
            application_name="tillstream-outbox",
            options="-c timezone=UTC",
        )
        async with connection:
            held = await (await connection.execute(statement(__file__, "lock"))).fetchone()
            if held != (True,):
                raise OutboxAway("another gateway sends the store's outbox")
            await connection.execute(statement(__file__, "listen"))
            yield connection

    @asynccontextmanager
    async def _producing(self) -> AsyncGenerator[Any]:
        producer = async_kafka.producer(self.kafka, acks="all", enable_idempotence=True)
        await producer.start()
        try:
            yield producer
        finally:
            await producer.stop()


async def _news(connection: psycopg.AsyncConnection[Any]) -> None:
    """Wait until something was written, or for a while."""
    async for _ in connection.notifies(timeout=LOOK_SECONDS, stop_after=1):
        pass
