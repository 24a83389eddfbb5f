"""PostgreSQL as the sink uses it: one connection, and one transaction for each batch."""

from collections.abc import AsyncGenerator, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import msgspec
import psycopg
from psycopg import sql
from psycopg.rows import TupleRow
from psycopg.types.json import set_json_dumps

from clients.postgres import PostgresAccess
from clients.statements import by_column
from connectors.postgres.errors import Unready
from connectors.postgres.sink.acceptance import Origin, TillEpoch
from connectors.postgres.sink.batch import BatchRows, Span
from connectors.postgres.sink.derived import MISFITS_KEPT, Row
from connectors.postgres.sink.tables import (
    BY_NAME,
    MALFORMED,
    SINK_TABLES,
    SinkTable,
    query,
)
from following.offsets import Offsets
from following.postgres import Connection, connection_to
from following.records import Place, Positions
from topics.sequences import Window

CONSUMER = "sink"
"""Whose offsets these are."""

STATEMENT_SECONDS = 30
"""How long one statement may take, a wait for somebody's lock included, before it is taken back and
tried again: then the wait is told. The database's own limit may be meant for web pages, and
shorter than a batch on a busy server."""


@dataclass(frozen=True, slots=True)
class _Staging:
    """The statements of one table and the types of its columns; ``append`` where rows of the
    table stay as they are."""

    append: sql.Composed | None
    copy: sql.Composed
    merge: sql.Composed
    types: tuple[int, ...]


class SinkStore:
    """The sink's tables over one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.offsets = Offsets(connection, "sink_offsets", CONSUMER)
        self._staging: dict[str, _Staging] = {}

    async def prepare(self) -> None:
        """Make the staging tables; raises `Unready` where migrations are missing."""
        async with self._connection.transaction():
            for table in SINK_TABLES:
                self._staging[table.name] = await self._stage(table)

    async def claim(self, first_offsets: Positions) -> dict[Place, int]:
        """Where each of the partitions goes on; a new one at the offset given for it."""
        async with self.transaction():
            held = await self.offsets.claim(first_offsets)
            await self.fetch("forget_refused")
        return held

    async def windows(self, tills: Collection[TillEpoch]) -> dict[TillEpoch, Window]:
        """What has been counted of each of ``tills``; an empty window where nothing was."""
        held = await self.fetch(
            "read_windows", by_column(("locations", "tills", "epochs"), list(tills))
        )
        windows = {till: Window() for till in tills}
        for location, till, epoch, last, missing, quarantined in held:
            windows[location, till, epoch] = Window(last, missing, quarantined)
        return windows

    async def refused(self, spans: Collection[Span]) -> dict[Origin, str]:
        """Which of the inputs in ``spans`` are dead letters, and for which reason."""
        found = await self.fetch(
            "read_refused", by_column(("topics", "partitions", "firsts", "lasts"), spans)
        )
        return {(topic, partition, offset): reason for topic, partition, offset, reason in found}

    async def write(self, batch: BatchRows, was: Positions, now: Positions) -> None:
        """A batch and its offsets, both or neither; raises `Overtaken`."""
        try:
            await self._write(batch, was, now, append=True)
        except psycopg.errors.UniqueViolation:
            # Inputs that were read before, or a movement that a reset connector repeated.
            await self._write(batch, was, now, append=False)

    async def _write(
        self, batch: BatchRows, was: Positions, now: Positions, *, append: bool
    ) -> None:
        async with self.transaction():
            await self.offsets.move(was, now)
            for table, keys in batch.gone.items():
                await self._remove(BY_NAME[table], keys)
            for table, some in batch.rows.items():
                staging = self._staging[table]
                if append and staging.append:
                    await self._copy(staging.append, staging.types, some)
                else:
                    await self.merge(table, some)
            if MALFORMED in batch.rows:
                await self.fetch("keep_newest_malformed", {"kept": MISFITS_KEPT})

    def transaction(self) -> AbstractAsyncContextManager[Any]:
        """What is done within is done as a whole or not at all."""
        return self._connection.transaction()

    async def merge(self, table: str, rows: Sequence[Row]) -> None:
        """Rows into a table where some of them may be."""
        staging = self._staging[table]
        await self._copy(staging.copy, staging.types, rows)
        await self._connection.execute(staging.merge)

    async def fetch(self, name: str, values: Mapping[str, Any] | None = None) -> list[TupleRow]:
        """What the statement ``sql/<name>.sql`` answers; nothing where it answers no rows."""
        cursor = await self._connection.execute(query(name), values)
        return await cursor.fetchall() if cursor.description else []

    async def _remove(self, table: SinkTable, keys: Iterable[Row]) -> None:
        # By the shape of the key: what is null in it would never be equal.
        for key in keys:
            values = [part for part in key if part is not None]
            await self._connection.execute(table.removal(key), values)

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


@asynccontextmanager
async def connected(postgres: PostgresAccess) -> AsyncGenerator[SinkStore]:
    """A store over a connection of its own; raises `psycopg.OperationalError` where none is had."""
    async with connection_to(postgres, "tillstream-sink", STATEMENT_SECONDS) as connection:
        set_json_dumps(msgspec.json.encode, connection)
        # A crash of the server may take back the last commits, but batch and offsets together:
        # the sink reads the offsets again and goes on from there.
        await connection.execute("SET synchronous_commit TO off")
        store = SinkStore(connection)
        await store.prepare()
        yield store
