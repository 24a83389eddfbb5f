"""What the tests of the board share: rows as workers say them and as the sink writes them."""

import asyncio
import json
import re
import time
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any, LiteralString

import psycopg
from aiohttp import ClientSession, ClientTimeout
from aiokafka import AIOKafkaProducer
from psycopg import sql
from psycopg.types.json import Jsonb

from clients.kafka import KafkaAccess
from operations.topic_sync.sync import sync
from tillstream.board import OpenBoard
from topics.partitioning import partition_of
from topics.registry import OUTPUTS

PARTITIONS = 8

PATIENCE_SECONDS = 60.0
"""How long anything may take before a test gives up on it: a limit, not an expectation."""

Row = tuple[str, dict[str, Any]]
"""(topic, value)."""

_KEYS = {
    "stock.levels": ("location_id", "sku"),
    "checkout.totals": ("location_id", "till_id", "business_date"),
    "restock.alerts": ("location_id", "sku"),
    "till.status": ("location_id", "till_id"),
}


def now() -> str:
    """This moment, as events tell it."""
    return datetime.now(UTC).isoformat()


def level(location: str, sku: str, on_hand: int, version: int, in_carts: int = 0) -> Row:
    """A stock level."""
    return "stock.levels", {
        "location_id": location,
        "sku": sku,
        "on_hand": on_hand,
        "in_carts": in_carts,
        "available": on_hand - in_carts,
        "version": version,
        "as_of": now(),
    }


def totals(location: str, version: int, **changed: Any) -> Row:
    """A location's totals of a day."""
    return "checkout.totals", {
        "location_id": location,
        "till_id": None,
        "business_date": "2026-11-21",
        "receipts": 0,
        "returns": 0,
        "units": 0,
        "weight_grams": 0,
        "returned_units": 0,
        "returned_weight_grams": 0,
        "gross_minor": 0,
        "discount_minor": 0,
        "tax_minor": 0,
        "refund_minor": 0,
        "net_sales_minor": 0,
        "tenders": {},
        "open_carts": 0,
        "discrepancies": 0,
        "version": version,
        "as_of": now(),
        **changed,
    }


def alert(location: str, sku: str, version: int, **changed: Any) -> Row:
    """A raised alert."""
    return "restock.alerts", {
        "location_id": location,
        "sku": sku,
        "state": "raised",
        "reason": "below_reorder_point",
        "on_hand": 3,
        "reorder_point": 5,
        "suggested_quantity": 17,
        "raised_at": now(),
        "cleared_at": None,
        "version": version,
        **changed,
    }


def till(location: str, till_id: str, version: int, **changed: Any) -> Row:
    """What was heard of a till; ``missing`` alone says how many are missing."""
    missing: list[list[int]] = changed.get("missing", [])
    return "till.status", {
        "location_id": location,
        "till_id": till_id,
        "epoch": 1,
        "last_sequence": 100,
        "last_hash": None,
        "missing": missing,
        "missing_count": sum(last - first + 1 for first, last in missing),
        "older": [],
        "quarantined": 0,
        "duplicates": 0,
        "forks": 0,
        "unlisted": 0,
        "last_seen": now(),
        "version": version,
        **changed,
    }


def make_topics(kafka: str) -> None:
    """The derived topics, where they are missing."""
    sync(KafkaAccess(kafka), PARTITIONS, 1, specs=OUTPUTS)


def key_of(topic: str, value: dict[str, Any]) -> str:
    """The key under which a row is said."""
    return "/".join(value[name] for name in _KEYS[topic] if value[name] is not None)


async def say(kafka: str, rows: Iterable[Row], *, commit: bool = True) -> None:
    """Tell rows as a worker does; ``commit`` False takes them back."""
    told = [
        (topic, value["location_id"], key_of(topic, value).encode(), json.dumps(value).encode())
        for topic, value in rows
    ]
    await say_raw(kafka, told, commit=commit)


async def bury(kafka: str, rows: Iterable[Row]) -> None:
    """Tell that rows are gone, as a worker does."""
    told = [(topic, row["location_id"], key_of(topic, row).encode(), None) for topic, row in rows]
    await say_raw(kafka, told)


async def say_raw(
    kafka: str, told: Iterable[tuple[str, str, bytes | None, bytes | None]], *, commit: bool = True
) -> None:
    """Put keys and values into topics as they are, each where its location is."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka, transactional_id=str(uuid.uuid4()))
    await producer.start()
    try:
        await producer.begin_transaction()
        for topic, location, key, value in told:
            await producer.send_and_wait(topic, value, key, partition_of(location, PARTITIONS))
        await (producer.commit_transaction() if commit else producer.abort_transaction())
    finally:
        await producer.stop()


def store(dsn: str, rows: Iterable[Row]) -> None:
    """Write rows as the sink does, into an empty table."""
    for topic, value in rows:
        insert(dsn, topic.replace(".", "_"), value)


def insert(dsn: str, table: str, row: dict[str, Any]) -> None:
    """Put one row into a table."""
    names = sql.SQL(", ").join(map(sql.Identifier, row))
    places = sql.SQL(", ").join(sql.Placeholder() * len(row))
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})")
    values = [Jsonb(each) if isinstance(each, list | dict) else each for each in row.values()]
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(statement.format(sql.Identifier(table), names, places), values)


def execute(dsn: str, statement: LiteralString) -> None:
    """Run a statement."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(statement)


def close_database(dsn: str) -> None:
    """Let nobody into the database any more, as when its server is away.

    Clients alone are sent away: autovacuum may be at work in the database, and a role that is
    no superuser may not end it.
    """
    server, name = dsn.rsplit("/", 1)
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        close = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false")
        connection.execute(close.format(sql.Identifier(name)))
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = %s AND backend_type = 'client backend'",
            (name,),
        )


def register(dsn: str, location: str, name: str, **changed: Any) -> None:
    """A row of ``locations``."""
    row = {"location_id": location, "name": name, "kind": "shop", "time_zone": "Europe/Berlin"}
    insert(dsn, "locations", {**row, **changed})


def catalogue(dsn: str, sku: str, name: str, **changed: Any) -> None:
    """A row of ``products``."""
    row = {"sku": sku, "name": name, "category": "grocery", "price_minor": 100, "currency": "EUR"}
    insert(dsn, "products", {**row, **changed})


@dataclass
class Piece:
    """One row or group of figures, as a page shows it: texts by cell, and marks."""

    row_id: str
    marks: dict[str, str]
    cells: dict[str, str] = field(default_factory=dict[str, str])


class _Pieces(HTMLParser):
    """Reads the pieces of a page, or of what a stream brings."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: dict[str, Piece] = {}
        self._piece: Piece | None = None
        self._cell = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "data-turn" in given:
            marks = {name[5:]: value for name, value in given.items() if name.startswith("data-")}
            self._piece = self.pieces[given["id"]] = Piece(given["id"], marks)
        self._cell = given.get("data-cell", "")
        if self._cell and self._piece:
            self._piece.cells[self._cell] = ""

    def handle_endtag(self, tag: str) -> None:
        self._cell = ""

    def handle_data(self, data: str) -> None:
        if self._cell and self._piece:
            self._piece.cells[self._cell] += data


def pieces(html: str) -> dict[str, Piece]:
    """The pieces of some HTML by their ids."""
    reader = _Pieces()
    reader.feed(html)
    return reader.pieces


class Stream:
    """A viewer: what its page is told."""

    def __init__(self, content: Any) -> None:
        self._content = content

    async def next(self, event: str) -> str:
        """The data of the next event of that name, ``message`` for rows; others are passed over."""
        said = "message"
        async with asyncio.timeout(PATIENCE_SECONDS):
            async for line in self._content:
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name == "event":
                    said = value
                if name == "data" and said == event:
                    return value
                if not name:
                    said = "message"
        raise AssertionError(f"the stream ended without {event}")

    async def row(self, row_id: str, **cells: str) -> Piece:
        """The next state of a row that has these cells; other states may come before it."""
        while True:
            row = pieces(await self.next("message")).get(row_id)
            if row is not None and cells.items() <= row.cells.items():
                return row


@asynccontextmanager
async def watching(address: str, path: str) -> AsyncGenerator[Stream]:
    """A viewer of the page at ``path``, from the moment it is being told."""
    async with ClientSession(timeout=ClientTimeout(total=None)) as session:
        async with session.get(address + path) as answer:
            found = re.search(r"/stream\?viewer=[\w-]+", await answer.text())
        assert found is not None, f"{path} has no stream"
        async with session.get(address + found.group(), max_line_size=2**24) as answer:
            stream = Stream(answer.content)
            await stream.next("hello")
            yield stream


async def read(address: str, path: str, status: int = 200) -> str:
    """The page at ``path``."""
    async with ClientSession() as session, session.get(address + path) as answer:
        text = await answer.text()
        assert answer.status == status, f"{path} answered {answer.status}: {text}"
        return text


async def until(true: Callable[[], Awaitable[bool]], what: str) -> None:
    """Return once ``true`` is; fail with ``what`` when patience ends."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not await true():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        await asyncio.sleep(0.05)


async def listening(board: OpenBoard) -> None:
    """Return once the board hears Kafka."""

    async def well() -> bool:
        return "tillstream_board_kafka_up 1.0" in await read(board.metrics, "")

    await until(well, "the board heard Kafka")
