"""The sink's loop: fetch, decode, write with offsets; wait where a service is away.

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

from connectors.postgres.metrics import SinkMetrics
from connectors.postgres.sink.acceptance import TillEpoch
from connectors.postgres.sink.batch import Decoded, Rows, decode
from connectors.postgres.sink.outage import Outage
from connectors.postgres.sink.source import Fetched, Source, opened
from connectors.postgres.sink.store import Move, Overtaken, Place, Store, connected
from topics.sequences import Window

BATCH_RECORDS_MAX = 10_000
"""Records in one transaction. Fewer pay the round trips more often; more hold back the first
row of a batch, and a kill repeats more."""

IDLE_SECONDS = 0.2
"""How long one fetch waits when nothing comes; a stop is noticed after it."""

PROBE_SECONDS = 5.0
"""Between two looks at the ends of the partitions while nothing comes: silence may mean that
Kafka is away."""

WINDOWS_REMEMBERED = 200_000
"""Tills' epochs kept in memory, some 100 MB at the most. Those forgotten are read again."""

POSTGRES_AWAY = (psycopg.OperationalError, psycopg.InterfaceError)

KAFKA_AWAY = (KafkaError, TimeoutError, OSError)


class Sink:
    """Keeps PostgreSQL equal to ``topics`` until ``stopping`` is set."""

    def __init__(
        self,
        topics: Sequence[str],
        bootstrap: str,
        dsn: str,
        metrics: SinkMetrics,
        stopping: asyncio.Event,
    ) -> None:
        self._topics = topics
        self._bootstrap = bootstrap
        self._dsn = dsn
        self._metrics = metrics
        self._stopping = stopping
        self._log: Any = structlog.get_logger("tillstream.sink").bind(topics=",".join(topics))
        self._kafka = Outage("kafka", metrics.kafka_up, self._log)
        self._database = Outage("postgres", metrics.database_up, self._log)

    async def run(self) -> None:
        """Copy until stopped; raises `Malformed`, `Lost` or `Unready`: no waiting mends them."""
        while not self._stopping.is_set():
            try:
                async with opened(self._bootstrap, self._topics) as source:
                    await self._write_from(source)
            except KAFKA_AWAY as fault:
                await self._pause("kafka", self._kafka.began(fault))

    async def _write_from(self, source: Source) -> None:
        """Sessions, one after another; the consumer lives through the outages of either side."""
        written: dict[Place, int] = {}
        while not self._stopping.is_set():
            try:
                async with connected(self._dsn) as store:
                    await self._session(Session(source, store, self._metrics, written))
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

    async def _session(self, session: "Session") -> None:
        await session.begin()
        self._kafka.ended()
        self._database.ended()
        while not self._stopping.is_set():
            await session.step()

    async def _pause(self, service: str, seconds: float) -> None:
        started = time.monotonic()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        self._metrics.waiting_seconds.labels(service).inc(time.monotonic() - started)


class Session:
    """Batches over one connection to each side; ``written`` holds what PostgreSQL has."""

    def __init__(
        self, source: Source, store: Store, metrics: SinkMetrics, written: dict[Place, int]
    ) -> None:
        self._source = source
        self._store = store
        self._metrics = metrics
        self._written = written
        self._windows: dict[TillEpoch, Window] = {}
        self._probe_due = 0.0

    async def begin(self) -> None:
        """Go to the offsets that PostgreSQL holds."""
        self._written.update(await self._store.claim(await self._source.first_offsets()))
        self._source.seek(self._written)

    async def step(self) -> None:
        """One batch: 1. fetch, 2. decode, 3. read windows, 4. write, 5. measure."""
        fetched = await self._source.take(BATCH_RECORDS_MAX, IDLE_SECONDS)
        decoded = decode(fetched, self._source.partitions)
        await self._remember(decoded)
        rows = decoded.count(self._windows)
        await self._write(rows, await self._moves(fetched))
        if fetched:
            self._measure(fetched, rows)
        show_lag(self._metrics, self._source.ends_heard(), self._written)
        if not fetched:
            await self._probe()

    async def _remember(self, decoded: Decoded) -> None:
        if len(self._windows) > WINDOWS_REMEMBERED:
            self._windows.clear()
        unknown = decoded.tills - self._windows.keys()
        if unknown:
            self._windows.update(await self._store.windows(unknown))

    async def _moves(self, fetched: Fetched) -> list[Move]:
        # An empty fetch may still have passed the markers of transactions, in any partition.
        places = _places(fetched) if fetched else list(self._written)
        positions = await self._source.positions(places)
        return [
            Move(place, self._written[place], position)
            for place, position in positions.items()
            if position != self._written[place]
        ]

    async def _write(self, rows: Rows, moves: list[Move]) -> None:
        if not moves:
            return
        await self._store.write(rows, moves)
        self._written.update({move.place: move.next for move in moves})

    def _measure(self, fetched: Fetched, rows: Rows) -> None:
        now = time.time()
        for topic, by_partition in fetched.items():
            age = self._metrics.event_age_seconds.labels(topic)
            for records in by_partition.values():
                age.observe(max(0.0, now - records[0].timestamp / 1000))
        for table, some in rows.items():
            self._metrics.rows.labels(table).inc(len(some))
        self._metrics.batch_rows.observe(sum(map(len, rows.values())))

    async def _probe(self) -> None:
        """Let Kafka show that it is there, or its fault end the session."""
        if time.monotonic() >= self._probe_due:
            await self._source.end_offsets()
            self._probe_due = time.monotonic() + PROBE_SECONDS


def show_lag(metrics: SinkMetrics, ends: Mapping[Place, int], written: Mapping[Place, int]) -> None:
    """Set the lag of each topic, as far as ``ends`` and ``written`` are known."""
    behind: dict[str, int] = {}
    for place, end in ends.items():
        topic, _ = place
        behind[topic] = behind.get(topic, 0) + max(0, end - written.get(place, 0))
    for topic, records in behind.items():
        metrics.lag_records.labels(topic).set(records)


def _places(fetched: Fetched) -> list[Place]:
    return [(topic, partition) for topic, some in fetched.items() for partition in some]
