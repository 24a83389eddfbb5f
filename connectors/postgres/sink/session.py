"""Batches over one connection to each side: the next is read while the last is written.

Reading takes this process's time and writing mostly the server's, so neither waits for the
other. Whatever fails ends the session; the next one goes back to what PostgreSQL holds.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from connectors.postgres.metrics import SinkMetrics
from connectors.postgres.sink.acceptance import TillEpoch
from connectors.postgres.sink.asides import Asides
from connectors.postgres.sink.batch import BatchRows, Decoded
from connectors.postgres.sink.refusals import LETTERS
from connectors.postgres.sink.retraction import SinkStanding, retract
from connectors.postgres.sink.store import SinkStore
from following.offsets import ahead, lag
from following.reader import Reader
from following.records import Fetched, FollowedRecord, Place, Positions
from topics.sequences import Window

BATCH_RECORDS_MAX = 10_000
"""Records in one transaction. Fewer pay the round trips more often; more hold back the first
row of a batch, and a kill repeats more."""

PIECE_RECORDS = 1_000
"""Records decoded before others may run, some ten milliseconds: the other flow's connection and
the fetches would stand still meanwhile. Far fewer costs a turn of the event loop each."""

IDLE_SECONDS = 0.2
"""How long one fetch waits when nothing comes; a stop is noticed after it."""

PROBE_SECONDS = 5.0
"""Between two looks at the ends of the partitions while nothing comes: silence may mean that
Kafka is away."""

WINDOWS_REMEMBERED = 200_000
"""Tills' epochs kept in memory, some 100 MB at the most. Those forgotten are read again."""


Watch = Callable[[Sequence[FollowedRecord]], Awaitable[None]]
"""Is shown the records of a topic as they are read, some of them again after a fault; it may ask
PostgreSQL, and raise what waiting mends."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A fetch, decoded, and where the reader stands after it."""

    decoded: Decoded
    positions: dict[Place, int]
    oldest_ms: dict[Place, int]
    """Timestamp of the first record of each place; empty where nothing came."""


class SinkSession:
    """``written`` holds what PostgreSQL has, and is kept up to date."""

    def __init__(
        self,
        reader: Reader,
        store: SinkStore,
        metrics: SinkMetrics,
        written: dict[Place, int],
        asides: Asides,
        proven: Callable[[], None],
        watches: Mapping[str, Watch],
        inputs: Mapping[str, str],
    ) -> None:
        """``proven`` is called whenever PostgreSQL has shown that it takes what there is."""
        self._watches = watches
        self._inputs = inputs
        self._asides = asides
        self._reader = reader
        self._store = store
        self._metrics = metrics
        self._written = written
        self._proven = proven
        self._first: dict[Place, int] = {}
        self._windows: dict[TillEpoch, Window] = {}
        self._probe_due = 0.0

    async def begin(self) -> None:
        """Go to the offsets that PostgreSQL holds."""
        self._first = await self._reader.first_offsets()
        self._written.update(await self._store.claim(self._first))
        self._reader.seek(self._written)

    async def run(self, stopping: asyncio.Event) -> None:
        """Copy until ``stopping``; what was read ahead then is read again the next time."""
        reading = asyncio.ensure_future(self._read())
        try:
            while not stopping.is_set():
                batch = await reading
                reading = asyncio.ensure_future(self._read())
                if await self._take_back_refused(batch.decoded, batch.positions):
                    # What was read ahead lies behind what must be read again.
                    await reading
                    self._reader.seek(self._written)
                    reading = asyncio.ensure_future(self._read())
                else:
                    await self._copy(batch)
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _read(self) -> Batch:
        fetched = await self._reader.gather(BATCH_RECORDS_MAX, IDLE_SECONDS)
        # Here too: the lag must show while a write waits for a lock.
        self._show_lag()
        oldest_ms = _oldest_ms(fetched)
        # An empty fetch may still have passed the markers of transactions, in any partition.
        positions = await self._reader.positions(oldest_ms or self._written)
        return Batch(await self._decode(fetched), positions, oldest_ms)

    async def _decode(self, fetched: Fetched) -> Decoded:
        decoded = Decoded(self._inputs)
        for (topic, _), records in fetched.items():
            for start in range(0, len(records), PIECE_RECORDS):
                piece = records[start : start + PIECE_RECORDS]
                decoded.add(topic, piece, self._reader.partitions[topic])
                if topic in self._watches:
                    await self._watches[topic](piece)
                await asyncio.sleep(0)
        return decoded

    async def _take_back_refused(self, decoded: Decoded, positions: Positions) -> bool:
        """Take back what the batch's letters refuse; whether inputs must be read again."""
        if not decoded.refusals:
            return False
        await self._remember(decoded.concerned)
        letters = {place: at for place, at in positions.items() if place[0] in LETTERS}
        rewinds = await retract(
            self._store,
            decoded.refusals,
            ahead(self._written, letters),
            SinkStanding(self._first, self._written, self._windows),
        )
        self._written.update({**letters, **rewinds})
        for topic, _ in rewinds:
            self._metrics.taken_back.labels(topic).inc()
        return bool(rewinds)

    async def _copy(self, batch: Batch) -> None:
        """One batch: 1. read windows, 2. count, 3. write, 4. measure."""
        decoded = batch.decoded
        await self._remember(decoded.tills)
        refused = await self._store.refused(decoded.spans.values()) if decoded.spans else {}
        rows = decoded.count(self._windows, refused)
        wrote = await self._write(rows, batch.positions)
        self._asides.tell(decoded.newest)
        if batch.oldest_ms:
            self._measure(batch, rows)
        behind = self._show_lag()
        # An empty fetch is no proof: the batch that PostgreSQL refused may be still to come.
        if wrote or not behind:
            self._proven()
        if not batch.oldest_ms:
            await self._probe()

    async def _remember(self, tills: set[TillEpoch]) -> None:
        if len(self._windows) > WINDOWS_REMEMBERED:
            self._windows.clear()
        unknown = tills - self._windows.keys()
        if unknown:
            self._windows.update(await self._store.windows(unknown))

    async def _write(self, rows: BatchRows, positions: Positions) -> bool:
        moved = ahead(self._written, positions)
        if moved:
            await self._store.write(rows, self._written, moved)
            self._written.update(moved)
        return bool(moved)

    def _show_lag(self) -> int:
        return show_lag(self._metrics, self._reader.ends_heard(), self._written)

    def _measure(self, batch: Batch, rows: BatchRows) -> None:
        now = time.time()
        for (topic, _), oldest_ms in batch.oldest_ms.items():
            age_seconds = max(0.0, now - oldest_ms / 1000)
            self._metrics.event_age_seconds.labels(topic).observe(age_seconds)
        for table, some in rows.rows.items():
            self._metrics.rows.labels(table).inc(len(some))
        self._metrics.batch_rows.observe(sum(map(len, rows.rows.values())))

    async def _probe(self) -> None:
        """Let Kafka show that it is there, or its fault end the session."""
        if time.monotonic() >= self._probe_due:
            await self._reader.end_offsets()
            self._probe_due = time.monotonic() + PROBE_SECONDS


def show_lag(metrics: SinkMetrics, ends: Positions, written: Positions) -> int:
    """Set the lag of each topic, as far as ``ends`` and ``written`` are known; their sum."""
    behind = lag(ends, written)
    for topic, records in behind.items():
        metrics.lag_records.labels(topic).set(records)
    return sum(behind.values())


def _oldest_ms(fetched: Fetched) -> dict[Place, int]:
    return {place: records[0].timestamp for place, records in fetched.items()}
