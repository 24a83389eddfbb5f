"""A recovery that is interrupted, at whatever moment and however often, leaves nothing out."""

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import pytest

from engine import changelog
from engine.changelog import ChangelogCut, StoreAheadOfLog, StoreTooOld, read_tail
from engine.clients import OffsetOutOfRange, TopicPartition
from engine.errors import TakenOver
from engine.store import MemoryStore
from tests.offline_consumer import Fetched, OfflineConsumer
from tests.record_batches import Kept, batch_of, fetched, marker

TP: Any = TopicPartition("changelog", 0)
PRODUCER = 7
DAY_SECONDS = 24 * 60 * 60

Values = dict[bytes, bytes]


class Log:
    """A changelog's committed and aborted transactions, each a record batch and a marker."""

    def __init__(self) -> None:
        self.batches = b""
        self.end = 0
        self.aborted: list[tuple[int, int, int]] = []
        self.newest: Values = {}

    def transaction(self, values: Mapping[bytes, bytes | None], *, commit: bool = True) -> None:
        """Write ``values`` (None is a tombstone), and whether they stay."""
        base, behind = self.end, self.end + len(values)
        records = [Kept(base + at, *each) for at, each in enumerate(values.items())]
        self.batches += batch_of(records, base, behind, PRODUCER)
        self.batches += marker(behind, PRODUCER, commit=commit)
        self.end = behind + 1
        if not commit:
            self.aborted.append((PRODUCER, base, behind))
            return
        for key, value in values.items():
            self.newest.pop(key, None)
            if value is not None:
                self.newest[key] = value

    async def fetch(self, at: int) -> Fetched:
        """See `OfflineConsumer`; the whole log at once."""
        aborted = [(who, first) for who, first, marked in self.aborted if marked >= at]
        return fetched(self.batches, at), aborted

    async def stable_end(self) -> int:
        """See `OfflineConsumer`."""
        return self.end

    def consumer(self, reads_max: int = 1_000_000) -> "Interrupted":
        """A consumer that is cancelled in the read after so many."""
        return Interrupted(self, reads_max)


class Interrupted(OfflineConsumer):
    """A consumer whose recovery ends early: a revocation cancels it, or the process dies."""

    def __init__(self, log: Log, reads_max: int) -> None:
        super().__init__(log.fetch, log.stable_end)
        self.log = log
        self._reads_left = reads_max
        self.records = 0

    async def getmany(self, partition: Any, **limits: int) -> dict[Any, list[Any]]:
        """See `OfflineConsumer`."""
        if not self._reads_left:
            raise asyncio.CancelledError
        self._reads_left -= 1
        found = await super().getmany(partition, **limits)
        self.records += sum(map(len, found.values()))
        return found


class Boasting(Interrupted):
    """A consumer that tells the changelog's end for its position once it has given a part."""

    async def position(self, partition: Any) -> int:
        """See `OfflineConsumer`."""
        return await (self.log.stable_end() if self.records else super().position(partition))


class KeptStore(MemoryStore):
    """A store that outlives its process, as one on disk does."""

    def values(self) -> Values:
        """All that it holds."""
        return {key.encode(): value for key, value in self.scan("k")}


def _changes(log: Log, keys: int, value: bytes) -> dict[bytes, bytes | None]:
    """The next values of so many keys, each third of them dropped."""
    return {
        b"k%d" % at: None if (log.end + at) % 3 == 0 else value + b" %d" % log.end
        for at in range(keys)
    }


def _filled(log: Log, transactions: int, keys: int, value: bytes) -> None:
    for number in range(transactions):
        log.transaction(_changes(log, keys + number % 3, value), commit=number % 4 != 1)


async def _recover(log: Log, store: MemoryStore, reads_max: int = 1_000_000) -> int:
    """Records that were read; a recovery that is interrupted is none the less begun."""
    consumer = log.consumer(reads_max)
    with suppress(asyncio.CancelledError):
        await read_tail(consumer, store, TP, lambda _: None)
    return consumer.records


async def _complete(log: Log) -> KeptStore:
    store = KeptStore()
    await _recover(log, store)
    assert store.values() == log.newest
    return store


@pytest.fixture
def small_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changelog, "READ_RECORDS_MAX", 5)


@pytest.mark.usefixtures("small_reads")
async def test_a_tail_is_whole_after_a_recovery_that_was_interrupted_at_any_read() -> None:
    for reads in range(30):
        log = Log()
        _filled(log, 3, 7, b"old")
        store = await _complete(log)
        _filled(log, 9, 11, b"new")

        await _recover(log, store, reads)
        assert (store.position() or 0) <= log.end
        await _recover(log, store)

        assert store.values() == log.newest, f"interrupted after {reads} reads"


@pytest.mark.usefixtures("small_reads")
async def test_a_recovery_that_never_gets_further_than_one_read_comes_to_its_end() -> None:
    log = Log()
    _filled(log, 3, 7, b"old")
    store = await _complete(log)
    _filled(log, 9, 11, b"new")
    recoveries = 0
    while store.position() != log.end:
        await _recover(log, store, reads_max=1)
        recoveries += 1
        assert recoveries < log.end, "it begins again and again"

    assert store.values() == log.newest


@pytest.mark.usefixtures("small_reads")
async def test_a_consumer_that_claims_more_than_it_gave_is_not_believed() -> None:
    log = Log()
    _filled(log, 1, 12, b"old")
    store = await _complete(log)
    log.transaction({b"k%d" % at: b"new" for at in range(12)})
    consumer = Boasting(log, reads_max=1)
    with pytest.raises(asyncio.CancelledError):
        await read_tail(consumer, store, TP, lambda _: None)
    await _recover(log, store)

    assert store.values() == log.newest


@pytest.mark.usefixtures("small_reads")
async def test_a_rebuild_that_is_interrupted_goes_on_where_it_was() -> None:
    log = Log()
    _filled(log, 40, 20, b"value")
    undisturbed = await _recover(log, KeptStore())
    store, read, recoveries = KeptStore(), 0, 0
    while store.position() != log.end:
        read += await _recover(log, store, reads_max=7)
        recoveries += 1

    assert store.values() == log.newest
    assert recoveries > 10 and read == undisturbed, "it was read again from the start"


@pytest.mark.usefixtures("small_reads")
async def test_a_rebuild_that_took_too_long_is_begun_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    log = Log()
    _filled(log, 4, 20, b"value")
    store = KeptStore()
    await _recover(log, store, reads_max=2)
    later = time.time() + changelog.STORE_AGE_SECONDS_MAX + DAY_SECONDS
    monkeypatch.setattr(changelog.time, "time", lambda: later)

    with pytest.raises(StoreTooOld):
        await read_tail(log.consumer(), store, TP, lambda _: None)


async def test_a_store_that_was_complete_days_ago_is_not_trusted() -> None:
    log = Log()
    _filled(log, 2, 3, b"value")
    store = await _complete(log)
    store.confirm(time.time() - changelog.STORE_AGE_SECONDS_MAX - DAY_SECONDS)

    with pytest.raises(StoreTooOld):
        await read_tail(log.consumer(), store, TP, lambda _: None)


async def test_a_store_that_is_ahead_of_its_changelog_is_not_trusted() -> None:
    log = Log()
    _filled(log, 2, 3, b"value")
    store = await _complete(log)
    store.write({}, log.end + 1)

    with pytest.raises(StoreAheadOfLog):
        await read_tail(log.consumer(), store, TP, lambda _: None)


async def test_what_comes_after_the_end_as_it_was_is_the_next_owners() -> None:
    log = Log()
    log.transaction({b"k1": b"mine"})
    end = log.end
    consumer = log.consumer()
    asked = consumer.end_offsets

    async def then_written_to(partitions: list[Any]) -> dict[Any, int]:
        ends = await asked(partitions)
        log.transaction({b"k1": b"theirs", b"k2": b"theirs"})
        return ends

    consumer.end_offsets = then_written_to
    store = KeptStore()
    with pytest.raises(TakenOver, match="another worker has opened partition"):
        await read_tail(consumer, store, TP, lambda _: None)

    assert (store.values(), store.position()) == ({b"k1": b"mine"}, end)


async def test_a_changelog_that_has_lost_its_beginning_rebuilds_nothing() -> None:
    log = Log()
    log.transaction({b"k1": b"value"})
    consumer = log.consumer()

    async def from_later_on(partition: Any) -> None:
        consumer.seek(partition, 1)

    consumer.seek_to_beginning = from_later_on
    with pytest.raises(ChangelogCut, match="changelog-0 begins at offset 1"):
        await read_tail(consumer, KeptStore(), TP, lambda _: None)


async def test_a_changelog_that_has_lost_what_the_store_lacks_is_not_read_behind_it() -> None:
    log = Log()
    log.transaction({b"k1": b"value"})
    store = await _complete(log)
    log.transaction({b"k1": b"newer"})
    consumer = log.consumer()
    consumer.getmany = _out_of_range
    with pytest.raises(ChangelogCut, match="lost what was to be read next"):
        await read_tail(consumer, store, TP, lambda _: None)


async def _out_of_range(partition: Any, **limits: int) -> dict[Any, list[Any]]:
    raise OffsetOutOfRange({partition: 0})


async def test_other_work_goes_on_while_what_was_fetched_is_applied(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log = Log()
    _filled(log, 1, 200, b"value")
    monkeypatch.setattr(changelog, "READ_RECORDS_MAX", 10)
    turns, told = list[int](), list[int]()
    recovering = asyncio.create_task(read_tail(log.consumer(), KeptStore(), TP, told.append))
    while not recovering.done():
        await asyncio.sleep(0)
        turns.append(len(told))

    assert len(set(turns)) >= 20, "many reads were applied without a breath"
