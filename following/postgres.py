"""The one connection over which a consumer writes what it makes of records."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from psycopg.rows import TupleRow

from clients.postgres import PostgresAccess
from clients.statements import statement

Connection = psycopg.AsyncConnection[TupleRow]

POSTGRES_AWAY = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.InternalError)
"""What waiting mends: a server that is gone, full, locked, too slow for its own time limits, or
read-only since it was replaced. What a consumer itself did wrong is none of these."""

CONNECT_SECONDS = 5
"""How long one attempt to connect may take. Less fails on a busy server; more delays a stop."""

KEEPALIVE = {"keepalives_idle": 5, "keepalives_interval": 5, "keepalives_count": 2}
"""Seconds, seconds and probes after which a silent server is gone: a pulled cable sends no
reset, and the default of two hours would be the length of the outage."""


@asynccontextmanager
async def connection_to(
    postgres: PostgresAccess, name: str, statement_seconds: int
) -> AsyncGenerator[Connection]:
    """A connection for the length of a block; raises `psycopg.OperationalError` if none is had.

    ``name`` is what the server calls it. A statement that takes longer than told, a wait for
    somebody's lock included, is taken back.
    """
    options: dict[str, Any] = {"connect_timeout": CONNECT_SECONDS, **KEEPALIVE}
    async with await postgres.connect_async(
        autocommit=True, application_name=name, **options
    ) as connection:
        limit = {"limit": f"{statement_seconds}s"}
        await connection.execute(statement(__file__, "limit_statements"), limit)
        yield connection
