"""PostgreSQL against the derived topics: every column of every row, both ways."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from psycopg import sql

from connectors.postgres.sink.derived import DERIVED_TABLES, DerivedTable, Newest, Row
from following.reader import Reader
from operations.reconcile.difference import Differences, FigureDifference
from operations.reconcile.tables import Connection, Locations

RECORDS_AT_ONCE = 20_000
"""Records between two signs of progress."""

ROWS_AT_ONCE = 10_000
"""Rows held of a table while it is scanned."""

TIME_COLUMNS = frozenset({"as_of", "raised_at", "cleared_at", "last_seen"})
"""Read as microseconds since 1970: PostgreSQL holds times that Python does not, infinity too."""

ALTERED = "row altered by hand: its version is the topic's"
STALE = "older than the topic, though the sink has read past it: restored or altered by hand"
AHEAD = "newer than the topic: altered by hand, or the topic was made anew"
MISSING = "missing in PostgreSQL, though the sink has read past it: deleted by hand"
NOT_IN_TOPIC = "not in the topic: written by hand, or the topic was made anew"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Told = Callable[[str, int, int], None]
"""Takes progress: what is done, how much of it, out of how much."""


class TopicView:
    """The newest row of each key of the derived topics, as far as they were read."""

    def __init__(self, source: Reader, told: Told) -> None:
        self._source = source
        self._told = told
        self._read: dict[tuple[str, int], int] = {}
        self.newest = {table.topic: Newest(table) for table in DERIVED_TABLES}

    async def catch_up(self) -> None:
        """Read on to where the topics end now."""
        if not self._read:
            self._read = await self._source.first_offsets()
            self._source.seek(self._read)
        ends = await self._source.end_offsets()
        while (left := self._left(ends)) > 0:
            fetched = await self._source.take(RECORDS_AT_ONCE, 1.0)
            for (topic, _), records in fetched.items():
                self.newest[topic].add(records)
            self._read = await self._source.positions(self._read)
            self._told("reading the topics", sum(ends.values()) - left, sum(ends.values()))

    def _left(self, ends: dict[tuple[str, int], int]) -> int:
        return sum(max(0, end - self._read[place]) for place, end in ends.items())


def rows_against_topics(
    connection: Connection, view: TopicView, locations: Locations, told: Told
) -> Differences:
    """Rows of the four derived tables, and the newest values of their topics."""
    found: Differences = {}
    for table in DERIVED_TABLES:
        comparison = _Comparison(table, view.newest[table.topic].rows)
        for difference in comparison.run(connection, locations, told):
            found[difference.place] = difference
    return found


class _Comparison:
    """One table and its topic."""

    def __init__(self, table: DerivedTable, newest: dict[Row, Row]) -> None:
        self._table = table
        self._newest = newest
        self._version = table.columns.index("version")
        self._location = table.columns.index("location_id")
        self._key = [table.columns.index(name) for name in table.key]

    def run(
        self, connection: Connection, locations: Locations, told: Told
    ) -> Iterator[FigureDifference]:
        """Both directions: rows that the topic does not bear out, and values without a row."""
        met: set[Row] = set()
        for row in _scan(connection, self._table, locations):
            key = tuple([row[at] for at in self._key])
            met.add(key)
            yield from self._compared(key, row)
            if len(met) % ROWS_AT_ONCE == 0:
                told(f"comparing {self._table.table}", len(met), len(self._newest))
        for key, newest in self._newest.items():
            if key not in met and (locations is None or newest[self._location] in locations):
                version = newest[self._version]
                yield self._difference(newest, {"version": (version, None)}, MISSING)

    def _compared(self, key: Row, row: Row) -> Iterator[FigureDifference]:
        newest = self._newest.get(key)
        if newest is None:
            version = row[self._version]
            yield self._difference(row, {"version": (None, version)}, NOT_IN_TOPIC)
        elif fields := self._unlike(newest, row):
            yield self._difference(row, fields, self._cause(newest, row))

    def _unlike(self, newest: Row, row: Row) -> dict[str, tuple[Any, Any]]:
        return {
            name: (expected, found)
            for name, expected, found in zip(
                self._table.columns, map(_comparable, newest), row, strict=True
            )
            if expected != found
        }

    def _cause(self, newest: Row, row: Row) -> str:
        expected, found = newest[self._version], row[self._version]
        if found == expected:
            return ALTERED
        return STALE if found < expected else AHEAD

    def _difference(
        self, row: Row, fields: dict[str, tuple[Any, Any]], cause: str
    ) -> FigureDifference:
        return FigureDifference(
            check="rows-topics",
            table=self._table.table,
            location_id=row[self._location],
            key="/".join(str(row[at]) for at in self._key if row[at] is not None),
            fields=fields,
            cause=cause,
        )


def _scan(connection: Connection, table: DerivedTable, locations: Locations) -> Iterator[Row]:
    statement = sql.SQL(
        "SELECT {columns} FROM {table}"
        " WHERE %(locations)s::text[] IS NULL OR location_id = ANY (%(locations)s)"
    ).format(
        columns=sql.SQL(", ").join(map(_read_column, table.columns)),
        table=sql.Identifier(table.table),
    )
    with connection.transaction(), connection.cursor("reconcile") as cursor:
        cursor.itersize = ROWS_AT_ONCE
        yield from cursor.execute(statement, {"locations": locations})


def _read_column(name: str) -> sql.Composable:
    if name not in TIME_COLUMNS:
        return sql.Identifier(name)
    return sql.SQL("extract(epoch FROM {}) * 1000000").format(sql.Identifier(name))


def _comparable(value: Any) -> Any:
    """A topic's value as `_scan` reads it."""
    if isinstance(value, datetime):
        return (value - _EPOCH) // timedelta(microseconds=1)
    # Tuples and structs become the lists and objects that PostgreSQL's JSON is read as.
    return msgspec.json.decode(msgspec.json.encode(value)) if isinstance(value, list) else value
