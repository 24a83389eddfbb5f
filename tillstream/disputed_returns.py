"""The sink's judge of returns: judges what waits, again and again, beside the sink's own flows."""

import asyncio
import contextlib
import time
from typing import Any

import psycopg
import structlog

from clients.postgres import PostgresAccess
from edge.disputes.desk import is_waiting, judge, standing
from edge.disputes.reporting import ReportedDisputes
from following.postgres import Connection, connection_to

EVERY_SECONDS = 1.0
"""Between two looks at what waits. Less asks an idle database all day; more tells later that goods
came back twice."""

STANDING_SECONDS = 15.0
"""Between two counts of what stands: some become due by time alone, and Prometheus asks no more
often."""

STATEMENT_SECONDS = 30
"""A round takes a fraction of a second; what takes longer waits for somebody's lock."""


class ReturnsJudge:
    """Judges until ``stopping`` is set."""

    def __init__(
        self, postgres: PostgresAccess, reports: ReportedDisputes, stopping: asyncio.Event
    ) -> None:
        self._postgres = postgres
        self._reports = reports
        self._stopping = stopping
        self._counted_at = -STANDING_SECONDS
        self._log: Any = structlog.get_logger("tillstream.returns")

    async def run(self) -> None:
        """Until stopped; what PostgreSQL does not take is judged again once it is back."""
        while not self._stopping.is_set():
            try:
                async with connection_to(
                    self._postgres, "tillstream-returns", STATEMENT_SECONDS
                ) as connection:
                    await self._over(connection)
            except psycopg.Error as fault:
                # Whatever it is, levels and receipts must go on. Where a migration is missing, the
                # sink itself ends and says so.
                self._log.error("returns_put_off", cause=str(fault).strip())
                await self._rest()

    async def _over(self, connection: Connection) -> None:
        while not self._stopping.is_set():
            if await is_waiting(connection):
                self._reports.judged(await judge(connection))
                await self._count(connection)
            else:
                await self._count(connection)
                await self._rest()

    async def _count(self, connection: Connection) -> None:
        now = time.monotonic()
        if now - self._counted_at >= STANDING_SECONDS:
            self._reports.stands(await standing(connection))
            self._counted_at = now

    async def _rest(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), EVERY_SECONDS)
