"""Brings a partition's store up to the end of its changelog.

The store holds the offset up to which it is right, so only the tail is read, in large batches.
"""

from collections.abc import Callable, Mapping
from typing import Any

import structlog

from engine.clients import Consumer, TopicPartition
from engine.store import Store

log = structlog.get_logger()

READ_RECORDS_MAX = 20_000
"""Changelog records per read and store batch: larger holds the event loop for over 100 ms."""

PROGRESS_EVERY_RECORDS = 500_000
"""A rebuild that says nothing for minutes looks like one that hangs."""


class StoreAheadOfLog(Exception):
    """The store was written past the changelog's end: the log has lost what the store holds."""


async def recover(
    store: Store, bootstrap: str, topic: str, partition: int, applied: Callable[[int], None]
) -> None:
    """Read the changelog from the store's position to its end; ``applied`` is told each part.

    Raises `StoreAheadOfLog`; the caller empties the store and recovers from the first offset.
    """
    consumer = Consumer(
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
    end: int = (await consumer.end_offsets([tp]))[tp]
    start = store.position()
    if start is not None and start > end:
        raise StoreAheadOfLog(f"{tp.topic}-{tp.partition} ends at {end}, the store is at {start}")
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


def _progress(tp: Any, end: int) -> Callable[[int, int], None]:
    total = told = 0

    def tell(records: int, at: int) -> None:
        nonlocal total, told
        total += records
        if total - told >= PROGRESS_EVERY_RECORDS:
            told = total
            log.info("recovering", partition=tp.partition, records=total, at=at, end=end)

    return tell
