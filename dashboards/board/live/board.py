"""The board as one object: its memory, its sources and its viewers, and the tasks between them."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Iterable
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from prometheus_client import CollectorRegistry

from clients.kafka import KafkaAccess
from clients.postgres import PostgresAccess
from dashboards.board.feed import usual
from dashboards.board.feed.database import Database
from dashboards.board.feed.listener import Listener
from dashboards.board.feed.memory import Memory
from dashboards.board.feed.rows import Gone, Row
from dashboards.board.feed.snapshot import Snapshot
from dashboards.board.feed.sources import DATABASE, STREAM, FeedSource
from dashboards.board.feed.usual import Usual
from dashboards.board.feed.writing import Writing
from dashboards.board.live.artist import Artist
from dashboards.board.live.keys import NOTICES, OVERVIEW
from dashboards.board.live.listings import Listings
from dashboards.board.live.metrics import BoardMetrics
from dashboards.board.live.scene import Scene
from dashboards.board.live.viewers import Viewers
from dashboards.board.wording.words import words_in
from topics.derived_records import ROWS, read_record

FIRST_READ_SECONDS = 5.0
"""How long the first visitor waits for the tables, rather than see a board without locations."""

CANCEL_AGAIN_SECONDS = 1.0
"""A task may lose its cancellation where an answer that it waits for comes at the same moment; a
board that then waited for it would never stop. Sooner, and it is interrupted in its clearing up."""


class Board:
    """Keeps what all pages share, for as long as `run` does.

    What only one subject needs is that subject's; it adds to ``work`` what shall go on meanwhile.
    """

    def __init__(self, kafka: KafkaAccess, postgres: PostgresAccess) -> None:
        self.kafka = kafka
        self.postgres = postgres
        self.registry = CollectorRegistry()
        self.memory = Memory()
        self.metrics = BoardMetrics(self.registry)
        self.usual = Usual(self.memory)
        self.viewers = Viewers(self.metrics)
        self.listings = Listings(self.viewers)
        self.artist = Artist(self.scene, self.notices, self.viewers)
        self.database_source = FeedSource(DATABASE, self._sources_changed)
        self.stream_source = FeedSource(STREAM, self._sources_changed)
        self.database = Database(postgres, self.database_source)
        self.writing = Writing(postgres, self.database_source)
        passed_over = self.metrics.passed_over
        self.snapshot = Snapshot(
            self.database, self.memory, self.viewers.note, self._renamed, passed_over
        )
        self._listener = Listener(
            kafka, ROWS, read_record, self._heard, self.stream_source, passed_over
        )
        self.work: list[Callable[[], Coroutine[Any, Any, None]]] = [
            self._listener.run,
            lambda: self.snapshot.run(self._listener.resume_from),
            lambda: usual.keep_up(self.usual, self.memory, self.database),
        ]
        self._sources_changed()

    async def run(self) -> None:
        """Follow both sources until cancelled; raises what no waiting can mend."""
        work = [asyncio.create_task(each()) for each in self.work]
        try:
            await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await end_work(work)
            results = await asyncio.gather(*work, return_exceptions=True)
            await self.database.close()
        # None of them ends by itself: a board that went on without one would show old figures.
        faults = [result for result in results if isinstance(result, Exception)]
        raise RuntimeError("part of the board's work has ended") from next(iter(faults), None)

    async def ready(self) -> None:
        """Wait for the first read of the tables, though not for ever."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.snapshot.tried.wait(), FIRST_READ_SECONDS)

    def scene(self, locale: str) -> Scene:
        """What is known now, for a viewer who reads in that locale."""
        return Scene(self.memory, self.usual, words_in(locale), datetime.now(UTC))

    def notices(self, locale: str) -> list[str]:
        """What is away, in words for who reads a page."""
        now, words = datetime.now(UTC), words_in(locale)
        told = (self.database_source.notice(now, words), self.stream_source.notice(now, words))
        return [notice for notice in told if notice is not None]

    def _heard(self, rows: list[Row | Gone]) -> None:
        self.viewers.note(self.memory.take(rows))

    def _renamed(self, location_ids: Iterable[str]) -> None:
        changed = list(location_ids)
        self.viewers.note_locations(changed)
        if changed:
            self.viewers.mark(OVERVIEW)

    def _sources_changed(self) -> None:
        self.metrics.database_up.set(self.database_source.away_since is None)
        self.metrics.kafka_up.set(self.stream_source.away_since is None)
        self.viewers.mark(NOTICES)


BOARD: web.AppKey[Board] = web.AppKey("board", Board)
"""Where the application keeps it."""


async def end_work(work: Iterable[asyncio.Task[None]]) -> None:
    """Cancel tasks until all have ended."""
    running = set(work)
    while running:
        for task in running:
            task.cancel()
        _, running = await asyncio.wait(running, timeout=CANCEL_AGAIN_SECONDS)
