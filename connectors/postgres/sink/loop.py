"""The sink's sessions, one after another, for as long as it runs."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from clients.kafka import KafkaAccess
from clients.postgres import PostgresAccess
from connectors.postgres.metrics import SinkMetrics
from connectors.postgres.sink.asides import Asides
from connectors.postgres.sink.session import SinkSession, Watch, show_lag
from connectors.postgres.sink.store import connected
from following.follower import Follower
from following.offsets import Overtaken
from following.outage import Outage
from following.postgres import POSTGRES_AWAY
from following.reader import KAFKA_AWAY, Reader
from following.records import Place


class Sink:
    """Keeps PostgreSQL equal to ``topics`` until ``stopping`` is set."""

    def __init__(
        self,
        topics: Sequence[str],
        kafka: KafkaAccess,
        postgres: PostgresAccess,
        metrics: SinkMetrics,
        stopping: asyncio.Event,
        watches: Mapping[str, Watch] | None = None,
        inputs: Mapping[str, str] | None = None,
    ) -> None:
        """``watches`` are shown what is read of their topics. ``inputs`` are topics that take the
        place of some of these here, by the usual name."""
        self._inputs = inputs or {}
        topics = [self._inputs.get(each, each) for each in topics]
        self._watches = {
            self._inputs.get(name, name): each for name, each in (watches or {}).items()
        }
        self._postgres = postgres
        self._metrics = metrics
        self._stopping = stopping
        self._log: Any = structlog.get_logger("tillstream.sink").bind(topics=",".join(topics))
        self._asides = Asides(metrics.malformed, self._log)
        waited = metrics.waiting_seconds.labels
        self._kafka = Outage("kafka", metrics.kafka_up, self._log, waited("kafka").inc)
        self._database = Outage("postgres", metrics.database_up, self._log, waited("postgres").inc)
        self._follower = Follower(kafka, topics, self._kafka, self._database, stopping)
        self._written: dict[Place, int] = {}

    async def run(self) -> None:
        """Copy until stopped; raises `Lost` or `Unready`: no waiting mends them."""
        await self._follower.run(self._session)

    async def _session(self, reader: Reader) -> None:
        try:
            async with connected(self._postgres) as store:
                session = SinkSession(
                    reader,
                    store,
                    self._metrics,
                    self._written,
                    self._asides,
                    self._database.note_answer,
                    self._watches,
                    self._inputs,
                )
                await session.begin()
                self._kafka.note_answer()
                await session.run(self._stopping)
        except POSTGRES_AWAY:
            await self._show_backlog(reader)
            raise
        except Overtaken:
            self._log.warning("overtaken", cause="another sink writes to this database")

    async def _show_backlog(self, reader: Reader) -> None:
        try:
            show_lag(self._metrics, await reader.end_offsets(), self._written)
        except KAFKA_AWAY as fault:
            self._kafka.note_failure(fault)
