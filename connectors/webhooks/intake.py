"""Alerts from Kafka into deliveries: each change once, whatever is read twice.

The rows of a batch and the offsets that it moves are one transaction, so a worker that is killed
repeats nothing and loses nothing; a second worker finds the offsets moved and reads on from there.
"""

# pyright: reportMissingTypeStubs=false

import asyncio
import contextlib
import time
from typing import Any

import structlog
from aiokafka.errors import KafkaError

from clients.kafka import KafkaAccess
from clients.postgres import PostgresAccess
from connectors.postgres.sink.derived import Record
from connectors.postgres.sink.outage import Outage
from connectors.postgres.sink.source import Fetched, Source, opened
from connectors.webhooks.dispatcher import POSTGRES_AWAY
from connectors.webhooks.metrics import WebhookMetrics
from connectors.webhooks.notices import Notice, Unreadable, news, notice_of
from connectors.webhooks.store import Overtaken, Place, Store, connected
from topics.registry import RESTOCK_ALERTS

KAFKA_AWAY = (KafkaError, TimeoutError, OSError)

COMMIT_SECONDS = 0.5
"""Between two transactions while alerts come: a delivery, or a SKU that wavers about its line,
brings many at once. Less is a transaction for each; more delays who waits to be told. The first
after a quiet while is taken in at once."""

BATCH_RECORDS_MAX = 500
"""Alerts in one transaction: some ten milliseconds for a few endpoints."""

IDLE_SECONDS = 1.0
"""How long one fetch waits when nothing comes; a stop is noticed after it."""


class Intake:
    """Reads alerts until ``stopping`` is set, and sets ``woken`` when there are new deliveries."""

    def __init__(
        self,
        kafka: KafkaAccess,
        postgres: PostgresAccess,
        metrics: WebhookMetrics,
        stopping: asyncio.Event,
        woken: asyncio.Event,
    ) -> None:
        self._kafka = kafka
        self._postgres = postgres
        self._metrics = metrics
        self._stopping = stopping
        self._woken = woken
        self._log: Any = structlog.get_logger("tillstream.webhooks")
        self._outages = {
            "kafka": Outage("kafka", metrics.kafka_up, self._log),
            "postgres": Outage("postgres", metrics.database_up, self._log),
        }

    async def run(self) -> None:
        """Until stopped; raises `Lost` where PostgreSQL's offsets are not in Kafka."""
        while not self._stopping.is_set():
            try:
                async with opened(self._kafka, [RESTOCK_ALERTS.name]) as source:
                    await self._read(source)
            except KAFKA_AWAY as fault:
                await self._pause("kafka", fault)

    async def _read(self, source: Source) -> None:
        while not self._stopping.is_set():
            try:
                async with connected(self._postgres) as store:
                    await self._follow(source, store)
            except POSTGRES_AWAY as fault:
                await self._pause("postgres", fault)
            except Overtaken:
                self._log.info("reads_on", cause="another worker has taken these alerts in")

    async def _follow(self, source: Source, store: Store) -> None:
        # A first start tells of what comes, and not of every alert that ever was.
        written = await store.begin(await source.end_offsets())
        source.seek(written)
        for outage in self._outages.values():
            outage.ended()
        due = 0.0
        while not self._stopping.is_set():
            fetched = await source.gather(BATCH_RECORDS_MAX, IDLE_SECONDS, due)
            if fetched:
                due = time.monotonic() + COMMIT_SECONDS
            await self._take_in(store, fetched, written, await source.positions(written))
            self._show_lag(source, written)

    async def _take_in(
        self, store: Store, fetched: Fetched, written: dict[Place, int], now: dict[Place, int]
    ) -> None:
        moved = {place: offset for place, offset in now.items() if offset != written[place]}
        if not moved:
            return
        notices = self._notices(fetched)
        told = await store.versions({notice.subject for notice in notices}) if notices else {}
        fresh = news(notices, told)
        await store.take_in(fresh, written, moved)
        written.update(moved)
        if fresh:
            self._metrics.alerts.inc(len(fresh))
            self._woken.set()

    def _notices(self, fetched: Fetched) -> list[Notice]:
        notices: list[Notice] = []
        for by_partition in fetched.values():
            for records in by_partition.values():
                for record in records:
                    # A tombstone: the item is gone, and nobody waits to hear it.
                    if record.value is not None:
                        self._read_notice(record, notices)
        return notices

    def _read_notice(self, record: Record, notices: list[Notice]) -> None:
        try:
            notices.append(notice_of(record))
        except Unreadable as fault:
            self._metrics.malformed.inc()
            self._log.error("alert_passed_over", cause=str(fault))

    def _show_lag(self, source: Source, written: dict[Place, int]) -> None:
        ends = source.ends_heard()
        behind = sum(max(0, end - written[place]) for place, end in ends.items())
        self._metrics.lag_records.set(behind)

    async def _pause(self, service: str, fault: BaseException) -> None:
        wait_seconds = self._outages[service].began(fault)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), wait_seconds)
