"""The sink's loop: sessions, one after another; wait where a service is away.

What PostgreSQL says is the only truth: after any fault the offsets and the windows are read
again, and the fetch goes back to them. So nothing is lost that was fetched and not written, and
nothing is written twice, whether or not the last commit had reached the server.
"""

# pyright: reportMissingTypeStubs=false

import asyncio
import contextlib
import time
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
import structlog
from aiokafka.errors import KafkaError

from clients.kafka import KafkaAccess
from clients.postgres import PostgresAccess
from connectors.postgres.metrics import SinkMetrics
from connectors.postgres.sink.asides import Asides
from connectors.postgres.sink.outage import Outage
from connectors.postgres.sink.session import Session, show_lag
from connectors.postgres.sink.source import Source, opened
from connectors.postgres.sink.store import Overtaken, Place, connected

POSTGRES_AWAY = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.InternalError)
"""What waiting mends: a server that is gone, full, locked, too slow for its own time limits, or
read-only since it was replaced. What the sink itself did wrong is none of these."""

KAFKA_AWAY = (KafkaError, TimeoutError, OSError)


class Sink:
    """Keeps PostgreSQL equal to ``topics`` until ``stopping`` is set."""

    def __init__(
        self,
        topics: Sequence[str],
        kafka: KafkaAccess,
        postgres: PostgresAccess,
        metrics: SinkMetrics,
        stopping: asyncio.Event,
    ) -> None:
        self._topics = topics
        self._kafka_access = kafka
        self._postgres_access = postgres
        self._metrics = metrics
        self._stopping = stopping
        self._log: Any = structlog.get_logger("tillstream.sink").bind(topics=",".join(topics))
        self._asides = Asides(metrics.malformed, self._log)
        self._kafka = Outage("kafka", metrics.kafka_up, self._log)
        self._database = Outage("postgres", metrics.database_up, self._log)

    async def run(self) -> None:
        """Copy until stopped; raises `Lost` or `Unready`: no waiting mends them."""
        while not self._stopping.is_set():
            try:
                async with opened(self._kafka_access, self._topics) as source:
                    await self._write_from(source)
            except KAFKA_AWAY as fault:
                await self._pause("kafka", self._kafka.began(fault))

    async def _write_from(self, source: Source) -> None:
        """Sessions, one after another; the consumer lives through the outages of either side."""
        written: dict[Place, int] = {}
        while not self._stopping.is_set():
            try:
                async with connected(self._postgres_access) as store:
                    session = Session(
                        source, store, self._metrics, written, self._asides, self._database.ended
                    )
                    await self._session(session)
            except POSTGRES_AWAY as fault:
                await self._pause("postgres", self._database.began(fault))
                await self._show_backlog(source, written)
            except KAFKA_AWAY as fault:
                await self._pause("kafka", self._kafka.began(fault))
            except Overtaken:
                self._log.warning("overtaken", cause="another sink writes to this database")

    async def _show_backlog(self, source: Source, written: Mapping[Place, int]) -> None:
        try:
            show_lag(self._metrics, await source.end_offsets(), written)
        except KAFKA_AWAY as fault:
            self._kafka.began(fault)

    async def _session(self, session: Session) -> None:
        await session.begin()
        self._kafka.ended()
        await session.run(self._stopping)

    async def _pause(self, service: str, seconds: float) -> None:
        started = time.monotonic()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        self._metrics.waiting_seconds.labels(service).inc(time.monotonic() - started)
