"""A question that PostgreSQL takes too long over concerns who asked it, and nobody else."""

from typing import Any

import psycopg
import pytest
from psycopg import sql

from clients.postgres import PostgresAccess
from dashboards.board.feed import database as database_module
from dashboards.board.feed.database import Database, DatabaseAway, DatabaseBusy
from dashboards.board.feed.sources import DATABASE, FeedSource

ONE = sql.SQL("SELECT 1 AS one")
SLOW = sql.SQL("SELECT 1 AS one FROM pg_sleep(10)")


async def test_a_slow_question_is_broken_off_and_the_others_are_answered(
    fresh_postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "STATEMENT_MS", 100)
    source = FeedSource(DATABASE, lambda: None)
    database = Database(PostgresAccess(fresh_postgres), source)
    with pytest.raises(DatabaseBusy):
        await database.query(SLOW, dict[str, Any])
    assert source.away_since is None, "pages say that PostgreSQL is away"
    assert await database.query(ONE, dict[str, Any]) == [{"one": 1}]
    await database.close()


async def test_a_server_that_is_away_is_told_to_everybody(fresh_postgres: str) -> None:
    source = FeedSource(DATABASE, lambda: None)
    database = Database(PostgresAccess(fresh_postgres), source)
    await database.query(ONE, dict[str, Any])
    with psycopg.connect(fresh_postgres, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'tillstream-board' AND datname = current_database()"
        )
    with pytest.raises(DatabaseAway) as told:
        await database.query(ONE, dict[str, Any])
    assert not isinstance(told.value, DatabaseBusy)
    assert source.away_since is not None, "nobody is told that PostgreSQL is away"
    await database.close()
