"""Brings a partition's store up to the end of its changelog.

The store holds the offset up to which it is right, so only the tail is read, in large parts, each
written with its own position: a recovery that is interrupted goes on where it was.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog

from clients.kafka import KafkaAccess
from engine.clients import OffsetOutOfRange, TopicPartition
from engine.errors import EngineError, TakenOver
from engine.fetching import FETCH_WAIT_MS, PlainConsumer
from engine.store import Store

log = structlog.get_logger()

READ_RECORDS_MAX = 20_000
"""Changelog records per read and store batch: larger holds the event loop for over 100 ms."""

READ_MS = 100
"""How long a read waits for a record. None comes where only the mark of a transaction lies ahead,
as after every clean stop: longer delays each opening, shorter asks a slow broker over and over."""

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


_ANEW = "Start a new application id, which rebuilds the state from the inputs"


class StoreUnfit(Exception):
    """The store cannot be brought up to date from the changelog: it is to be built anew."""


class StoreAheadOfLog(StoreUnfit):
    """The store was written past the changelog's end: the log has lost what the store holds."""


class StoreTooOld(StoreUnfit):
    """The changelog may have forgotten keys that were dropped since the store was complete."""


class ChangelogCut(EngineError):
    """The changelog has lost messages of its beginning, so no state can be told from it.

    Compaction never moves where a log begins: somebody deleted records, or let the topic delete
    by age.
    """


async def recover(
    store: Store, kafka: KafkaAccess, topic: str, partition: int, applied: Callable[[int], None]
) -> None:
    """Read the changelog from the store's position to its end; ``applied`` is told each part.

    Raises `StoreUnfit`; the caller empties the store and recovers from the first offset. Raises
    `ChangelogCut` where that would not help.
    """
    consumer = PlainConsumer(
        **kafka.python_arguments(),
        isolation_level="read_committed",
        auto_offset_reset="none",  # who is told of no gap reads on behind it
        max_partition_fetch_bytes=8 * 1024 * 1024,
        fetch_max_wait_ms=FETCH_WAIT_MS,
    )
    await consumer.start()
    try:
        await read_tail(consumer, store, TopicPartition(topic, partition), applied)
    finally:
        await consumer.stop()


async def read_tail(consumer: Any, store: Store, tp: Any, applied: Callable[[int], None]) -> None:
    """`recover` with a consumer of committed data that is already there.

    Nothing past the end as it was at the start is taken: that is a newer owner's, and the last
    read may cut its transaction in two, which no fold may see. Raises `engine.errors.TakenOver`
    where there is a newer one: of what it has written again, compaction may have taken the old
    values away before they were read, and what is left is no state of any moment.
    """
    began = time.time()
    end: int = (await consumer.end_offsets([tp]))[tp]
    await _seek(consumer, store, tp, end, began)
    tell = _progress(tp, end)
    at: int = await consumer.position(tp)
    while at < end:
        read = await _read(consumer, tp)
        at = min(await _reached(consumer, tp, read), end)
        records = [record for record in read if record.offset < end]
        values: Mapping[bytes, bytes | None] = {r.key: r.value for r in records}
        store.write(values, at)
        applied(len(records))
        tell(len(records), at)
        await asyncio.sleep(0)  # what was fetched is many reads, none of which would wait
    await _require_alone(consumer, tp, end)
    store.confirm(began)


async def _require_alone(consumer: Any, tp: Any, end: int) -> None:
    if (await consumer.end_offsets([tp]))[tp] != end:
        raise TakenOver(
            f"another worker has opened partition {tp.partition} while this one recovered it: "
            "it writes to the changelog already"
        )


async def _seek(consumer: Any, store: Store, tp: Any, end: int, now: float) -> None:
    """To the store's position; an empty store begins at the first offset, and is confirmed.

    So a rebuild that is interrupted goes on where it was, however often that happens. It may,
    within `STORE_AGE_SECONDS_MAX` of its beginning, because an empty store holds no key that was
    dropped before. A key that it has read since was in the log after that moment. The pass of
    the log's cleaner that removes a key's old values is the first that sees its tombstone, and
    from then on the tombstone stays for `TOMBSTONES_KEPT_SECONDS`: the rebuild still meets it.
    """
    start = store.position()
    if start is not None:
        _require_fit(store, start, tp, end, now)
        consumer.assign([tp])
        consumer.seek(tp, start)
        return
    store.confirm(now)
    consumer.assign([tp])  # only now: left alone, it would look for a position by itself
    await consumer.seek_to_beginning(tp)
    first: int = await consumer.position(tp)
    if first:
        raise ChangelogCut(
            f"{tp.topic}-{tp.partition} begins at offset {first}: somebody deleted records of the "
            f"changelog, and what is left is no state. {_ANEW}"
        )


async def _read(consumer: Any, tp: Any) -> Sequence[Any]:
    try:
        found = await consumer.getmany(tp, timeout_ms=READ_MS, max_records=READ_RECORDS_MAX)
    except OffsetOutOfRange as error:
        raise ChangelogCut(
            f"{tp.topic}-{tp.partition} lost what was to be read next. If a restart says the "
            f"same: {_ANEW}"
        ) from error
    return found.get(tp, ())


async def _reached(consumer: Any, tp: Any, read: Sequence[Any]) -> int:
    """The offset up to which everything was read.

    A read that may have been cut has reached its last record and no more, whatever the consumer
    says. Any other has passed markers and holes, too, of which only the consumer knows.
    """
    if len(read) >= READ_RECORDS_MAX:
        return int(read[-1].offset) + 1
    return int(await consumer.position(tp))


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
