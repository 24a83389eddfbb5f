"""PostgreSQL as the sink uses it: one connection, and one transaction for each batch."""

from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import msgspec
import psycopg
from psycopg import sql
from psycopg.rows import TupleRow
from psycopg.types.json import set_json_dumps

from connectors.postgres.sink.acceptance import TillEpoch
from connectors.postgres.sink.batch import Rows
from connectors.postgres.sink.derived import Row
from connectors.postgres.sink.tables import SINK_TABLES, SinkTable, query
from topics.sequences import Window

Place = tuple[str, int]
"""(topic, partition)."""

CONNECT_SECONDS = 5
"""How long one attempt to connect may take. Less fails on a busy server; more delays a stop."""

KEEPALIVE = {"keepalives_idle": 5, "keepalives_interval": 5, "keepalives_count": 2}
"""Seconds, seconds and probes after which a silent server is gone: a pulled cable sends no
reset, and the default of two hours would be the length of the outage."""

STATEMENT_SECONDS = 30
"""How long one statement may take, a wait for somebody's lock included, before it is taken back and
tried again: then the wait is told. The database's own limit may be meant for web pages, and
shorter than a batch on a busy server."""


class Unready(Exception):
    """The database lacks a table; the text says what to do."""


class Overtaken(Exception):
    """Another sink has written past us: nothing was written, offsets must be read again."""


@dataclass(frozen=True, slots=True)
class Move:
    """A partition's offset before and after a batch."""

    place: Place
    was: int
    next: int


@dataclass(frozen=True, slots=True)
class _Staging:
    """The statements of one table and the types of its columns; ``append`` where rows of the
    table stay as they are."""

    append: sql.Composed | None
    copy: sql.Composed
    merge: sql.Composed
    types: tuple[int, ...]


class Store:
    """The sink's tables over one connection."""

    def __init__(self, connection: psycopg.AsyncConnection[TupleRow]) -> None:
        self._connection = connection
        self._staging: dict[str, _Staging] = {}

    async def prepare(self) -> None:
        """Make the staging tables; raises `Unready` where migrations are missing."""
        async with self._connection.transaction():
            for table in SINK_TABLES:
                self._staging[table.name] = await self._stage(table)

    async def claim(self, first_offsets: Mapping[Place, int]) -> dict[Place, int]:
        """Where each of the partitions goes on; a new one at the offset given for it."""
        topics, partitions = _split(first_offsets)
        values = {
            "topics": topics,
            "partitions": partitions,
            "offsets": list(first_offsets.values()),
        }
        async with self._connection.transaction():
            await self._connection.execute(query("claim_offsets"), values)
            cursor = await self._connection.execute(query("read_offsets"))
            held = {
                (topic, partition): offset for topic, partition, offset in await cursor.fetchall()
            }
        return {place: held[place] for place in first_offsets}

    async def windows(self, tills: Collection[TillEpoch]) -> dict[TillEpoch, Window]:
        """What has been counted of each of ``tills``; an empty window where nothing was."""
        locations, names, epochs = map(list, zip(*tills, strict=True))
        values = {"locations": locations, "tills": names, "epochs": epochs}
        async with self._connection.transaction():
            cursor = await self._connection.execute(query("read_windows"), values)
            held = await cursor.fetchall()
        windows = {till: Window() for till in tills}
        for location, till, epoch, last, missing in held:
            windows[location, till, epoch] = Window(last, missing)
        return windows

    async def write(self, rows: Rows, moves: Sequence[Move]) -> None:
        """A batch and its offsets, both or neither; raises `Overtaken`."""
        try:
            await self._write(rows, moves, append=True)
        except psycopg.errors.UniqueViolation:
            # Inputs that were read before, or a movement that a reset connector repeated.
            await self._write(rows, moves, append=False)

    async def _write(self, rows: Rows, moves: Sequence[Move], *, append: bool) -> None:
        async with self._connection.transaction():
            # First, because the rows' locks hold back a rival sink before it does the work.
            await self._move(moves)
            for table, some in rows.items():
                staging = self._staging[table]
                if append and staging.append:
                    await self._copy(staging.append, staging.types, some)
                else:
                    await self._copy(staging.copy, staging.types, some)
                    await self._connection.execute(staging.merge)

    async def _move(self, moves: Sequence[Move]) -> None:
        topics, partitions = _split([move.place for move in moves])
        values = {
            "topics": topics,
            "partitions": partitions,
            "was": [move.was for move in moves],
            "next": [move.next for move in moves],
        }
        cursor = await self._connection.execute(query("move_offsets"), values)
        if cursor.rowcount != len(moves):
            raise Overtaken

    async def _stage(self, table: SinkTable) -> _Staging:
        cursor = await self._connection.execute(query("read_types"), {"table": table.name})
        types: dict[str, int] = dict(await cursor.fetchall())
        lacking = sorted(set(table.columns) - set(types))
        if lacking:
            raise Unready(
                f"table {table.name} lacks {', '.join(lacking)}: run 'tillstream migrate'"
            )
        await self._connection.execute(table.statement("stage"))
        return _Staging(
            append=table.statement("append") if table.merge == "once" else None,
            copy=table.statement("copy"),
            merge=table.statement(f"merge_{table.merge}"),
            types=tuple(types[name] for name in table.columns),
        )

    async def _copy(
        self, statement: sql.Composed, types: Sequence[int], rows: Sequence[Row]
    ) -> None:
        async with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.set_types(types)
            for row in rows:
                await copy.write_row(row)


def _split(places: Collection[Place]) -> tuple[list[str], list[int]]:
    return [topic for topic, _ in places], [partition for _, partition in places]


@asynccontextmanager
async def connected(dsn: str) -> AsyncGenerator[Store]:
    """A store over a connection of its own; raises `psycopg.OperationalError` where none is had."""
    options: dict[str, Any] = {
        "application_name": "tillstream-sink",
        "connect_timeout": CONNECT_SECONDS,
        **KEEPALIVE,
    }
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True, **options) as connection:
        set_json_dumps(msgspec.json.encode, connection)
        # A crash of the server may take back the last commits, but batch and offsets together:
        # the sink reads the offsets again and goes on from there.
        await connection.execute("SET synchronous_commit TO off")
        limit = sql.SQL("SET statement_timeout TO {}")
        await connection.execute(limit.format(sql.Literal(f"{STATEMENT_SECONDS}s")))
        store = Store(connection)
        await store.prepare()
        yield store
