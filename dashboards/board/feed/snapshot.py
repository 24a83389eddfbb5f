"""What PostgreSQL knows, into the memory: once all of it, then what no topic brings."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import msgspec
import structlog

from clients.statements import statement
from dashboards.board.feed.database import Database, DatabaseAway
from dashboards.board.feed.memory import Change, Memory
from dashboards.board.feed.rows import Alert, Row, ShownLocation, Till, Totals
from topics.derived_records import ROWS

REFRESH_SECONDS = 10.0
"""How late the name of a location, or a database that is away, is noticed; one question each."""

Offsets = dict[tuple[str, int], int]
"""The next offset of each (topic, partition)."""


class _Offset(msgspec.Struct, frozen=True):
    topic: str
    partition: int
    next_offset: int


class Snapshot:
    """Reads the tables until it has them, and the locations ever after."""

    def __init__(
        self,
        database: Database,
        memory: Memory,
        changed: Callable[[Iterable[Change]], None],
        renamed: Callable[[Iterable[str]], None],
        passed_over: Callable[[str], None],
    ) -> None:
        self._database = database
        self._memory = memory
        self._changed = changed
        self._renamed = renamed
        self._passed_over = passed_over
        self._log: Any = structlog.get_logger("tillstream.board")
        self._hurry = asyncio.Event()
        self.tried = asyncio.Event()
        """Set once the tables were read, or were found not to answer."""

    async def run(self, resume_from: Callable[[Offsets], None]) -> None:
        """Until cancelled. ``resume_from`` is told once how far the tables go."""
        read = False
        while True:
            try:
                if read:
                    await self.refresh_places()
                else:
                    resume_from(await self.read())
                    read = True
            except DatabaseAway:
                pass  # the database has told its source, which every page shows
            self.tried.set()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._hurry.wait(), REFRESH_SECONDS)
            self._hurry.clear()

    def hurry(self) -> None:
        """A location is another now: read them without waiting."""
        self._hurry.set()

    async def read(self) -> Offsets:
        """Everything but stock, which is read with the page that shows it.

        1. how far the tables go, 2. the tables, 3. have the topics read on from there. Rows that
        come twice are harmless; read the other way round, some would come never.
        """
        offsets = await self._database.query(
            statement(__file__, "offsets"), _Offset, topics=list(ROWS)
        )
        await self.refresh_places()
        rows: list[Row] = []
        ask = self._database.query
        rows += await ask(statement(__file__, "totals"), Totals)
        rows += self._tills(await ask(statement(__file__, "tills"), dict[str, Any]))
        rows += await ask(statement(__file__, "raised_alerts"), Alert)
        self._changed(self._memory.take_stored(rows))
        return {(each.topic, each.partition): each.next_offset for each in offsets}

    async def refresh_places(self) -> None:
        """The locations as they are registered now."""
        places = await self._database.query(statement(__file__, "places"), ShownLocation)
        self._renamed(self._memory.learn_places(places))

    def _tills(self, rows: Iterable[Mapping[str, Any]]) -> Iterator[Till]:
        """Rows of ``till_status``, whose lists are JSON; one that is none is passed over."""
        for row in rows:
            try:
                yield msgspec.convert(row, Till)
            except msgspec.ValidationError as fault:
                self._passed_over("till_status")
                told = {name: row[name] for name in ("location_id", "till_id")}
                self._log.error("row_passed_over", place=told, cause=str(fault))
