"""Short questions to PostgreSQL, each over a connection of its own."""

from typing import Any

from clients.postgres import PostgresAccess
from clients.statements import statement

CONNECT_SECONDS = 3
"""libpq takes nothing below 2."""

STATEMENT_MS = 3_000
"""What counts or lists a few rows is done long before, or the server is in trouble."""


def ask(postgres: PostgresAccess, name: str, **values: Any) -> list[tuple[Any, ...]]:
    """The rows of the query in ``sql/<name>.sql``; raises `psycopg.Error`."""
    options = f"-c statement_timeout={STATEMENT_MS}"
    with postgres.connect(
        autocommit=True,
        connect_timeout=CONNECT_SECONDS,
        options=options,
        application_name="tillstream-status",
    ) as conn:
        return conn.execute(statement(__file__, name), values or None).fetchall()
