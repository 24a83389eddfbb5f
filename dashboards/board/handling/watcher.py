"""Keeps the desk true: PostgreSQL tells of each change, whichever board made it."""

import asyncio
import contextlib
from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from clients.postgres import PostgresAccess
from dashboards.board.feed.database import CONNECT_SECONDS, Database, DatabaseAway
from dashboards.board.handling.desk import Desk
from dashboards.board.handling.rows import Handling, Proposal, Raising
from dashboards.statements import statement

CHANNEL = "tillstream_handling"
"""On which the triggers of migration 0009 tell ``location/sku/raised_at``."""

QUIET_SECONDS = 10.0
"""Silence after which the connection is tried: a line that broke tells nothing either. It is how
late a change is seen after such a break."""

RETRY_SECONDS = 2.0

_FOLDER = Path(__file__).parent


class Watcher:
    """Reads what is handled, and again whatever is told of; ``changed`` learns what differs."""

    def __init__(
        self,
        postgres: PostgresAccess,
        database: Database,
        desk: Desk,
        changed: Callable[[Collection[Raising]], None],
    ) -> None:
        self._postgres = postgres
        self._database = database
        self._desk = desk
        self._changed = changed

    async def run(self) -> None:
        """Until cancelled; what was missed while the database was away is read when it is back."""
        while True:
            # The readers of pages tell that the database is away.
            with contextlib.suppress(psycopg.Error, OSError, DatabaseAway):
                await self._watch()
            await asyncio.sleep(RETRY_SECONDS)

    async def read(self, raisings: Collection[Raising]) -> None:
        """Learn how these stand."""
        asked: dict[str, object] = {
            "locations": [each.location_id for each in raisings],
            "skus": [each.sku for each in raisings],
            "raised": [each.raised_at for each in raisings],
        }
        ask = self._database.query
        handlings = await ask(statement(_FOLDER, "handling"), Handling, **asked)
        proposals = await ask(statement(_FOLDER, "proposals"), Proposal, **asked)
        self._changed(self._desk.take(handlings, proposals))

    async def _watch(self) -> None:
        async with await self._connect() as connection:
            # First listen, then read: the other way round a change between the two is lost.
            await connection.execute(f"LISTEN {CHANNEL}")
            await self._read_all()
            while True:
                told = {_raising(each.payload) async for each in _told(connection)}
                if told:
                    await self.read(told)
                else:
                    await connection.execute("SELECT")

    async def _read_all(self) -> None:
        ask = self._database.query
        handlings = await ask(statement(_FOLDER, "current"), Handling)
        proposals = await ask(
            statement(_FOLDER, "proposals"),
            Proposal,
            locations=[each.location_id for each in handlings],
            skus=[each.sku for each in handlings],
            raised=[each.raised_at for each in handlings],
        )
        self._changed(self._desk.replace(handlings, proposals))

    async def _connect(self) -> psycopg.AsyncConnection[Any]:
        return await self._postgres.connect_async(
            autocommit=True,
            connect_timeout=CONNECT_SECONDS,
            application_name="tillstream-board-handling",
        )


def _told(connection: psycopg.AsyncConnection[Any]) -> Any:
    """What comes together; ends after the first of it, or after `QUIET_SECONDS`."""
    return connection.notifies(timeout=QUIET_SECONDS, stop_after=1)


def _raising(payload: str) -> Raising:
    location_id, sku, raised_at = payload.split("/")
    return Raising(location_id, sku, datetime.fromisoformat(raised_at))
