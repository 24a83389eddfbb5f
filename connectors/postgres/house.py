"""What PostgreSQL is asked to let go of while the sink runs: old entries of the audit log.

The database itself says which may leave, and writes down that they did. Here it is only asked: by
the sink, because there is one in every installation, and as a role that could not delete any.
"""

import asyncio
import contextlib
from typing import Any

import psycopg
import structlog

from clients.postgres import PostgresAccess
from clients.statements import statement
from connectors.postgres.errors import Unready
from following.postgres import POSTGRES_AWAY, connection_to

EVERY_SECONDS = 3600.0
"""Between two passes. Less finds nothing new; much more makes days that nobody notes."""

SOON_SECONDS = 10.0
"""After a pass that found some: there may be more, and the server has other work, too."""

STATEMENT_SECONDS = 30
"""A pass takes a fraction of a second; what takes longer waits for somebody's lock."""


class Housekeeping:
    """Asks again and again until ``stopping`` is set; of two that ask at once, one is enough."""

    def __init__(self, postgres: PostgresAccess, stopping: asyncio.Event) -> None:
        self._postgres = postgres
        self._stopping = stopping
        self._log: Any = structlog.get_logger("tillstream.sink")

    async def run(self) -> None:
        """Until stopped; raises `Unready` where migrations are missing."""
        while not self._stopping.is_set():
            seconds = SOON_SECONDS if await self._forget() else EVERY_SECONDS
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), seconds)

    async def _forget(self) -> int:
        try:
            gone = await forget_audit_entries(self._postgres)
        except POSTGRES_AWAY as fault:
            self._log.warning("housekeeping_put_off", cause=str(fault))
            return 0
        if gone:
            self._log.info("audit_entries_forgotten", entries=gone)
        return gone


async def forget_audit_entries(postgres: PostgresAccess) -> int:
    """One pass; how many entries left. Raises `Unready`, and what `POSTGRES_AWAY` names."""
    name = "tillstream-housekeeping"
    async with connection_to(postgres, name, STATEMENT_SECONDS) as connection:
        try:
            cursor = await connection.execute(statement(__file__, "forget_audit_entries"))
        except psycopg.errors.UndefinedFunction as fault:
            todo = "run 'tillstream migrate'"
            raise Unready(f"the database cannot forget old entries: {todo}") from fault
        return sum(int(gone) for (gone,) in await cursor.fetchall())
