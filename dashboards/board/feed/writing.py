"""The board's way to write: transactions, apart from the connections that only read.

What is written here is what people decide on pages: users, sessions, the business tables, the
handling of alerts. The derived tables belong to the sink.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from psycopg import errors, sql
from psycopg.rows import class_row

from clients.postgres import PostgresAccess
from dashboards.board.feed.database import CONNECT_SECONDS, DatabaseAway
from dashboards.board.feed.sources import Source
from dashboards.statements import statement

T = TypeVar("T")

_FOLDER = Path(__file__).parent.parent

CONNECTIONS_MAX = 4
"""Transactions at a time. With one, everybody waits for who waits for a lock; people who save a
form need no more than some, and each connection is one that the sink cannot have."""

STATEMENT_MS = 5_000
"""A statement that runs longer is broken off: somebody waits in front of a form."""

LOCK_MS = 2_000
"""How long to wait for another's transaction on the same row, before telling that it is busy. A
save takes milliseconds; who waits longer waits for a session that somebody forgot."""

IDLE_MS = 10_000
"""After which the server ends a transaction of which it hears no more: a board that hangs must
not hold locks on products."""

_OPTIONS = " ".join(
    f"-c {setting}"
    for setting in (
        f"statement_timeout={STATEMENT_MS}",
        f"lock_timeout={LOCK_MS}",
        f"idle_in_transaction_session_timeout={IDLE_MS}",
    )
)


# What comes of two transactions at once, and not of a server that is away.
_BUSY = (
    errors.LockNotAvailable,
    errors.QueryCanceled,
    errors.DeadlockDetected,
    errors.SerializationFailure,
)


class DatabaseBusy(DatabaseAway):
    """Somebody else holds the row, or the statement took too long: the same may work again."""


@dataclass(frozen=True, slots=True)
class Actor:
    """In whose name something is written, and from which address they came."""

    who: str
    address: str | None = None


class Work:
    """One open transaction."""

    def __init__(self, connection: psycopg.AsyncConnection[Any]) -> None:
        self._connection = connection

    async def ask(self, question: str, row_type: type[T], **parameters: object) -> list[T]:
        """Rows of the statement in ``dashboards/board/sql/<question>.sql``."""
        return await self.query(statement(_FOLDER, question), row_type, **parameters)

    async def query(self, question: sql.SQL, row_type: type[T], **parameters: object) -> list[T]:
        """Rows of a statement, such as one with RETURNING or FOR UPDATE."""
        async with self._connection.cursor(row_factory=class_row(row_type)) as cursor:
            await cursor.execute(question, parameters)
            return await cursor.fetchall()

    async def run(self, order: sql.SQL | sql.Composed, **parameters: object) -> int:
        """Run a statement without rows; how many rows it touched."""
        return (await self._connection.execute(order, parameters)).rowcount


class Writing:
    """Opens transactions, or raises `DatabaseAway` and says so to ``source``."""

    def __init__(self, postgres: PostgresAccess, source: Source) -> None:
        self._postgres = postgres
        self._source = source
        self._turns = asyncio.Semaphore(CONNECTIONS_MAX)
        self._idle: list[psycopg.AsyncConnection[Any]] = []

    @asynccontextmanager
    async def transaction(self, by: Actor) -> AsyncGenerator[Work]:
        """A transaction in the name of ``by``, committed at the end of the block.

        Any exception takes everything back. Constraints that refuse (``psycopg.IntegrityError``,
        ``psycopg.DataError``) pass through; `DatabaseBusy` where another transaction is in the
        way; `DatabaseAway` where the server is: then whether the commit was heard is not known.
        """
        async with self._turns:
            try:
                connection = await self._taken()
                async with _given_back(connection, self._idle), connection.transaction():
                    work = Work(connection)
                    await work.run(
                        statement(_FOLDER, "act_as"), who=by.who, address=by.address or ""
                    )
                    yield work
            except (psycopg.IntegrityError, psycopg.DataError):
                raise
            except _BUSY as fault:
                raise DatabaseBusy(str(fault)) from fault
            except (psycopg.Error, OSError) as fault:
                self._source.away(fault)
                raise DatabaseAway(str(fault)) from fault

    async def close(self) -> None:
        """Leave the server."""
        while self._idle:
            await self._idle.pop().close()

    async def _taken(self) -> psycopg.AsyncConnection[Any]:
        """An idle connection that still answers, or a new one."""
        while self._idle:
            connection = self._idle.pop()
            try:
                await connection.execute("SELECT 1")
            except psycopg.Error:
                await connection.close()
            else:
                return connection
        return await self._postgres.connect_async(
            autocommit=True,
            connect_timeout=CONNECT_SECONDS,
            application_name="tillstream-board-writing",
            options=_OPTIONS,
        )


@asynccontextmanager
async def _given_back(
    connection: psycopg.AsyncConnection[Any], idle: list[psycopg.AsyncConnection[Any]]
) -> AsyncGenerator[None]:
    """Keep the connection for the next, unless something is under way on it."""
    try:
        yield
    finally:
        status = connection.info.transaction_status
        if status == psycopg.pq.TransactionStatus.IDLE and not connection.closed:
            idle.append(connection)
        else:
            await connection.close()
