"""``python -m benchmarks.feeds``: one price change, and all stores that sell the product.

The whole process against a real broker: from the change in `cdc.prices` to its row and head in
every store's feed, as a reader of what is committed sees them. Then the bare patterns of writing
the same, and the fold alone with more stores. Prints one JSON line.
"""

# pyright: reportMissingTypeStubs=false

import asyncio
import json
import os
import time
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from aiokafka import TopicPartition
from prometheus_client import CollectorRegistry

from benchmarks import feeds_writes
from benchmarks.feeds_fold import Record, fold, listed, priced, products, store_of
from benchmarks.kafka import own_broker
from benchmarks.postgres import own_postgres
from benchmarks.scratch import scratch
from benchmarks.usage import peak_mib
from clients import async_kafka
from clients.kafka import KafkaAccess
from connectors.feeds.metrics import feed_metrics
from connectors.feeds.process import FeedsProcess
from operations.topic_sync.sync import sync
from topics.mirrored import PARTITIONS, down_specs
from topics.partitioning import partition_of
from topics.registry import BY_NAME, PARTITIONS_DEFAULT

NAME = "feeds"

READY_SECONDS = 900.0
CHANGE_SECONDS = 120.0


def feeds(
    stores: Annotated[int, typer.Option(min=1, help="Stores in the broker.")] = 1_000,
    listing: Annotated[int, typer.Option(min=1, help="Products that each of them sells.")] = 100,
    folded: Annotated[int, typer.Option(min=1, help="Stores in the fold alone.")] = 10_000,
    times: Annotated[int, typer.Option(min=1, help="Changes, one after another.")] = 7,
) -> None:
    """Measure one price change; prints one JSON line."""
    with scratch(NAME) as folder:
        told = asyncio.run(measured(folder, stores, listing, times))
    told["fold"] = fold(folded, listing)
    typer.echo(json.dumps({**told, "load": round(os.getloadavg()[0], 1)}))


async def measured(folder: Path, stores: int, listing: int, times: int) -> dict[str, Any]:
    """With servers of its own in ``folder``."""
    names = [store_of(n) for n in range(stores)]
    with own_broker(folder) as broker:
        kafka = KafkaAccess(broker.bootstrap)
        made = time.perf_counter()
        await asyncio.to_thread(_topics, kafka, names)
        topics_seconds = time.perf_counter() - made
        told = await _process(kafka, names, listing, times)
        value = (
            b'{"kind":"price","id":"price-0","version":1,"row":{"price_minor":149}}' + b" " * 200
        )
        writes: dict[str, Any] = {
            "eight_transactions": await feeds_writes.by_writers(kafka, names, value, times),
            "one_transaction": await feeds_writes.in_one(kafka, names, value, times),
            "no_transaction": await feeds_writes.without(kafka, names, value, times),
        }
        with own_postgres(folder) as database:
            dsn = database.dsn
            writes["outbox"] = await feeds_writes.outbox(kafka, dsn, names, value, times)
    return {
        "stores": stores,
        "products": listing,
        "topics_seconds": round(topics_seconds, 1),
        **told,
        "writes": writes,
    }


def _topics(kafka: KafkaAccess, names: Sequence[str]) -> None:
    sync(kafka, PARTITIONS_DEFAULT, 1)
    sync(kafka, PARTITIONS, 1, specs=[spec for each in names for spec in down_specs(each)])


async def _process(
    kafka: KafkaAccess, names: Sequence[str], listing: int, times: int
) -> dict[str, Any]:
    everything = [*products(listing), *(each for name in names for each in listed(name, listing))]
    await _say(kafka, everything)
    found = await _filled_and_changed(kafka, names, times)
    return {**found, "restarted_seconds": round(await _restarted(kafka, len(names)), 1)}


async def _filled_and_changed(
    kafka: KafkaAccess, names: Sequence[str], times: int
) -> dict[str, Any]:
    stopping, metrics = asyncio.Event(), feed_metrics(CollectorRegistry())
    process = FeedsProcess(kafka, metrics, stopping)
    began = time.perf_counter()
    work = asyncio.create_task(process.run())
    await _until(lambda: len(process.told.feeds) == len(names), work, READY_SECONDS)
    filled = time.perf_counter() - began
    seconds, size = await _changes(kafka, names, times)
    stopping.set()
    await work
    return {
        "filled_rows": sum(each.rows for each in process.told.feeds.values()),
        "filled_seconds": round(filled, 1),
        "change_seconds": seconds,
        "change_bytes_per_store": size,
        "memory_mib": round(peak_mib(os.getpid())),
    }


async def _restarted(kafka: KafkaAccess, stores: int) -> float:
    stopping = asyncio.Event()
    process = FeedsProcess(kafka, feed_metrics(CollectorRegistry()), stopping)
    began = time.perf_counter()
    work = asyncio.create_task(process.run())
    await _until(lambda: len(process.told.feeds) == stores, work, READY_SECONDS)
    seconds = time.perf_counter() - began
    stopping.set()
    await work
    return seconds


async def _changes(
    kafka: KafkaAccess, names: Sequence[str], times: int
) -> tuple[dict[str, float], int]:
    """From a change to its head in the last of all feeds, and the bytes of one store's."""
    consumer = async_kafka.consumer(
        kafka, group_id=None, enable_auto_commit=False, isolation_level="read_committed"
    )
    await consumer.start()
    found, size = list[float](), 0
    try:
        places = [TopicPartition(f"down.{each}", 0) for each in names]
        consumer.assign(places)
        await consumer.seek_to_end()
        for place in places:
            await consumer.position(place)
        async with _producing(kafka) as producer:
            for turn in range(times):
                began = time.perf_counter()
                await _send(producer, [priced(0, 100 + turn, 2 + turn)])
                size = await _heads(consumer, set(places))
                found.append(time.perf_counter() - began)
                await asyncio.sleep(1.0)
    finally:
        await consumer.stop()
    found.sort()
    told = {"median": found[len(found) // 2], "least": found[0], "most": found[-1]}
    return {name: round(each, 3) for name, each in told.items()}, size // len(names)


async def _heads(consumer: Any, left: set[Any]) -> int:
    size = 0
    async with asyncio.timeout(CHANGE_SECONDS):
        while left:
            for place, records in (await consumer.getmany(timeout_ms=100)).items():
                size += sum(len(each.key) + len(each.value or b"") for each in records)
                if any(each.key == b"head" for each in records):
                    left.discard(place)
    return size


async def _say(kafka: KafkaAccess, records: Iterable[Record]) -> None:
    async with _producing(kafka) as producer:
        await _send(producer, records)


@asynccontextmanager
async def _producing(kafka: KafkaAccess) -> AsyncGenerator[Any]:
    producer = async_kafka.producer(kafka, max_batch_size=262_144, linger_ms=2)
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def _send(producer: Any, records: Iterable[Record]) -> None:
    waited: list[Any] = []
    for topic, key, row in records:
        by_location = BY_NAME[topic].by_location
        where = partition_of(key, PARTITIONS_DEFAULT) if by_location else None
        value = json.dumps(row).encode()
        waited.append(await producer.send(topic, value, key.encode(), where))
    await asyncio.gather(*waited)


async def _until(holds: Any, work: "asyncio.Task[None]", seconds: float) -> None:
    async with asyncio.timeout(seconds):
        while not holds():
            if work.done():
                work.result()
            await asyncio.sleep(0.05)


if __name__ == "__main__":
    typer.run(feeds)
