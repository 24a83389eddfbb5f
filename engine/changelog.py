"""Brings a partition's store up to the end of its changelog.

The store holds the offset up to which it is right, so only the tail is read, in large batches.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

import structlog

from engine.clients import TopicPartition
from engine.fetching import PlainConsumer
from engine.store import Store

log = structlog.get_logger()

READ_RECORDS_MAX = 20_000
"""Changelog records per read and store batch: larger holds the event loop for over 100 ms."""

PROGRESS_EVERY_RECORDS = 500_000
"""A rebuild that says nothing for minutes looks like one that hangs."""


_DAY_SECONDS = 24 * 60 * 60

TOMBSTONES_KEPT_SECONDS = 7 * _DAY_SECONDS
"""``delete.retention.ms`` of the changelog: how long it tells that a key is gone. Kafka's default
of a day is shorter than a weekend; far longer, and it fills with carts of long ago."""

STORE_AGE_SECONDS_MAX = 5 * _DAY_SECONDS
"""How long ago a store may have been complete. Closer to `TOMBSTONES_KEPT_SECONDS`, clocks that
differ or a long recovery bring back keys that were dropped; far below, a long weekend costs a
rebuild."""


class StoreUnfit(Exception):
    """The store cannot be brought up to date from the changelog: it is to be built anew."""


class StoreAheadOfLog(StoreUnfit):
    """The store was written past the changelog's end: the log has lost what the store holds."""


class StoreTooOld(StoreUnfit):
    """The changelog may have forgotten keys that were dropped since the store was complete."""


async def recover(
    store: Store, bootstrap: str, topic: str, partition: int, applied: Callable[[int], None]
) -> None:
    """Read the changelog from the store's position to its end; ``applied`` is told each part.

    Raises `StoreUnfit`; the caller empties the store and recovers from the first offset.
    """
    consumer = PlainConsumer(
        bootstrap_servers=bootstrap,
        isolation_level="read_committed",
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=8 * 1024 * 1024,
    )
    await consumer.start()
    try:
        await read_tail(consumer, store, TopicPartition(topic, partition), applied)
    finally:
        await consumer.stop()


async def read_tail(consumer: Any, store: Store, tp: Any, applied: Callable[[int], None]) -> None:
    """`recover` with a consumer of committed data that is already there.

    Nothing past the end as it was at the start is taken: that is a newer owner's, and the last
    read may cut its transaction in two, which no fold may see.
    """
    consumer.assign([tp])
    began = time.time()
    end: int = (await consumer.end_offsets([tp]))[tp]
    start = store.position()
    if start is not None:
        _require_fit(store, start, tp, end, began)
    if start is None:
        await consumer.seek_to_beginning(tp)
    else:
        consumer.seek(tp, start)
    tell = _progress(tp, end)
    at: int = await consumer.position(tp)
    while at < end:
        fetched = await consumer.getmany(tp, timeout_ms=1000, max_records=READ_RECORDS_MAX)
        records = [record for record in fetched.get(tp, []) if record.offset < end]
        at = min(await consumer.position(tp), end)
        values: Mapping[bytes, bytes | None] = {r.key: r.value for r in records}
        store.write(values, at)
        applied(len(records))
        tell(len(records), at)
    store.confirm(began)


def _require_fit(store: Store, start: int, tp: Any, end: int, now: float) -> None:
    if start > end:
        raise StoreAheadOfLog(f"{tp.topic}-{tp.partition} ends at {end}, the store is at {start}")
    confirmed = store.confirmed_at()
    if confirmed is None or abs(now - confirmed) > STORE_AGE_SECONDS_MAX:
        raise StoreTooOld(f"the store was last known to be complete at {confirmed}, now is {now}")


def _progress(tp: Any, end: int) -> Callable[[int, int], None]:
    total = told = 0

    def tell(records: int, at: int) -> None:
        nonlocal total, told
        total += records
        if total - told >= PROGRESS_EVERY_RECORDS:
            told = total
            log.info("recovering", partition=tp.partition, records=total, at=at, end=end)

    return tell
