"""Versions of decision tables, asked of PostgreSQL once each."""

import time
from collections.abc import Callable, Collection, Mapping
from typing import Any

from psycopg.rows import dict_row
from pydantic import ValidationError

from clients.postgres import PostgresAccess
from clients.statements import statement
from edge.recomputing.published import PublishedTable, PublishedTables, TableName, published
from topics.rule_tables import RuleTable

TABLES_MAX = 1_000
"""Versions that are remembered, some 10 kB each. A fleet has some tens of tables in a few versions;
with fewer than those that tills sell by, each lot of sales asks the database."""

UNKNOWN_SECONDS = 30.0
"""How long a version counts as unknown before it is asked for again: whoever makes them up must not
keep the database busy."""

CONNECT_SECONDS = 5


class TablesOfDatabase:
    """See `edge.recomputing.watch.KnownTables`."""

    def __init__(
        self, postgres: PostgresAccess, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._postgres = postgres
        self._clock = clock
        self._published = PublishedTables()
        self._unknown: dict[TableName | str, float] = {}

    async def of(self, wanted: Collection[TableName], names: Collection[str]) -> PublishedTables:
        """Those that there are, with the ``wanted`` versions among them; raises
        `psycopg.OperationalError`."""
        now, held = self._clock(), self._published
        more = sum(not held.has(each) for each in wanted)
        if len(held) + more > TABLES_MAX:
            held.forget()  # all that is wanted is asked for again below
        versions = [each for each in wanted if not held.has(each) and self._is_due(each, now)]
        lacking = [each for each in names if each not in held.names and self._is_due(each, now)]
        if len(self._unknown) + len(versions) + len(lacking) > TABLES_MAX:
            self._unknown.clear()
        if versions or lacking:
            await self._learn(versions, lacking)
            unknown = {each for each in versions if not held.has(each)}
            unknown |= {each for each in lacking if each not in held.names}
            self._unknown |= dict.fromkeys(unknown, now + UNKNOWN_SECONDS)
        return held

    def _is_due(self, each: TableName | str, now: float) -> bool:
        return self._unknown.get(each, now) <= now

    async def _learn(self, versions: list[TableName], names: list[str]) -> None:
        wanted = {"names": [name for name, _ in versions], "versions": [at for _, at in versions]}
        async with await self._postgres.connect_async(
            autocommit=True,
            connect_timeout=CONNECT_SECONDS,
            application_name="tillstream rules",
            row_factory=dict_row,
        ) as connection:
            rows = await connection.execute(statement(__file__, "versions"), wanted)
            self._published.learn(map_readable(await rows.fetchall()))
            rows = await connection.execute(statement(__file__, "names"), {"names": names})
            self._published.names |= {each["table_name"] for each in await rows.fetchall()}


def map_readable(rows: Collection[Mapping[str, Any]]) -> list[PublishedTable]:
    """Those of the rows that the contract can read: no till decides by the others."""
    found: list[PublishedTable] = []
    for row in rows:
        try:
            found.append(published(RuleTable.model_validate(row)))
        except ValidationError:
            continue
    return found
