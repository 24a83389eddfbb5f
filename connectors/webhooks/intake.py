"""Alerts from Kafka into deliveries: each change once, whatever is read twice.

The rows of a batch and the offsets that it moves are one transaction, so a worker that is killed
repeats nothing and loses nothing; a second worker finds the offsets moved and reads on from there.
"""

import asyncio
from typing import Any

import structlog

from clients.kafka import KafkaAccess
from clients.postgres import PostgresAccess
from connectors.webhooks.metrics import WebhookMetrics
from connectors.webhooks.notices import Notice, UnreadableNotice, news, notice_of
from connectors.webhooks.store import WebhookStore, connected
from following.follower import Follower
from following.offsets import Overtaken, ahead, lag
from following.outage import Outage
from following.reader import Reader
from following.records import Fetched, FollowedRecord, Place, Positions
from topics.registry import RESTOCK_ALERTS

BATCH_RECORDS_MAX = 500
"""Alerts in one transaction: some ten milliseconds for a few endpoints."""

IDLE_SECONDS = 1.0
"""How long one fetch waits when nothing comes; a stop is noticed after it."""


class AlertIntake:
    """Reads alerts until ``stopping`` is set, and sets ``woken`` when there are new deliveries."""

    def __init__(
        self,
        kafka: KafkaAccess,
        postgres: PostgresAccess,
        metrics: WebhookMetrics,
        stopping: asyncio.Event,
        woken: asyncio.Event,
    ) -> None:
        self._postgres = postgres
        self._metrics = metrics
        self._stopping = stopping
        self._woken = woken
        self._log: Any = structlog.get_logger("tillstream.webhooks")
        self._kafka = Outage("kafka", metrics.kafka_up, self._log)
        self._database = Outage("postgres", metrics.database_up, self._log)
        topics = (RESTOCK_ALERTS.name,)
        self._follower = Follower(kafka, topics, self._kafka, self._database, stopping)

    async def run(self) -> None:
        """Until stopped; raises `Lost` where PostgreSQL's offsets are not in Kafka."""
        await self._follower.run(self._session)

    async def _session(self, reader: Reader) -> None:
        try:
            async with connected(self._postgres) as store:
                await self._follow(reader, store)
        except Overtaken:
            self._log.info("reads_on", cause="another worker has taken these alerts in")

    async def _follow(self, reader: Reader, store: WebhookStore) -> None:
        # A first start tells of what comes, and not of every alert that ever was.
        written = await store.offsets.claim(await reader.end_offsets())
        reader.seek(written)
        self._kafka.note_answer()
        self._database.note_answer()
        while not self._stopping.is_set():
            fetched = await reader.gather(BATCH_RECORDS_MAX, IDLE_SECONDS)
            await self._take_in(store, fetched, written, await reader.positions(written))
            self._metrics.lag_records.set(sum(lag(reader.ends_heard(), written).values()))

    async def _take_in(
        self, store: WebhookStore, fetched: Fetched, written: dict[Place, int], now: Positions
    ) -> None:
        moved = ahead(written, now)
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
        for records in fetched.values():
            for record in records:
                # A tombstone: the item is gone, and nobody waits to hear it.
                if record.value is not None:
                    self._read_notice(record, notices)
        return notices

    def _read_notice(self, record: FollowedRecord, notices: list[Notice]) -> None:
        try:
            notices.append(notice_of(record))
        except UnreadableNotice as fault:
            self._metrics.malformed.inc()
            self._log.error("alert_passed_over", cause=str(fault))
