"""Keeps what is handled true: PostgreSQL tells of each change, whichever board made it."""

import asyncio
import contextlib
from collections.abc import Collection
from datetime import datetime
from typing import Any

import psycopg
from aiohttp import web

from clients.statements import statement
from dashboards.board.alerts.handled import Handled
from dashboards.board.alerts.handling import Handling, Proposal, Raising
from dashboards.board.alerts.words import pieces
from dashboards.board.feed.database import DatabaseAway, connect
from dashboards.board.live.board import Board
from dashboards.board.live.keys import keys_of_handling

CHANNEL = "tillstream_handling"
"""On which the triggers of migration 0009 tell ``location/sku/raised_at``."""

QUIET_SECONDS = 10.0
"""Silence after which the connection is tried: a line that broke tells nothing either. It is how
late a change is seen after such a break."""

RETRY_SECONDS = 2.0


class Watcher:
    """Reads what is handled, and again whatever is told of, and marks what shows it."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self.handled = Handled()
        board.artist.pieces |= pieces(self.handled)
        board.work.append(self.run)

    async def run(self) -> None:
        """Until cancelled; what was missed while the database was away is read when it is back."""
        while True:
            # The readers of pages tell that the database is away.
            with contextlib.suppress(psycopg.Error, OSError, DatabaseAway):
                await self._watch()
            await asyncio.sleep(RETRY_SECONDS)

    async def read(self, raisings: Collection[Raising]) -> None:
        """Learn how these stand."""
        ask, asked = self._board.database.query, _asked(raisings)
        handlings = await ask(statement(__file__, "handling"), Handling, **asked)
        proposals = await ask(statement(__file__, "proposals"), Proposal, **asked)
        self._mark(self.handled.take(handlings, proposals))

    async def _watch(self) -> None:
        async with await connect(self._board.postgres, "board-handling") as connection:
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
        ask = self._board.database.query
        handlings = await ask(statement(__file__, "current"), Handling)
        asked = _asked([each.raising for each in handlings])
        proposals = await ask(statement(__file__, "proposals"), Proposal, **asked)
        self._mark(self.handled.replace(handlings, proposals))

    def _mark(self, raisings: Collection[Raising]) -> None:
        self._board.memory.turn += bool(raisings)
        for raising in raisings:
            for key in keys_of_handling(raising.location_id, raising.sku):
                self._board.viewers.mark(key)


WATCHER: web.AppKey[Watcher] = web.AppKey("watcher", Watcher)
"""Where the application keeps it."""


def _asked(raisings: Collection[Raising]) -> dict[str, object]:
    return {
        "locations": [each.location_id for each in raisings],
        "skus": [each.sku for each in raisings],
        "raised": [each.raised_at for each in raisings],
    }


def _told(connection: psycopg.AsyncConnection[Any]) -> Any:
    """What comes together; ends after the first of it, or after `QUIET_SECONDS`."""
    return connection.notifies(timeout=QUIET_SECONDS, stop_after=1)


def _raising(payload: str) -> Raising:
    location_id, sku, raised_at = payload.split("/")
    return Raising(location_id, sku, datetime.fromisoformat(raised_at))
