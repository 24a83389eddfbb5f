"""PostgreSQL as totals need it: few questions, long ones, on connections of their own.

A year of receipts takes seconds to add up: on the connections of the other pages it would keep
everybody waiting.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
from aiohttp import web
from psycopg import sql
from psycopg.rows import dict_row

from clients.postgres import PostgresAccess
from clients.statements import statement
from dashboards.board.feed.database import DatabaseAway, connect
from dashboards.board.feed.recent import Recent
from dashboards.board.feed.sources import FeedSource
from dashboards.board.totals.columns import question, sortable
from dashboards.board.totals.wish import TotalsWish

Group = dict[str, Any]
"""A group by the names of its columns; see `columns`."""

ROWS_SHOWN = 100
"""Rows of a page: each costs some ten formatted figures, and everybody shares one process."""

STATEMENT_SECONDS = 30
"""After which a question is given up. Some ten million lines are added up in that time; a reader
who waits longer has gone."""

AT_ONCE = 2
"""Questions, and beside them exports, at a time: each keeps a core of the database busy."""

BATCH_ROWS = 5_000
"""Rows of an export that are in memory at a time, some megabytes; fewer are more round trips."""

KEPT_MAX = 50
"""Answers that are kept for when the database is away, at some hundred kilobytes each."""


class TooMuch(Exception):
    """The question takes longer than `STATEMENT_SECONDS`."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One page of groups, and the sums of all of them by currency, as of ``read_at``."""

    rows: list[Group]
    sums: list[Group]
    read_at: datetime

    @property
    def groups(self) -> int:
        """How many groups there are on all pages."""
        return sum(each["groups"] for each in self.sums)

    @property
    def pages(self) -> int:
        """How many pages, at least one."""
        return max(1, -(-self.groups // ROWS_SHOWN))


class Reports:
    """Answers wishes; raises `DatabaseAway` or `TooMuch`."""

    def __init__(self, postgres: PostgresAccess, source: FeedSource) -> None:
        self._postgres = postgres
        self._source = source
        self._questions = asyncio.Semaphore(AT_ONCE)
        self._exports = asyncio.Semaphore(AT_ONCE)
        self._kept: Recent[TotalsWish, Answer] = Recent(KEPT_MAX)

    async def answer(self, wish: TotalsWish) -> Answer:
        """The wish's page of groups; the last one where its page is beyond that."""
        asked = _parameters(wish, ROWS_SHOWN, (wish.page - 1) * ROWS_SHOWN)
        async with (
            self._questions,
            self._asking() as connection,
            connection.cursor(row_factory=dict_row) as cursor,
        ):
            await cursor.execute(_statement(wish), asked)
            found = await cursor.fetchall()
        sums = [each for each in found if each["is_sum"]]
        rows = [each for each in found if not each["is_sum"]]
        answer = Answer(rows, sorted(sums, key=_currency), datetime.now(UTC))
        self._kept.set(wish, answer)
        return answer

    def kept(self, wish: TotalsWish) -> Answer | None:
        """The last answer to the wish, for when there is no other."""
        return self._kept.get(wish)

    @asynccontextmanager
    async def export(self, wish: TotalsWish) -> AsyncGenerator[AsyncGenerator[list[Group]]]:
        """All groups of the wish in its order, some thousand at a time, from one snapshot."""
        asked = _parameters(wish, None, 0)
        async with (
            self._exports,
            self._asking() as connection,
            connection.cursor("totals", row_factory=dict_row) as cursor,
        ):
            await cursor.execute(_statement(wish), asked)
            yield _batches(cursor)

    @asynccontextmanager
    async def _asking(self) -> AsyncGenerator[psycopg.AsyncConnection[Any]]:
        try:
            async with await connect(
                self._postgres,
                "board-totals",
                autocommit=False,
                statement_timeout=STATEMENT_SECONDS * 1000,
                default_transaction_read_only="on",
                jit="off",
            ) as connection:
                yield connection
        except psycopg.errors.QueryCanceled as fault:
            raise TooMuch from fault
        except psycopg.OperationalError as fault:
            self._source.away(fault)
            raise DatabaseAway(str(fault)) from fault


REPORTS: web.AppKey[Reports] = web.AppKey("reports", Reports)
"""Where the application keeps them."""


async def _batches(cursor: Any) -> AsyncGenerator[list[Group]]:
    while fetched := await cursor.fetchmany(BATCH_ROWS):
        yield [each for each in fetched if not each["is_sum"]]


def _statement(wish: TotalsWish) -> sql.SQL:
    return statement(__file__, "places", question(wish.by))


def _parameters(wish: TotalsWish, limit: int | None, offset: int) -> dict[str, object]:
    sorted_by = sortable(wish.by).get(wish.sort)
    return {
        "first": wish.first,
        "last": wish.last,
        "location_id": wish.location_id,
        "by_day": "day" in wish.by,
        "by_location": "location" in wish.by,
        "by_till": "till" in wish.by,
        "sort": wish.sort,
        "sorts_money": sorted_by is not None and sorted_by.kind == "money",
        "sign": -1 if wish.descending else 1,
        "limit": limit,
        "offset": offset,
    }


def _currency(row: Group) -> str:
    return row["currency"] or ""
