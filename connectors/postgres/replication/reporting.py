"""Tells the centre how far the store is with its feed, by `up.LOCATION.reports`."""

# pyright: reportMissingTypeStubs=false

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime
from typing import Any

import structlog
from aiokafka.errors import KafkaError

from clients import async_kafka
from clients.errors import AccessError
from clients.kafka import KafkaAccess
from connectors.postgres.replication.session import ReplicationProgress
from topics.mirrored import REPORT_HEADER, REPORTS_UP, up_topic
from topics.store_status import STATUS_REPORT, StoreStatus

LOOK_SECONDS = 1.0
"""How late a change is told at the least."""

NEWS_SECONDS = 5.0
"""Between two reports where something changed. The topic is kept for ever."""

STEADY_SECONDS = 300.0
"""Between two reports where nothing changed: by them the centre sees that the replication lives."""


def status_of(location_id: str, shown: ReplicationProgress, now: datetime) -> StoreStatus | None:
    """What there is to say; None before the first look at the database."""
    standing = shown.standing
    if standing is None:
        return None
    return StoreStatus(
        location_id=location_id,
        reported_at=now,
        applied_version=standing.applied_version,
        feed=standing.feed,
        head_version=standing.head_version,
        is_whole=standing.is_whole,
        set_aside=sum(shown.aside),
    )


class StatusReports:
    """Reports what is ``shown`` until ``stopping`` is set."""

    def __init__(
        self,
        location_id: str,
        kafka: KafkaAccess,
        shown: Callable[[], ReplicationProgress],
        stopping: asyncio.Event,
    ) -> None:
        self._location_id = location_id
        self._kafka = kafka
        self._shown = shown
        self._stopping = stopping
        self._told: StoreStatus | None = None
        self._told_at = 0.0
        self._log: Any = structlog.get_logger("tillstream.replication")

    async def run(self) -> None:
        """Report; where Kafka is away, whoever replicates says so."""
        while not self._stopping.is_set():
            try:
                async with _producing(self._kafka) as producer:
                    while not self._stopping.is_set():
                        await self._report(producer)
                        await self._pause()
            except (KafkaError, OSError, TimeoutError, AccessError) as fault:
                self._log.debug("status_not_reported", cause=str(fault))
                await self._pause()

    async def _report(self, producer: Any) -> None:
        status = status_of(self._location_id, self._shown(), datetime.now(UTC))
        if status is None or not self._is_due(status):
            return
        await producer.send_and_wait(
            up_topic(self._location_id, REPORTS_UP),
            status.model_dump_json().encode(),
            self._location_id.encode(),
            headers=[(REPORT_HEADER, STATUS_REPORT.encode())],
        )
        self._told, self._told_at = status, time.monotonic()

    def _is_due(self, status: StoreStatus) -> bool:
        before = self._told
        if before is None:
            return True
        is_same = status == before.model_copy(update={"reported_at": status.reported_at})
        waited = time.monotonic() - self._told_at
        return waited >= (STEADY_SECONDS if is_same else NEWS_SECONDS)

    async def _pause(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), LOOK_SECONDS)


@contextlib.asynccontextmanager
async def _producing(kafka: KafkaAccess) -> AsyncGenerator[Any]:
    producer = async_kafka.producer(kafka, acks="all")
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()
