"""What the tests of the back office share: a database with products and shops, and who books."""

import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, LiteralString, TypeVar

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from clients.postgres import PostgresAccess
from dashboards.backoffice.asked import AskedBooking, AskedDocument
from dashboards.backoffice.writer import BookedDocument, book, open_document
from dashboards.board.feed.sources import DATABASE, FeedSource
from dashboards.board.feed.writing import Actor, Work, Writing
from tests.integration.board_world import catalogue, insert, register

T = TypeVar("T")

SKUS = {"milk": "4006381333931", "bread": "4006381333948", "pear": "4006381333955"}


def new_id() -> str:
    """An id that nobody gave yet."""
    return uuid.uuid4().hex


def lines(**quantities: int) -> list[dict[str, Any]]:
    """Lines by SKU."""
    return [{"code": sku, "quantity": quantity} for sku, quantity in quantities.items()]


class Office:
    """Somebody who books in one database."""

    def __init__(self, dsn: str, who: str = "ann") -> None:
        self.dsn = dsn
        self.who = who
        self._writing = Writing(PostgresAccess(dsn), FeedSource(DATABASE, lambda: None))

    async def within(self, act: Callable[[Work], Awaitable[T]]) -> T:
        """What ``act`` gives, in a transaction of its own."""
        async with self._writing.transaction(Actor(self.who)) as work:
            return await act(work)

    async def open(
        self, kind: str, at: str, /, id: str | None = None, **more: Any
    ) -> BookedDocument:
        """A document."""
        told = {"document_id": id or new_id(), "kind": kind, "location_id": at, **more}
        asked = AskedDocument.model_validate(told)
        return await self.within(lambda work: open_document(work, self.who, asked))

    async def do(
        self, document_id: str, at: str, act: str, /, id: str | None = None, **more: Any
    ) -> BookedDocument:
        """One thing with a document."""
        told = {"booking_id": id or new_id(), "location_id": at, "act": act, **more}
        asked = AskedBooking.model_validate(told)
        return await self.within(lambda work: book(work, self.who, document_id, asked))


def rows(dsn: str, query: LiteralString, *values: object) -> list[dict[str, Any]]:
    """What the database has."""
    with psycopg.connect(dsn) as connection, connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query, values).fetchall()


def moved(dsn: str, location: str) -> list[tuple[str, int, str]]:
    """The movements of a location, in order."""
    found = rows(
        dsn,
        "SELECT sku, quantity, reason FROM stock_movements WHERE location_id = %s "
        "ORDER BY origin, number",
        location,
    )
    return [(each["sku"], each["quantity"], each["reason"]) for each in found]


def furnish(dsn: str, *shops: str) -> None:
    """Shops, and products that they may have."""
    for sku, gtin in SKUS.items():
        catalogue(dsn, sku, sku.capitalize())
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute("UPDATE products SET gtin = %s WHERE sku = %s", (gtin, sku))
    for shop in shops:
        register(dsn, shop, shop.capitalize())


def sell(
    dsn: str, shop: str, till: str, sequences: Sequence[int], at: datetime, sku: str = "milk"
) -> None:
    """Sales of one piece, as the sink writes them: effects, and how far the till was told."""
    for sequence in sequences:
        effect = {"location_id": shop, "sku": sku, "quantity": -1, "reason": "sale"}
        till_event = {"till_id": till, "epoch": 1, "sequence": sequence, "line_no": 1}
        source = {"source_topic": "t", "source_partition": 0, "source_offset": sequence}
        insert(dsn, "stock_ledger", {**effect, **till_event, **source, "occurred_at": at})
    _hear(dsn, shop, till, sequences, at)


def _hear(dsn: str, shop: str, till: str, sequences: Sequence[int], at: datetime) -> None:
    told = rows(
        dsn,
        "SELECT sequence FROM stock_ledger WHERE location_id = %s AND till_id = %s",
        *(shop, till),
    )
    known = {each["sequence"] for each in told}
    last = max(known)
    missing = [[number, number] for number in range(1, last) if number not in known]
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO sink_tills (location_id, till_id, epoch, last_sequence, missing) "
            "VALUES (%s, %s, 1, %s, %s) ON CONFLICT (location_id, till_id, epoch) DO UPDATE "
            "SET last_sequence = excluded.last_sequence, missing = excluded.missing",
            (shop, till, last, Jsonb(missing)),
        )
        connection.execute(
            "INSERT INTO till_status (location_id, till_id, epoch, last_sequence, missing, "
            "missing_count, older, quarantined, duplicates, forks, unlisted, last_seen, version) "
            "VALUES (%s, %s, 1, %s, '[]', 0, '[]', 0, 0, 0, 0, %s, 1) "
            "ON CONFLICT (location_id, till_id) DO UPDATE SET last_seen = "
            "greatest(till_status.last_seen, excluded.last_seen)",
            (shop, till, last, at),
        )


def carry_movements(dsn: str) -> None:
    """What Kafka, worker and sink do with movements: each is in the ledger, once."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO stock_ledger (location_id, sku, quantity, reason, reference, occurred_at, "
            "movement_id, source_topic, source_partition, source_offset) "
            "SELECT location_id, sku, quantity, reason, reference, occurred_at, movement_id, "
            "'m', 0, coalesce(number, 0) FROM stock_movements ON CONFLICT DO NOTHING"
        )


def on_hand(dsn: str, shop: str, sku: str = "milk") -> int:
    """The level, by the ledger."""
    carry_movements(dsn)
    found = rows(
        dsn,
        "SELECT coalesce(sum(quantity), 0)::bigint AS level FROM stock_ledger "
        "WHERE location_id = %s AND sku = %s",
        *(shop, sku),
    )
    return found[0]["level"]


def now() -> datetime:
    """By the machine's clock, which is the database's too."""
    return datetime.now(UTC)


def state_of(booked: BookedDocument) -> Mapping[str, str]:
    """Of each location's side."""
    return {each.location_id: each.state for each in booked.documents}
