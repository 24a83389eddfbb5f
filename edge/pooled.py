"""Connections to PostgreSQL for who answers requests: a few, used again, a transaction for each."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import NamedTuple

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow

from clients.postgres import PostgresAccess

PooledConnection = psycopg.AsyncConnection[TupleRow]


class PoolLimits(NamedTuple):
    """``connections`` at once: more than the server's cores only wait there instead of here.

    ``wait_seconds`` is for a connection and all that is asked over it, ``statement_ms`` for one
    statement and for one lock; ``connect_seconds`` for an attempt to connect.
    """

    connections: int
    connect_seconds: int
    wait_seconds: float
    statement_ms: int


class Away(Exception):
    """PostgreSQL does not answer; nothing was changed, or nobody was told so."""


class PooledConnections:
    """Gives transactions; the server knows the connections by ``name``."""

    def __init__(self, postgres: PostgresAccess, name: str, limits: PoolLimits) -> None:
        self._postgres = postgres
        self._name = name
        self._limits = limits
        self._room = asyncio.Semaphore(limits.connections)
        self._idle: list[PooledConnection] = []

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[PooledConnection]:
        """A transaction, kept where the block ends well; raises `Away`."""
        try:
            async with (
                asyncio.timeout(self._limits.wait_seconds),
                self._room,
                self._connection() as connection,
                connection.transaction(),
            ):
                yield connection
        except (psycopg.OperationalError, TimeoutError) as error:
            # Those that wait are of the same server: each would fail once more.
            await self.close()
            raise Away(f"PostgreSQL does not answer: {error}") from error

    async def close(self) -> None:
        """End the connections that nobody uses."""
        while self._idle:
            await self._idle.pop().close()

    @asynccontextmanager
    async def _connection(self) -> AsyncGenerator[PooledConnection]:
        connection = self._idle.pop() if self._idle else await self._opened()
        try:
            yield connection
        finally:
            if connection.info.transaction_status is TransactionStatus.IDLE:
                self._idle.append(connection)
            else:
                await connection.close()

    async def _opened(self) -> PooledConnection:
        most = self._limits.statement_ms
        return await self._postgres.connect_async(
            autocommit=True,
            connect_timeout=self._limits.connect_seconds,
            options=f"-c statement_timeout={most} -c lock_timeout={most}",
            application_name=self._name,
        )
