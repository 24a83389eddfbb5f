"""The board's way to write: transactions, apart from the connections that only read.

What is written here is what people decide on pages: users, sessions, the business tables, the
handling of alerts. The derived tables belong to the sink.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg
from psycopg import sql
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from clients.postgres import PostgresAccess
from clients.statements import statement
from dashboards.board.feed.database import (
    TOOK_TOO_LONG,
    DatabaseAway,
    DatabaseBusy,
    connect,
)
from dashboards.board.feed.sources import FeedSource

T = TypeVar("T")

AT_ONCE = 4
"""Transactions at a time, each on a connection of its own: people save a form now and then. With
one, everybody waits for who waits for a lock; each connection is one that the sink cannot have."""

STATEMENT_MS = 5_000
"""A statement that runs longer is broken off: somebody waits in front of a form."""

LOCK_MS = 2_000
"""How long to wait for another's transaction on the same row, before telling that it is busy. A
save takes milliseconds; who waits longer waits for a session that somebody forgot."""

IDLE_MS = 10_000
"""After which the server ends a transaction of which it hears no more: a board that hangs must
not hold locks on products."""


@dataclass(frozen=True, slots=True)
class Actor:
    """In whose name something is written, and from which address they came."""

    who: str
    address: str | None = None


class Work:
    """One open transaction."""

    def __init__(self, connection: psycopg.AsyncConnection[Any]) -> None:
        self._connection = connection

    async def query(self, question: sql.SQL, row_type: type[T], **parameters: object) -> list[T]:
        """Rows of a statement, such as one with RETURNING or FOR UPDATE."""
        async with self._connection.cursor(row_factory=class_row(row_type)) as cursor:
            await cursor.execute(question, parameters)
            return await cursor.fetchall()

    async def run(self, order: sql.SQL | sql.Composed, **parameters: object) -> int:
        """Run a statement without rows; how many rows it touched."""
        return (await self._connection.execute(order, parameters)).rowcount

    async def record(
        self, action: str, subject: str, before: object = None, after: object = None
    ) -> None:
        """Write an entry of the audit log; who acts, and from where, is the transaction's.

        ``action`` as ``products.change``, ``subject`` as ``products/4006381333931``; ``before``
        and ``after`` are what JSON can hold.
        """
        told = {"before": before, "after": after}
        await self.run(
            statement(__file__, "record"),
            action=action,
            subject=subject,
            **{name: None if value is None else Jsonb(value) for name, value in told.items()},
        )


class Writing:
    """Opens transactions, or raises `DatabaseAway` and says so to ``source``."""

    def __init__(self, postgres: PostgresAccess, source: FeedSource) -> None:
        self._postgres = postgres
        self._source = source
        self._turns = asyncio.Semaphore(AT_ONCE)

    @asynccontextmanager
    async def transaction(self, by: Actor) -> AsyncGenerator[Work]:
        """A transaction in the name of ``by``, committed at the end of the block.

        Any exception takes everything back. Constraints that refuse (``psycopg.IntegrityError``,
        ``psycopg.DataError``) pass through; `DatabaseBusy` where another transaction is in the
        way; `DatabaseAway` where the server is: then whether the commit was heard is not known.
        """
        async with self._turns:
            try:
                async with await self._connect() as connection:
                    work = Work(connection)
                    act_as = statement(__file__, "act_as")
                    await work.run(act_as, who=by.who, address=by.address or "")
                    yield work
            except (psycopg.IntegrityError, psycopg.DataError):
                raise
            except TOOK_TOO_LONG as fault:
                raise DatabaseBusy(str(fault)) from fault
            except (psycopg.Error, OSError) as fault:
                self._source.away(fault)
                raise DatabaseAway(str(fault)) from fault

    async def _connect(self) -> psycopg.AsyncConnection[Any]:
        return await connect(
            self._postgres,
            "board-writing",
            autocommit=False,
            statement_timeout=STATEMENT_MS,
            lock_timeout=LOCK_MS,
            idle_in_transaction_session_timeout=IDLE_MS,
        )
