"""PostgreSQL as the board uses it: reads only, over a few connections that come back by themselves.

The statements are in ``sql/``, one question a file.
"""

import asyncio
import time
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from clients.postgres import PostgresAccess
from dashboards.board.feed.sources import Source
from dashboards.statements import statement

T = TypeVar("T")

_FOLDER = Path(__file__).parent.parent

CONNECTIONS_MAX = 4
"""Questions at a time. With one, everybody waits for who sorts fifty thousand SKUs; with many,
two hundred viewers who come back at once take the database away from the sink."""

CONNECT_SECONDS = 3
"""How long one attempt may take. Visitors wait for it; a busy server needs a second."""

STATEMENT_MS = 5_000
"""A statement that runs longer is broken off: viewers share the connections."""

RETRY_SECONDS = 2.0
"""After a failure, how long nobody tries again: each attempt would keep a visitor waiting."""

_OPTIONS = " ".join(
    f"-c {setting}"
    for setting in (
        f"statement_timeout={STATEMENT_MS}",
        "default_transaction_read_only=on",
        # In another zone a time of the year 9999 is one of 10000, which Python cannot hold.
        "timezone=UTC",
        # Compiling a statement takes longer than any of these should run.
        "jit=off",
    )
)


class DatabaseAway(Exception):
    """PostgreSQL does not answer; what is in memory is all there is."""


class Database:
    """Answers questions, or raises `DatabaseAway` and says so to ``source``."""

    def __init__(self, postgres: PostgresAccess, source: Source) -> None:
        self._postgres = postgres
        self._source = source
        self._turns = asyncio.Semaphore(CONNECTIONS_MAX)
        self._idle: list[psycopg.AsyncConnection[Any]] = []
        self._not_before = 0.0

    async def ask(self, question: str, row_type: type[T], **parameters: object) -> list[T]:
        """Rows of the statement in ``sql/<question>.sql``."""
        return await self.query(statement(_FOLDER, question), row_type, **parameters)

    async def query(self, question: sql.SQL, row_type: type[T], **parameters: object) -> list[T]:
        """Rows of a statement; see `dashboards.ledger.explanation.Ask`."""
        async with self._turns:
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
        while self._idle:
            await self._idle.pop().close()

    async def _fetch(
        self, question: sql.SQL, row_type: type[T], parameters: dict[str, object]
    ) -> list[T]:
        connection = self._idle.pop() if self._idle else await self._connect()
        try:
            async with connection.cursor(row_factory=class_row(row_type)) as cursor:
                await cursor.execute(question, parameters)
                rows = await cursor.fetchall()
        except BaseException:
            # Whoever breaks off leaves an answer under way: the connection is of no more use.
            await connection.close()
            raise
        self._idle.append(connection)
        return rows

    async def _connect(self) -> psycopg.AsyncConnection[Any]:
        return await self._postgres.connect_async(
            autocommit=True,
            connect_timeout=CONNECT_SECONDS,
            application_name="tillstream-board",
            options=_OPTIONS,
        )

    async def _give_up(self, fault: BaseException) -> None:
        self._not_before = time.monotonic() + RETRY_SECONDS
        self._source.away(fault)
        await self.close()
