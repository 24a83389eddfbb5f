"""Ways to write one change to many feeds, without what decides it: bare patterns, side by side.

Each writes a row and a head to every store's topic. The outbox is what a trigger or a service would
do in PostgreSQL, row by row in one transaction, and a relay that reads them by logical decoding as
Debezium does and writes them without a transaction.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import psycopg

from clients import async_kafka
from clients.kafka import KafkaAccess
from clients.postgres import PostgresAccess
from connectors.feeds.feed import SaidRecord
from connectors.feeds.writing import ALL_WRITERS, writer_of, writing

Lot = Mapping[str, Sequence[SaidRecord]]

_SLOT = "bench_outbox"

_TABLES = """
CREATE TABLE feed_heads (location_id text PRIMARY KEY, version bigint NOT NULL);
CREATE TABLE feed_outbox (
    location_id text, version bigint, key text, row jsonb NOT NULL,
    PRIMARY KEY (location_id, version)
);
CREATE PUBLICATION bench FOR TABLE feed_outbox;
"""

_CHANGE = """
WITH moved AS (UPDATE feed_heads SET version = version + 1 RETURNING location_id, version)
INSERT INTO feed_outbox SELECT location_id, version, 'price/price-0', %s::jsonb FROM moved
"""

_DECODED = """
SELECT data FROM pg_logical_slot_get_binary_changes(
    %s, NULL, NULL, 'proto_version', '1', 'publication_names', 'bench')
"""


def change_for(stores: Sequence[str], value: bytes) -> dict[str, list[SaidRecord]]:
    """A row and a head for each store."""
    row, head = SaidRecord(b"price/price-0", value, "row"), SaidRecord(b"head", value, "head")
    return {store: [row, head] for store in stores}


async def by_writers(kafka: KafkaAccess, stores: Sequence[str], value: bytes, times: int) -> float:
    """In a transaction of each of eight writers, side by side: the median of ``times``, seconds."""
    async with writing(kafka, ALL_WRITERS) as writers:

        async def write() -> None:
            lots: dict[int, Lot] = {
                each: change_for([name for name in stores if writer_of(name) == each], value)
                for each in ALL_WRITERS
            }
            await asyncio.gather(*(writers.write(*each) for each in lots.items() if each[1]))

        return await _median(write, times)


async def in_one(kafka: KafkaAccess, stores: Sequence[str], value: bytes, times: int) -> float:
    """In one transaction over all of them."""
    producer = async_kafka.producer(kafka, transactional_id="bench-one", max_batch_size=262_144)
    await producer.start()

    async def write() -> None:
        async with producer.transaction():
            await _send(producer, change_for(stores, value))

    try:
        return await _median(write, times)
    finally:
        await producer.stop()


async def without(kafka: KafkaAccess, stores: Sequence[str], value: bytes, times: int) -> float:
    """Without a transaction."""
    producer = async_kafka.producer(kafka, enable_idempotence=True, max_batch_size=262_144)
    await producer.start()

    async def write() -> None:
        await _send(producer, change_for(stores, value))

    try:
        return await _median(write, times)
    finally:
        await producer.stop()


async def outbox(
    kafka: KafkaAccess, dsn: str, stores: Sequence[str], value: bytes, times: int
) -> dict[str, float]:
    """By an outbox in PostgreSQL: to commit, to decode, to write; medians in seconds."""
    found: dict[str, list[float]] = {"commit": [], "decode": [], "write": []}
    producer = async_kafka.producer(kafka, enable_idempotence=True, max_batch_size=262_144)
    await producer.start()
    try:
        with PostgresAccess(dsn).connect(autocommit=True) as database:
            _prepare(database, stores)
            for _ in range(times):
                began = time.perf_counter()
                with database.transaction():
                    database.execute(_CHANGE, [value.decode()])
                committed = time.perf_counter()
                decoded = database.execute(_DECODED, [_SLOT]).fetchall()
                read = time.perf_counter()
                await _send(producer, change_for(stores, value))
                found["commit"].append(committed - began)
                found["decode"].append(read - committed)
                found["write"].append(time.perf_counter() - read)
                if len(decoded) < len(stores):
                    raise RuntimeError("the outbox was not decoded")
            database.execute("SELECT pg_drop_replication_slot(%s)", [_SLOT])
    finally:
        await producer.stop()
    return {name: round(sorted(each)[len(each) // 2], 3) for name, each in found.items()}


def _prepare(database: psycopg.Connection[Any], stores: Sequence[str]) -> None:
    database.execute(_TABLES)
    with database.cursor() as cursor:
        rows = [(each,) for each in stores]
        cursor.executemany("INSERT INTO feed_heads VALUES (%s, 0)", rows)
    database.execute("SELECT pg_create_logical_replication_slot(%s, 'pgoutput')", [_SLOT])


async def _send(producer: Any, lot: Lot) -> None:
    waited = [
        await producer.send(f"down.{store}", each.value, each.key, 0)
        for store, messages in lot.items()
        for each in messages
    ]
    await asyncio.gather(*waited)


async def _median(write: Callable[[], Any], times: int) -> float:
    found: list[float] = []
    await write()  # the first one asks for metadata
    for _ in range(times):
        began = time.perf_counter()
        await write()
        found.append(time.perf_counter() - began)
    return round(sorted(found)[len(found) // 2], 3)
