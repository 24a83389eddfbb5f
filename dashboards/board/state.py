"""The board as one object: its memory, its sources and its viewers, and the tasks between them."""

import asyncio
import contextlib
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry

from dashboards.board.feed.database import Database
from dashboards.board.feed.listener import Listener
from dashboards.board.feed.memory import Memory
from dashboards.board.feed.rows import Row
from dashboards.board.feed.snapshot import Snapshot
from dashboards.board.feed.sources import DATABASE, STREAM, Source
from dashboards.board.live.hub import Hub
from dashboards.board.metrics import BoardMetrics, Shops

FIRST_READ_SECONDS = 5.0
"""How long the first visitor waits for the tables, rather than see a board without locations."""


class Board:
    """Keeps what the pages show, for as long as `run` does."""

    def __init__(self, kafka: str, postgres: str) -> None:
        self.registry = CollectorRegistry()
        self.memory = Memory()
        self._metrics = BoardMetrics(self.registry)
        self.registry.register(Shops(self.memory))
        self.hub = Hub(self.memory, self._metrics)
        self.database_source = Source(DATABASE, self._sources_changed)
        self.stream_source = Source(STREAM, self._sources_changed)
        self.database = Database(postgres, self.database_source)
        self.snapshot = Snapshot(self.database, self.memory, self.hub)
        self._listener = Listener(kafka, self._heard, self.stream_source)
        self._sources_changed()

    async def run(self) -> None:
        """Follow both sources until cancelled; raises what no waiting can mend."""
        work = [
            asyncio.create_task(self._listener.run(), name="listener"),
            asyncio.create_task(self.snapshot.run(self._listener.resume_from), name="snapshot"),
            asyncio.create_task(self.hub.run(), name="hub"),
        ]
        try:
            await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in work:
                task.cancel()
            results = await asyncio.gather(*work, return_exceptions=True)
            await self.database.close()
        # None of them ends by itself: a board that went on without one would show old figures.
        faults = [result for result in results if isinstance(result, Exception)]
        raise RuntimeError("part of the board's work has ended") from next(iter(faults), None)

    async def ready(self) -> None:
        """Wait for the first read of the tables, though not for ever."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.snapshot.tried.wait(), FIRST_READ_SECONDS)

    def notices(self) -> list[str]:
        """What is away, in words for who reads a page."""
        now = datetime.now(UTC)
        told = (self.database_source.notice(now), self.stream_source.notice(now))
        return [notice for notice in told if notice is not None]

    def _heard(self, rows: list[Row]) -> None:
        self.hub.note(self.memory.take(rows))

    def _sources_changed(self) -> None:
        self._metrics.database_up.set(self.database_source.away_since is None)
        self._metrics.kafka_up.set(self.stream_source.away_since is None)
        self.hub.tell_notices(self.notices())
