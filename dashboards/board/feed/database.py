"""PostgreSQL as the board uses it: reads only, over one connection that comes back by itself.

The statements are in ``sql/``, one question a file.
"""

import asyncio
import time
from functools import cache
from pathlib import Path
from typing import Any, LiteralString, TypeVar, cast

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from dashboards.board.feed.sources import Source

T = TypeVar("T")

_FOLDER = Path(__file__).parent.parent / "sql"

CONNECT_SECONDS = 3
"""How long one attempt may take. Visitors wait for it; a busy server needs a second."""

STATEMENT_MS = 5_000
"""A statement that runs longer is broken off: all viewers share the connection."""

RETRY_SECONDS = 2.0
"""After a failure, how long nobody tries again: each attempt would keep a visitor waiting."""


class DatabaseAway(Exception):
    """PostgreSQL does not answer; what is in memory is all there is."""


@cache
def _query(name: str) -> sql.SQL:
    # Literal in all but type: the files are part of the code.
    return sql.SQL(cast(LiteralString, (_FOLDER / f"{name}.sql").read_text()))


class Database:
    """Answers questions, or raises `DatabaseAway` and says so to ``source``."""

    def __init__(self, dsn: str, source: Source) -> None:
        self._dsn = dsn
        self._source = source
        self._turn = asyncio.Lock()
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._not_before = 0.0

    async def ask(self, question: str, row_type: type[T], **parameters: object) -> list[T]:
        """Rows of the statement in ``sql/<question>.sql``."""
        async with self._turn:
            if time.monotonic() < self._not_before:
                raise DatabaseAway(self._source.cause)
            try:
                rows = await self._fetch(question, row_type, parameters)
            except (psycopg.Error, OSError) as fault:
                await self._give_up(fault)
                raise DatabaseAway(str(fault)) from fault
            self._source.back()
            return rows

    async def close(self) -> None:
        """Leave the server."""
        if self._connection is not None:
            await self._connection.close()
            self._connection = None

    async def _fetch(
        self, question: str, row_type: type[T], parameters: dict[str, object]
    ) -> list[T]:
        connection = self._connection or await self._connect()
        async with connection.cursor(row_factory=class_row(row_type)) as cursor:
            await cursor.execute(_query(question), parameters)
            return await cursor.fetchall()

    async def _connect(self) -> psycopg.AsyncConnection[Any]:
        self._connection = await psycopg.AsyncConnection.connect(
            self._dsn,
            autocommit=True,
            connect_timeout=CONNECT_SECONDS,
            application_name="tillstream-board",
            options=f"-c statement_timeout={STATEMENT_MS} -c default_transaction_read_only=on",
        )
        return self._connection

    async def _give_up(self, fault: BaseException) -> None:
        self._not_before = time.monotonic() + RETRY_SECONDS
        self._source.away(fault)
        await self.close()
