"""The registration's transactions, each as whom it is done for."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from clients.postgres import PostgresAccess
from edge.pooled import PooledConnections, PoolLimits
from edge.registration.records import OnBehalf, Records

LIMITS = PoolLimits(connections=8, connect_seconds=5, wait_seconds=15, statement_ms=10_000)
"""With one connection, an authority that signs slowly holds up every shop. After so many seconds
the till has given up."""


class RecordStore:
    """Gives transactions. ``clock`` tells the time in UTC."""

    def __init__(self, postgres: PostgresAccess, clock: Callable[[], datetime]) -> None:
        self._connections = PooledConnections(postgres, "tillstream registration", LIMITS)
        self._clock = clock

    @asynccontextmanager
    async def records(self, actor: OnBehalf) -> AsyncGenerator[Records]:
        """The tables within one transaction, kept where the block ends well; raises `Away`."""
        async with self._connections.transaction() as connection:
            yield Records(connection, actor, self._clock())

    async def close(self) -> None:
        """End the connections that nobody uses."""
        await self._connections.close()
