"""PostgreSQL as the board uses it: reads only, over a few connections that come back by themselves.

A pool that connects behind its users' backs lets each of them wait, and hides why the server does
not answer. Here whoever asks connects, and the first failure is the answer to all for a while.
"""

import asyncio
import time
from typing import Any, TypeVar

import psycopg
from psycopg import errors, sql
from psycopg.rows import class_row

from clients.postgres import PostgresAccess
from dashboards.board.feed.sources import FeedSource

T = TypeVar("T")

CONNECTIONS_MAX = 4
"""Questions at a time. With one, everybody waits for who sorts fifty thousand SKUs; with many,
two hundred viewers who come back at once take the database away from the sink."""

CONNECT_SECONDS = 3
"""How long one attempt may take. Visitors wait for it; a busy server needs a second."""

STATEMENT_MS = 5_000
"""A statement that runs longer is broken off: viewers share the connections."""

RETRY_SECONDS = 2.0
"""After a failure, how long nobody tries again: each attempt would keep a visitor waiting."""

TOOK_TOO_LONG = (
    errors.LockNotAvailable,
    errors.QueryCanceled,
    errors.DeadlockDetected,
    errors.SerializationFailure,
)
"""What comes of a long question or of two transactions at once, and not of a server that is away:
others are answered."""


class DatabaseAway(Exception):
    """PostgreSQL does not answer; what is in memory is all there is."""


class DatabaseBusy(DatabaseAway):
    """Somebody else holds the row, or the statement took too long: the same may work again."""


async def connect(
    postgres: PostgresAccess, name: str, *, autocommit: bool = True, **settings: object
) -> psycopg.AsyncConnection[Any]:
    """A connection of the board's, which the server knows by ``name``; raises ``psycopg.Error``."""
    return await postgres.connect_async(
        autocommit=autocommit,
        connect_timeout=CONNECT_SECONDS,
        application_name=f"tillstream-{name}",
        options=" ".join(f"-c {setting}={value}" for setting, value in settings.items()),
    )


class Database:
    """Answers questions, or raises `DatabaseAway` and says so to ``source``."""

    def __init__(self, postgres: PostgresAccess, source: FeedSource) -> None:
        self._postgres = postgres
        self._source = source
        self._turns = asyncio.Semaphore(CONNECTIONS_MAX)
        self._idle: list[psycopg.AsyncConnection[Any]] = []
        self._not_before = 0.0

    async def query(self, question: sql.SQL, row_type: type[T], **parameters: object) -> list[T]:
        """Rows of a statement; see `dashboards.asking.Ask`.

        `DatabaseBusy` where only this question takes too long.
        """
        async with self._turns:
            if time.monotonic() < self._not_before:
                raise DatabaseAway(self._source.cause)
            try:
                rows = await self._fetch(question, row_type, parameters)
            except TOOK_TOO_LONG as fault:
                raise DatabaseBusy(str(fault)) from fault
            except (psycopg.Error, OSError) as fault:
                self._not_before = time.monotonic() + RETRY_SECONDS
                self._source.away(fault)
                await self.close()
                raise DatabaseAway(str(fault)) from fault
            self._source.back()
            return rows

    async def query_if_there(
        self, question: sql.SQL, row_type: type[T], **parameters: object
    ) -> list[T] | None:
        """As `query`; None while the database is away."""
        try:
            return await self.query(question, row_type, **parameters)
        except DatabaseAway:
            return None

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
        return await connect(
            self._postgres,
            "board",
            statement_timeout=STATEMENT_MS,
            default_transaction_read_only="on",
            # In another zone a time of the year 9999 is one of 10000, which Python cannot hold.
            timezone="UTC",
            # Compiling a statement takes longer than any of these should run.
            jit="off",
        )
