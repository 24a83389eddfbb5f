"""Connections to PostgreSQL for the registration: a few, used again, and a transaction for each
request."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

import psycopg
from psycopg.pq import TransactionStatus

from clients.postgres import PostgresAccess
from edge.registration.records import Connection, OnBehalf, Records

CONNECTIONS_MAX = 8
"""At once. More than the server's cores only wait there instead of here; with one, an authority
that signs slowly holds up every shop."""

CONNECT_SECONDS = 5

WAIT_SECONDS_MAX = 15
"""For a connection and all that is asked over it. Above it the till has given up."""

_OPTIONS = "-c statement_timeout=10000 -c lock_timeout=10000"


class Away(Exception):
    """PostgreSQL does not answer; nothing was changed."""


class RecordStore:
    """Gives transactions. ``clock`` tells the time in UTC."""

    def __init__(self, postgres: PostgresAccess, clock: Callable[[], datetime]) -> None:
        self._postgres = postgres
        self._clock = clock
        self._room = asyncio.Semaphore(CONNECTIONS_MAX)
        self._idle: list[Connection] = []

    @asynccontextmanager
    async def records(self, actor: OnBehalf) -> AsyncGenerator[Records]:
        """The tables within one transaction, kept where the block ends well; raises `Away`."""
        try:
            async with (
                asyncio.timeout(WAIT_SECONDS_MAX),
                self._room,
                self._connection() as connection,
                connection.transaction(),
            ):
                yield Records(connection, actor, self._clock())
        except (psycopg.OperationalError, TimeoutError) as error:
            # Those that wait are of the same server: each would fail once more.
            await self.close()
            raise Away(f"PostgreSQL does not answer: {error}") from error

    async def close(self) -> None:
        """End the connections that nobody uses."""
        while self._idle:
            await self._idle.pop().close()

    @asynccontextmanager
    async def _connection(self) -> AsyncGenerator[Connection]:
        connection = self._idle.pop() if self._idle else await self._opened()
        try:
            yield connection
        finally:
            if connection.info.transaction_status is TransactionStatus.IDLE:
                self._idle.append(connection)
            else:
                await connection.close()

    async def _opened(self) -> Connection:
        return await self._postgres.connect_async(
            autocommit=True,
            connect_timeout=CONNECT_SECONDS,
            options=_OPTIONS,
            application_name="tillstream registration",
        )
