"""Rows of a feed put into the business tables, and taken out of them.

A lot goes in by one statement for each kind. Where the server refuses it, the lot is halved until
the rows are found that it refuses: these stay out, with its reason, and hold up no other.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson
import psycopg
from psycopg import sql

from clients.statements import statement
from connectors.postgres.replication.kinds import (
    DOCUMENT,
    TABLES,
    UNKNOWN,
    UNTABLED,
    KindTable,
    as_columns,
    key_values,
)
from following.postgres import Connection
from topics.down import FeedKey

Columns = Mapping[str, Mapping[str, str]]
"""The type of each column, by table and name."""

Why = dict[FeedKey, str | None]
"""Why a row is in no table; None where it is in its own, or needs none."""

REFUSED = (psycopg.DataError, psycopg.IntegrityError)
"""What a server says of a row that does not fit. All else is no fault of the row."""


class FeedRowBody(NamedTuple):
    """A row by its name in the feed."""

    key: FeedKey
    row: Mapping[str, Any]


class _Ready(NamedTuple):
    key: FeedKey
    columns: dict[str, Any]


class Tables:
    """The business tables of one store, over one connection, in whose transactions this is."""

    def __init__(self, connection: Connection, location_id: str, columns: Columns) -> None:
        self._connection = connection
        self._location_id = location_id
        self._columns = columns
        self.unknown: set[tuple[str, str]] = set()
        """Kinds and fields that came and that no column takes."""

    async def put(self, rows: Iterable[FeedRowBody], *, is_news: bool) -> Why:
        """Put rows in, each key once; why some are not, and which others had to make way.

        What is news has its place even where an older row holds it: that one's news are to come.
        """
        why: Why = {}
        lots: dict[tuple[str, frozenset[str]], list[_Ready]] = defaultdict(list)
        for each in rows:
            if each.key.kind == DOCUMENT:
                why[each.key] = await self._take_document(each.key, each.row)
                continue
            ready = self._ready(each, why)
            if ready is not None:
                lots[each.key.kind, frozenset(ready.columns)].append(ready)
        for (kind, _), lot in lots.items():
            await self._put_lot(TABLES[kind], lot, why, is_news)
        return why

    async def take_out(self, keys: Iterable[FeedKey]) -> None:
        """Delete rows; one that is not there is no fault."""
        by_kind: dict[str, list[dict[str, str]]] = defaultdict(list)
        for each in keys:
            if each.kind == DOCUMENT:
                taken_back = {"document_id": each.id, "location_id": self._location_id}
                await self._connection.execute(statement(__file__, "take_back"), taken_back)
            if each.kind in TABLES:
                table = TABLES[each.kind]
                by_kind[each.kind].append(key_values(self._location_id, table, each.id))
        for kind, gone in by_kind.items():
            table = TABLES[kind]
            order = _told(
                "take_out", table, held=_of("held", table.key), gone=_of("gone", table.key)
            )
            await self._connection.execute(order, {"rows": _json(gone)})

    async def _take_document(self, key: FeedKey, row: Mapping[str, Any]) -> str | None:
        """What the centre wants booked is the store's to book: the database takes it, once."""
        if (row.get("document_id"), row.get("location_id")) != (key.id, self._location_id):
            return f"under {key} there is another location's, or another document"
        try:
            async with self._connection.transaction():
                order = statement(__file__, "take_document")
                await self._connection.execute(order, {"row": orjson.dumps(row).decode()})
        except REFUSED as error:
            return _reason(error)
        return None

    def _ready(self, each: FeedRowBody, why: Why) -> _Ready | None:
        kind = each.key.kind
        if kind not in TABLES:
            why[each.key] = None if kind in UNTABLED else UNKNOWN
            return None
        types = self._columns[TABLES[kind].table]
        self.unknown |= {(kind, name) for name in each.row.keys() - types.keys()}
        try:
            return _Ready(each.key, as_columns(self._location_id, each.key, each.row, types))
        except ValueError as error:
            why[each.key] = str(error)
            return None

    async def _put_lot(
        self, table: KindTable, lot: Sequence[_Ready], why: Why, is_news: bool
    ) -> None:
        try:
            async with self._connection.transaction():
                await self._put_all(table, lot)
        except REFUSED as error:
            if len(lot) > 1:
                half = len(lot) // 2
                await self._put_lot(table, lot[:half], why, is_news)
                await self._put_lot(table, lot[half:], why, is_news)
            elif is_news and table.alone and isinstance(error, psycopg.errors.UniqueViolation):
                await self._put_in_place_of(table, lot[0], why)
            else:
                why[lot[0].key] = _reason(error)
        else:
            why.update(dict.fromkeys(each.key for each in lot))

    async def _put_in_place_of(self, table: KindTable, row: _Ready, why: Why) -> None:
        same = sql.SQL(" AND ").join(
            sql.SQL("held.{0} IS NOT DISTINCT FROM coming.{0}" if table.null_counts
                    else "held.{0} = coming.{0}").format(sql.Identifier(name))
            for name in table.alone
        )  # fmt: skip
        order = _told(
            "make_way",
            table,
            key=_of("held", table.key),
            coming_key=_of("coming", table.key),
            same=same,
        )
        try:
            async with self._connection.transaction():
                out = await self._connection.execute(order, {"rows": _json([row.columns])})
                for values in await out.fetchall():
                    other = FeedKey(table.kind, "/".join(map(str, values)))
                    why[other] = f"its place was taken by {row.key}"
                await self._put_all(table, [row])
        except REFUSED as error:
            why[row.key] = _reason(error)
        else:
            why[row.key] = None

    async def _put_all(self, table: KindTable, lot: Sequence[_Ready]) -> None:
        names = sorted(lot[0].columns)
        order = _told(
            "put",
            table,
            columns=sql.SQL(", ").join(map(sql.Identifier, names)),
            key=sql.SQL(", ").join(map(sql.Identifier, table.key)),
            held=_of("held", names),
            excluded=_of("excluded", names),
        )
        await self._connection.execute(order, {"rows": _json([each.columns for each in lot])})


def _told(name: str, table: KindTable, **parts: sql.Composable) -> sql.Composed:
    return statement(__file__, name).format(table=sql.Identifier(table.table), **parts)


def _of(relation: str, names: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(relation, name) for name in names)


def _json(rows: Sequence[Mapping[str, Any]]) -> str:
    return orjson.dumps(rows).decode()


def _reason(error: psycopg.Error) -> str:
    """Without the row, which may be of people."""
    return f"{type(error).__name__}: {error.diag.message_primary}"[:500]
