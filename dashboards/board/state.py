"""The board as one object: its memory, its sources and its viewers, and the tasks between them."""

import asyncio
import contextlib
from collections.abc import Collection, Coroutine, Iterable
from datetime import UTC, datetime
from typing import Any

from prometheus_client import CollectorRegistry

from clients.kafka import KafkaAccess
from clients.postgres import PostgresAccess
from dashboards.board.feed import usual
from dashboards.board.feed.database import Database
from dashboards.board.feed.listener import Listener
from dashboards.board.feed.memory import Memory
from dashboards.board.feed.rows import Gone, Row
from dashboards.board.feed.snapshot import Snapshot
from dashboards.board.feed.sources import CHANGE_STREAM, DATABASE, STREAM, Source
from dashboards.board.feed.usual import Usual
from dashboards.board.feed.writing import Writing
from dashboards.board.handling.desk import Desk
from dashboards.board.handling.rows import Raising
from dashboards.board.handling.watcher import Watcher
from dashboards.board.lists.listings import Listings
from dashboards.board.live import sweep
from dashboards.board.live.artist import Artist
from dashboards.board.live.keys import NOTICES, OVERVIEW, keys_of_handling, publication_of
from dashboards.board.live.viewers import Viewers
from dashboards.board.manage.editing import Editor
from dashboards.board.manage.kinds import LOCATIONS
from dashboards.board.manage.publications import TOPICS as CHANGES
from dashboards.board.manage.publications import Change, Publications, read_change
from dashboards.board.metrics import BoardMetrics, Shops
from dashboards.board.totals.reports import Reports
from dashboards.board.words.scene import Scene
from dashboards.board.words.wording import words_in
from topics.derived_records import ROWS, read_record

FIRST_READ_SECONDS = 5.0
"""How long the first visitor waits for the tables, rather than see a board without locations."""


CANCEL_AGAIN_SECONDS = 1.0
"""A task may lose its cancellation where an answer that it waits for comes at the same moment; a
board that then waited for it would never stop. Sooner, and it is interrupted in its clearing up."""


class Board:
    """Keeps what the pages show, for as long as `run` does."""

    def __init__(self, kafka: KafkaAccess, postgres: PostgresAccess) -> None:
        self.registry = CollectorRegistry()
        self.memory = Memory()
        self.metrics = BoardMetrics(self.registry)
        self.registry.register(Shops(self.memory))
        self.usual = Usual(self.memory)
        self.viewers = Viewers(self.metrics)
        self.listings = Listings(self.viewers)
        self.artist = Artist(self.scene, self.notices, self.viewers)
        self.database_source = Source(DATABASE, self._sources_changed)
        self.stream_source = Source(STREAM, self._sources_changed)
        self.database = Database(postgres, self.database_source)
        self.reports = Reports(postgres, self.database_source)
        self.writing = Writing(postgres, self.database_source)
        self.desk = Desk()
        self.watcher = Watcher(postgres, self.database, self.desk, self._handled)
        self.snapshot = Snapshot(
            self.database,
            self.memory,
            self.viewers.note,
            self._renamed,
            self.metrics.passed_over,
        )
        self.publications = Publications()
        self.editor = Editor(self.writing, self.publications)
        self._listener = Listener(
            kafka, ROWS, read_record, self._heard, self.stream_source, self.metrics.passed_over
        )
        # Apart from the derived topics: those are there before Debezium is, and without it.
        quiet = Source(CHANGE_STREAM, lambda: None)
        self._changes = Listener(
            kafka, CHANGES, read_change, self._published, quiet, self.metrics.passed_over
        )
        self._sources_changed()

    async def run(self) -> None:
        """Follow both sources until cancelled; raises what no waiting can mend."""
        work = [asyncio.create_task(each) for each in self._work()]
        try:
            await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await end_work(work)
            results = await asyncio.gather(*work, return_exceptions=True)
            await self.database.close()
            await self.writing.close()
        # None of them ends by itself: a board that went on without one would show old figures.
        faults = [result for result in results if isinstance(result, Exception)]
        raise RuntimeError("part of the board's work has ended") from next(iter(faults), None)

    async def ready(self) -> None:
        """Wait for the first read of the tables, though not for ever."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.snapshot.tried.wait(), FIRST_READ_SECONDS)

    def scene(self, locale: str) -> Scene:
        """What is known now, for a viewer who reads in that locale."""
        return Scene(
            self.memory,
            self.usual,
            words_in(locale),
            datetime.now(UTC),
            self.publications,
            self.desk,
        )

    def notices(self, locale: str) -> list[str]:
        """What is away, in words for who reads a page."""
        now, words = datetime.now(UTC), words_in(locale)
        told = (self.database_source.notice(now, words), self.stream_source.notice(now, words))
        return [notice for notice in told if notice is not None]

    def _work(self) -> Iterable[Coroutine[Any, Any, None]]:
        yield self._listener.run()
        yield self._changes.run()
        yield self.snapshot.run(self._listener.resume_from)
        yield self.watcher.run()
        yield usual.keep_up(self.usual, self.memory, self.database)
        yield sweep.run(self.memory, self.viewers, self.scene)

    def _heard(self, rows: list[Row | Gone]) -> None:
        self.viewers.note(self.memory.take(rows))

    def _published(self, changes: list[Change]) -> None:
        for change in changes:
            self.publications.heard(change, datetime.now(UTC))
            self.viewers.mark(publication_of(change.kind.name, change.key))
        if any(change.kind is LOCATIONS for change in changes):
            self.snapshot.hurry()

    def _handled(self, raisings: Collection[Raising]) -> None:
        self.memory.turn += bool(raisings)
        for raising in raisings:
            for key in keys_of_handling(raising.location_id, raising.sku):
                self.viewers.mark(key)

    def _renamed(self, location_ids: Iterable[str]) -> None:
        changed = list(location_ids)
        self.viewers.note_locations(changed)
        if changed:
            self.viewers.mark(OVERVIEW)

    def _sources_changed(self) -> None:
        self.metrics.database_up.set(self.database_source.away_since is None)
        self.metrics.kafka_up.set(self.stream_source.away_since is None)
        self.viewers.mark(NOTICES)


async def end_work(work: Iterable[asyncio.Task[None]]) -> None:
    """Cancel tasks until all have ended."""
    running = set(work)
    while running:
        for task in running:
            task.cancel()
        _, running = await asyncio.wait(running, timeout=CANCEL_AGAIN_SECONDS)
