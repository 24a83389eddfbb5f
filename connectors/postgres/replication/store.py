"""PostgreSQL as the replication uses it: a lot of records and the position after them at once."""

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any, NamedTuple

import orjson
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from clients.postgres import PostgresAccess
from clients.statements import by_column, statement
from connectors.postgres.errors import Unready
from connectors.postgres.replication.kinds import ONWARD, TABLES, UNKNOWN
from connectors.postgres.replication.putting import Columns, FeedRowBody, Tables, Why
from following.offsets import Overtaken
from following.postgres import Connection, connection_to
from topics.down import KINDS, FeedKey
from topics.replica import Changes, HeldRow, NewRow, ReplicaStanding

STATEMENT_SECONDS = 30
"""As long as the sink's: what takes longer waits for somebody's lock."""

PIECE_ROWS = 2_000
"""Rows that are put into tables again at once."""

RETRIED_MAX = 500
"""Rows that are tried again after each lot: each that fails costs some statements."""


class Found(NamedTuple):
    """What the database knows of its feed."""

    topic_id: str
    standing: ReplicaStanding
    rows: dict[FeedKey, HeldRow]


class Aside(NamedTuple):
    """How many rows are kept and in no table: refused ones, and those of unknown kinds."""

    refused: int
    unknown: int


class ReplicaStore:
    """The tables of one store over one connection."""

    def __init__(self, connection: Connection, location_id: str, columns: Columns) -> None:
        self._connection = connection
        self._us = {"location_id": location_id}
        self._columns = columns
        self.tables = Tables(connection, location_id, columns)

    async def find(self, topic_id: str, first_offset: int) -> Found:
        """Where the store stands; at the feed's start where it has nothing."""
        begin = {**self._us, "topic_id": topic_id, "next_offset": first_offset}
        await self._connection.execute(statement(__file__, "begin_state"), begin)
        async with self._connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(statement(__file__, "read_state"), self._us)
            state = await cursor.fetchone()
        if state is None:
            raise Overtaken
        noted = state.pop("columns")
        if noted != self._columns:
            await self._put_again()
        else:
            await self._try_again(KINDS)
        rows = await self._fetch("read_rows")
        held = {
            FeedKey(kind, row_id): HeldRow(version, int.from_bytes(digest), place)
            for kind, row_id, version, digest, place in rows
        }
        return Found(state.pop("topic_id"), ReplicaStanding(**state), held)

    async def write(
        self, was: tuple[str, ReplicaStanding], now: tuple[str, ReplicaStanding], changes: Changes
    ) -> None:
        """A lot and the position after it, both or neither; raises `Overtaken`."""
        async with self._connection.transaction():
            await self._move(was, now)
            news = {key: new for key, new in changes.items() if new is not None}
            gone = changes.keys() - news.keys()
            if gone:
                await self._connection.execute(statement(__file__, "drop_rows"), _named(gone))
                await self.tables.take_out(gone)
            if news:
                await self._keep(news)
                rows = [FeedRowBody(key, new.row) for key, new in news.items()]
                why = await self.tables.put(rows, is_news=True)
                # Of what is kept anew, the table says already that nothing is wrong.
                await self._note({key: each for key, each in why.items() if each is not None})
            if changes:
                await self._try_again({key.kind for key in changes})
                await self._mark_onward(changes, now[1].place)

    async def aside(self) -> Aside:
        """What is in no table."""
        ((refused, unknown),) = await self._fetch("count_refused", {"known": list(KINDS)})
        return Aside(refused, unknown)

    async def _move(
        self, was: tuple[str, ReplicaStanding], now: tuple[str, ReplicaStanding]
    ) -> None:
        before = was[1]
        moved = await self._connection.execute(
            statement(__file__, "move_state"),
            {
                **self._us,
                **asdict(now[1]),
                "topic_id": now[0],
                "was_topic_id": was[0],
                "was_offset": before.next_offset,
                "was_place": before.place,
                "was_filling_to": before.filling_to,
            },
        )
        if moved.rowcount != 1:
            raise Overtaken

    async def _mark_onward(self, changed: Iterable[FeedKey], place: int) -> None:
        marked = [(*key, place) for key in changed if key.kind in ONWARD]
        if marked:
            values = by_column(("kinds", "ids", "places"), marked)
            await self._connection.execute(statement(__file__, "mark_onward"), values)

    async def _keep(self, news: Mapping[FeedKey, NewRow]) -> None:
        names = ("kinds", "ids", "versions", "digests", "places", "bodies")
        kept = [
            (*key, held.version, held.digest.to_bytes(32), held.place, body.decode())
            for key, (held, _, body) in news.items()
        ]
        await self._connection.execute(statement(__file__, "keep_rows"), by_column(names, kept))

    async def _note(self, why: Why) -> None:
        if why:
            noted = [(*key, reason) for key, reason in why.items()]
            values = by_column(("kinds", "ids", "whys"), noted)
            await self._connection.execute(statement(__file__, "note_refused"), values)

    async def _try_again(self, kinds: Iterable[str]) -> None:
        """What did not fit may fit, now that others have changed."""
        values = {"kinds": list(kinds), "unknown": UNKNOWN, "most": RETRIED_MAX}
        found = await self._fetch("read_refused", values)
        await self._note(await self.tables.put(_bodies(found), is_news=False))

    async def _put_again(self) -> None:
        """The tables have other columns than before: rows may have more to say by now."""
        async with self._connection.transaction():
            after = -1
            while found := await self._fetch("read_bodies", {"after": after, "most": PIECE_ROWS}):
                after = found[-1][3]
                rows = _bodies([row[:3] for row in found])
                await self._note(await self.tables.put(rows, is_news=False))
            columns = {**self._us, "columns": Jsonb(self._columns)}
            await self._connection.execute(statement(__file__, "note_columns"), columns)

    async def _fetch(self, name: str, values: Mapping[str, Any] | None = None) -> list[Any]:
        return await (await self._connection.execute(statement(__file__, name), values)).fetchall()


def _bodies(found: Sequence[tuple[str, str, str]]) -> list[FeedRowBody]:
    return [FeedRowBody(FeedKey(kind, id), orjson.loads(body)) for kind, id, body in found]


def _named(keys: Iterable[FeedKey]) -> dict[str, list[Any]]:
    return by_column(("kinds", "ids"), list(keys))


@asynccontextmanager
async def connected(postgres: PostgresAccess, location_id: str) -> AsyncGenerator[ReplicaStore]:
    """A store over a connection of its own; raises `psycopg.OperationalError` where none is had,
    and `Unready` where migrations are missing."""
    async with connection_to(postgres, "tillstream-replication", STATEMENT_SECONDS) as connection:
        tables = {"tables": [*(each.table for each in TABLES.values()), "replicated_rows"]}
        asked = await connection.execute(statement(__file__, "read_columns"), tables)
        columns: dict[str, dict[str, str]] = {}
        for table, name, of_type in await asked.fetchall():
            columns.setdefault(table, {})[name] = of_type
        if lacking := sorted(set(tables["tables"]) - columns.keys()):
            raise Unready(f"there is no table {', '.join(lacking)}: run 'tillstream migrate'")
        yield ReplicaStore(connection, location_id, columns)
