"""Follows the centre's topics, and tells each store what concerns it.

1. Take over from whoever wrote feeds before (`writing`).
2. Read all that the topics hold (`fleet`), and all that stores were told (`recovery`).
3. Compare: what differs is written, store by store.
4. Follow: what changes is written to the stores that it concerns.

Whatever fails, and whenever this is killed, the next start does the same, and its third step
finds exactly what is missing.
"""

# pyright: reportMissingTypeStubs=false

import asyncio
import gc
import time
from collections import deque
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

import structlog
from aiokafka.errors import ProducerFenced

from clients.kafka import KafkaAccess
from connectors.feeds import recovery
from connectors.feeds.feed import SaidRecord
from connectors.feeds.fleet import INPUTS
from connectors.feeds.metrics import FeedMetrics
from connectors.feeds.shown import show_stores
from connectors.feeds.told import ToldStores
from connectors.feeds.writing import ALL_WRITERS, Writers, writer_of, writing
from connectors.superseding import Superseded
from following.outage import Outage
from following.reader import KAFKA_AWAY, Reader, opened
from following.records import Fetched, Positions
from topics.for_stores import STORE_STATUS
from topics.registry import TILL_STATUS

FOLLOWED = (*INPUTS, TILL_STATUS.name, STORE_STATUS.name)

RECORDS_MAX = 2_000
WAIT_SECONDS = 0.5
"""How long nothing may come before words that wait are looked at."""

LOT_RECORDS = 4_000
"""Of one transaction. One price at a thousand stores is eight of them, side by side."""

STORES_AT_ONCE = 100
"""That are read back and compared: what is told them is in memory meanwhile."""

LOOK_SECONDS = 10.0
"""How soon a store's topics are found once they are made; each look asks for all topics."""

COMPARED_SECONDS = 3_600.0
"""Between two looks at all of a store's rows: prices end, and customers stay away, without a
record that says so. One store takes some 10 ms for a thousand rows."""

SHOWN_SECONDS = 2.0


class FeedsProcess:
    """The process, until ``stopping`` is set, for the stores of these ``writers``."""

    def __init__(
        self,
        kafka: KafkaAccess,
        metrics: FeedMetrics,
        stopping: asyncio.Event,
        writers: Collection[int] = ALL_WRITERS,
    ) -> None:
        self._kafka = kafka
        self._own = writers
        self._metrics = metrics
        self._stopping = stopping
        self._log: Any = structlog.get_logger("tillstream.feeds")
        self._outage = Outage("kafka", metrics.kafka_up.labels("feeds"), self._log)
        self.told = self.new()
        """What is known: of a new one, nothing yet."""

    async def run(self) -> None:
        """Tell stores, and wait out what passes; raises `Superseded` and `told.InputsLost`."""
        while not self._stopping.is_set():
            try:
                # The writers first: they end what another has open, before that is read.
                async with (
                    writing(self._kafka, self._own) as writers,
                    opened(self._kafka, FOLLOWED) as reader,
                ):
                    self._outage.note_answer()
                    await _Session(self, self._kafka, self._metrics, writers).run(
                        reader, self._stopping
                    )
            except ProducerFenced as fault:
                raise Superseded("another process tells stores; one does at a time") from fault
            except KAFKA_AWAY as fault:
                self.told = self.new()  # or both would be in memory
                await self._outage.wait(fault, self._stopping)
            finally:
                self._metrics.ready.set(0)

    def new(self) -> ToldStores:
        """One that knows nothing yet, of the stores that are this process's."""
        return ToldStores(self.left_out, lambda each: writer_of(each) in self._own)

    def note_ready(self, told: ToldStores) -> None:
        """All that there was has been read and written."""
        self.told = told
        gc.freeze()  # millions of objects that stay: to look through them takes seconds each time
        self._metrics.ready.set(1)
        self._log.info("feeds_ready", stores=len(told.feeds))

    def left_out(self, topic: str, why: str) -> None:
        """A record of ``topic`` from which nothing could be read is told to nobody."""
        self._metrics.refused.labels(topic).inc()
        self._log.error("record_tells_no_store", topic=topic, cause=why)


class _Session:
    """From taking over to the first fault."""

    def __init__(
        self, process: FeedsProcess, kafka: KafkaAccess, metrics: FeedMetrics, writers: Writers
    ) -> None:
        self._process = process
        self._kafka = kafka
        self._metrics = metrics
        self._writers = writers
        self._told = process.new()
        self._compared = deque[tuple[float, str]]()
        self._look_at = 0.0
        self._show_at = 0.0

    async def run(self, reader: Reader, stopping: asyncio.Event) -> None:
        reader.seek(await reader.first_offsets())
        await recovery.read_to_ends(reader, self._told.hear)
        self._told.fleet.is_followed = True
        await self._look_for_stores(reader)
        self._process.note_ready(self._told)
        while not stopping.is_set():
            oldest_ms = self._hear(await reader.gather(RECORDS_MAX, WAIT_SECONDS))
            self._told.set_clock(datetime.now(UTC))
            self._compare_next()
            await self._write(self._told.waiting(), oldest_ms)
            await self._pass_on_words()
            if time.monotonic() >= self._look_at:
                await self._look_for_stores(reader)
            if time.monotonic() >= self._show_at:
                show_stores(self._metrics, self._told, time.time())
                self._show_at = time.monotonic() + SHOWN_SECONDS

    def _hear(self, fetched: Fetched) -> int:
        """Take what came; when the oldest of it was written, in milliseconds, 0 where none was."""
        for (topic, _), records in fetched.items():
            for record in records:
                self._told.hear(topic, record.key, record.value, record.timestamp)
        return min((each[0].timestamp for each in fetched.values() if each), default=0)

    async def _look_for_stores(self, reader: Reader) -> None:
        """Take in stores whose topics were made, and forget those whose topics are gone."""
        told = self._told
        here = {each for each in await recovery.stores_here(self._kafka) if told.owns(each)}
        for gone in told.feeds.keys() - here:
            told.drop([gone])
            self._metrics.forget(gone)
        new = sorted(here - told.feeds.keys())
        ends = _sums(await reader.end_offsets()) if new else {}
        for at in range(0, len(new), STORES_AT_ONCE):
            stores = new[at : at + STORES_AT_ONCE]
            await self._take_in(stores)
            told.require_inputs(ends)
            await self._write(stores, 0)
        self._look_at = time.monotonic() + LOOK_SECONDS

    async def _take_in(self, stores: Collection[str]) -> None:
        """Read back what these stores were told, and look at all of their rows."""
        self._told.add(stores)
        await recovery.read_back(self._kafka, stores, self._told.recover)
        self._told.set_clock(datetime.now(UTC))
        for location_id in stores:
            self._compare(location_id)

    def _compare(self, location_id: str) -> None:
        self._told.compare(location_id)
        self._compared.append((time.monotonic() + COMPARED_SECONDS, location_id))

    def _compare_next(self) -> None:
        if self._compared and self._compared[0][0] <= time.monotonic():
            _, location_id = self._compared.popleft()
            if location_id in self._told.feeds:
                self._compare(location_id)

    async def _pass_on_words(self) -> None:
        due = list(self._told.acks.due(self._told.feeds.keys(), time.monotonic()))
        self._metrics.words.inc(await self._writers.pass_on(due))

    async def _write(self, stores: Collection[str], oldest_ms: int) -> None:
        """Tell these stores what has changed, each writer its own."""
        by_writer: dict[int, list[str]] = {}
        for location_id in sorted(stores):
            by_writer.setdefault(writer_of(location_id), []).append(location_id)
        await asyncio.gather(*(self._write_by(*each) for each in by_writer.items()))
        if stores and oldest_ms:
            self._metrics.age_seconds.observe(max(0.0, time.time() - oldest_ms / 1000))

    async def _write_by(self, writer: int, stores: Sequence[str]) -> None:
        for lot in self._told.lots(stores, LOT_RECORDS):
            await self._writers.write(writer, lot)
            for location_id, messages in lot.items():
                version = self._told.feeds[location_id].version
                self._told.standings[location_id].said(version, time.time())
                self._count(messages)

    def _count(self, messages: Sequence[SaidRecord]) -> None:
        for each in messages:
            self._metrics.written.labels(each.what).inc()
        self._metrics.written_bytes.inc(sum(len(each.value or b"") for each in messages))


def _sums(ends: Positions) -> dict[str, int]:
    """The ends of all of a topic's partitions together."""
    sums = dict.fromkeys(FOLLOWED, 0)
    for (topic, _), end in ends.items():
        sums[topic] += end
    return sums
