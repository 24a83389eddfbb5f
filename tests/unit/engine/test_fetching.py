"""Plain records move a consumer's position exactly as aiokafka's own do, wherever a read ends."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from aiokafka.consumer.fetcher import READ_COMMITTED, FetchResult, PartitionRecords
from aiokafka.consumer.subscription_state import Assignment
from aiokafka.record.memory_records import MemoryRecords

from engine.clients import CorruptRecord, TopicPartition
from engine.fetching import PlainBuffer
from tests.record_batches import Kept, batch_of, fetched, marker

TP: Any = TopicPartition("changelog", 0)

OURS, THEIRS = 7, 8
"""Two transactional producers."""

GZIP = 1

READ_UNCOMMITTED = 0


def _records(*offsets: int) -> list[Kept]:
    return [Kept(at, b"key %d" % at, b"value %d" % at) for at in offsets]


LOG = b"".join(
    (
        batch_of(_records(0, 1, 2, 3), 0, 4, OURS),
        marker(4, OURS, commit=True),
        batch_of(_records(5, 6), 5, 7, OURS),  # taken back
        batch_of(_records(7, 8), 7, 9, THEIRS),  # beside it, and stays
        batch_of(_records(9), 9, 10, OURS),  # taken back
        marker(10, OURS, commit=False),
        marker(11, THEIRS, commit=True),
        batch_of(_records(13, 15), 12, 18, OURS),  # compacted: first, middle and last are gone
        batch_of((), 18, 20, OURS),  # compacted, and nothing is left
        marker(20, OURS, commit=True),
        batch_of(_records(21, 22, 23), 21, 24, compression=GZIP),
        batch_of(_records(24, 25), 24, 26, OURS),  # taken back, the newest
        marker(26, OURS, commit=False),
    )
)
ABORTED = [(OURS, 5, 10), (OURS, 24, 26)]
"""Producer, first offset and marker of what was taken back."""

COMMITTED = [0, 1, 2, 3, 7, 8, 13, 15, 21, 22, 23]
END = 27


def _result(
    start: int, plain: bool, batches: bytes = LOG, isolation: int = READ_COMMITTED
) -> tuple[FetchResult, Any]:
    """A fetch from ``start`` on, as the fetcher keeps it, and where its position is told."""
    assignment = Assignment([TP])
    state: Any = assignment.state_value(TP)
    state.seek(start)
    sent = MemoryRecords(fetched(batches, start))
    aborted = [(producer, first) for producer, first, marked in ABORTED if marked >= start]
    records = PartitionRecords(TP, sent, aborted, start, None, None, True, isolation)
    buffer: dict[Any, Any] = PlainBuffer() if plain else {}
    buffer[TP] = FetchResult(TP, assignment=assignment, partition_records=records, backoff=0)
    return buffer[TP], state


def _reads(result: FetchResult, state: Any, most: int) -> Iterator[tuple[list[int], int]]:
    """The offsets of each read, and the position after it."""
    while result.has_more():
        yield [record.offset for record in result.getall(most)], state.position


@pytest.mark.parametrize("isolation", [READ_COMMITTED, READ_UNCOMMITTED])
async def test_after_every_read_the_position_is_that_of_aiokafkas_own_records(
    isolation: int,
) -> None:
    def reads(start: int, plain: bool, most: int) -> list[tuple[list[int], int]]:
        return list(_reads(*_result(start, plain, isolation=isolation), most))

    for start in range(END):
        for most in range(1, END):
            ours, theirs = reads(start, True, most), reads(start, False, most)
            assert ours == theirs, f"from {start} on, {most} at once"


async def test_a_reader_that_is_interrupted_after_any_read_misses_nothing() -> None:
    for most in range(1, len(COMMITTED) + 1):
        reads, at, got = 0, 0, list[int]()
        while at < END:  # each reader dies after one read, and the next begins where it was
            offsets, at = next(_reads(*_result(at, True), most))
            got += offsets
            reads += 1
            assert reads <= END, f"{most} at once never come to the end"
        assert got == COMMITTED


async def test_a_read_that_is_not_cut_ends_behind_what_holds_no_record() -> None:
    result, state = _result(0, True)
    assert len(result.getall(None)) == len(COMMITTED)
    assert state.position == END


async def test_plain_records_hold_what_aiokafkas_own_do() -> None:
    def told(records: Sequence[Any]) -> list[tuple[Any, ...]]:
        return [(r.offset, r.timestamp, r.key, r.value, tuple(r.headers)) for r in records]

    ours, _ = _result(2, True)
    theirs, _ = _result(2, False)
    assert told(ours.getall(None)) == told(theirs.getall(None))


async def test_a_batch_that_was_damaged_on_its_way_is_refused() -> None:
    damaged = bytearray(LOG)
    damaged[80] ^= 1
    result, state = _result(0, True, bytes(damaged))
    with pytest.raises(CorruptRecord):
        result.getall(None)
    assert state.position == 0
