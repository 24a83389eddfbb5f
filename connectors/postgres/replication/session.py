"""Lots of the feed over one connection to each side, until one of them fails."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from connectors.postgres.replication.metrics import ReplicationMetrics
from connectors.postgres.replication.store import Aside, ReplicaStore
from following.reader import Reader
from following.records import Fetched, FollowedRecord
from topics.down import read_feed
from topics.replica import AnotherFeed, Replica, ReplicaStanding

LOT_RECORDS_MAX = 2_000
"""Records in one transaction, half a second's work. Fewer make a new store wait for commits; more
hold back the first row, and a kill repeats more."""

IDLE_SECONDS = 0.2
"""How long one fetch waits when nothing comes; a stop is noticed after it."""

PUT_BACK_SECONDS = 10.0
"""A head that is below what was applied, and that nothing followed for so long: the feed was put
back. A mirror that repeats itself is through in a second."""

PROBE_SECONDS = 5.0
"""Between two looks at the topic while nothing comes: silence may mean that Kafka is away, or that
somebody has made the topic anew."""


@dataclass(slots=True)
class ReplicationProgress:
    """What others may tell of the replication: as of the last commit."""

    standing: ReplicaStanding | None = None
    aside: Aside = field(default_factory=lambda: Aside(0, 0))


class ReplicationSession:
    """Applies the feed in ``topic_id``, and shows how far it is."""

    def __init__(
        self,
        reader: Reader,
        store: ReplicaStore,
        topic_id: str,
        topic_now: Callable[[], Awaitable[str]],
        metrics: ReplicationMetrics,
        log: Any,
        shown: ReplicationProgress,
        proven: Callable[[], None],
        written: Callable[[], None],
    ) -> None:
        """``topic_now`` asks for the id that the topic has; ``proven`` is called whenever both
        sides have answered, ``written`` after each commit."""
        self._proven = proven
        self._reader = reader
        self._store = store
        self._topic_id = topic_id
        self._topic_now = topic_now
        self._metrics = metrics
        self._log = log
        self._shown = shown
        self._written = written
        self._kinds: set[str] = set()
        self._quiet_since = time.monotonic()
        self._probe_due = 0.0

    async def begin(self) -> None:
        """Go to where PostgreSQL stands."""
        ((self._place, self._first),) = (await self._reader.first_offsets()).items()
        end = (await self._reader.end_offsets())[self._place]
        found = await self._store.find(self._topic_id, self._first)
        self._was = found.topic_id, found.standing
        self._replica = Replica(found.standing, found.rows)
        if found.topic_id != self._topic_id:
            self._begin_anew("another_topic", end)
        elif found.standing.next_offset > end:
            self._begin_anew("shorter_log", end)
        elif not found.standing.place:
            self._begin_anew("", end)
        self._reader.seek({self._place: max(self._first, self._replica.standing.next_offset)})
        self._shown.aside = await self._store.aside()
        await self._write()

    async def run(self, stopping: asyncio.Event) -> None:
        """Apply until ``stopping``, or until the topic is another one."""
        while not stopping.is_set():
            fetched = await self._reader.gather(LOT_RECORDS_MAX, IDLE_SECONDS)
            if fetched:
                self._quiet_since = time.monotonic()
                self._take(fetched)
            elif self._is_put_back():
                self._fill(self._replica.standing.head_offset or 0, "put_back")
            elif time.monotonic() >= self._probe_due:
                if await self._topic_now() != self._topic_id:
                    return
                self._probe_due = time.monotonic() + PROBE_SECONDS
            await self._write()

    def _take(self, fetched: Fetched) -> None:
        for record in (each for records in fetched.values() for each in records):
            try:
                self._take_one(record)
            except AnotherFeed as fault:
                self._fill(fault.offset, "another_feed")
                return

    def _take_one(self, record: FollowedRecord) -> None:
        if record.value is None:
            self._replica.passed(record.offset)
            return
        try:
            told = read_feed(record.key or b"", record.value)
            is_new = self._replica.take(record.offset, told)
        except (ValueError, TypeError, RecursionError) as fault:
            self._replica.passed(record.offset)
            self._metrics.records.labels("malformed").inc()
            # Without what is in it, which may be of people.
            place = f"{record.topic}-{record.partition}-{record.offset}"
            self._log.error("feed_record_malformed", record=place, fault=type(fault).__name__)
            return
        self._metrics.records.labels("applied" if is_new else "known").inc()

    def _is_put_back(self) -> bool:
        standing = self._replica.standing
        is_quiet = time.monotonic() - self._quiet_since > PUT_BACK_SECONDS
        return is_quiet and standing.filling_to is None and standing.behind_itself > 0

    def _begin_anew(self, reason: str, end: int) -> None:
        """The log may hold what is left of other feeds: what comes last counts."""
        self._replica.begin_anew(self._first, end)
        if reason:
            self._tell_filling(reason)

    def _fill(self, filling_to: int, reason: str) -> None:
        self._replica.fill(filling_to, self._first)
        self._reader.seek({self._place: self._first})
        self._tell_filling(reason)

    def _tell_filling(self, reason: str) -> None:
        self._metrics.filled.labels(reason).inc()
        self._log.warning("feed_read_once_more", reason=reason, rows=len(self._replica.rows))

    async def _write(self) -> None:
        now = self._topic_id, self._replica.standing
        if now != self._was:
            await self._store.write(self._was, now, self._replica.changes)
            self._replica.written()
            self._was = now
            self._shown.aside = await self._store.aside()
            self._written()
        self._shown.standing = now[1]
        self._show()
        self._proven()

    def _show(self) -> None:
        standing, metrics, aside = self._replica.standing, self._metrics, self._shown.aside
        metrics.applied_version.set(standing.applied_version)
        metrics.whole.set(-1 if standing.is_whole is None else int(standing.is_whole))
        metrics.ahead_versions.set(standing.behind_itself)
        metrics.aside.labels("refused").set(aside.refused)
        metrics.aside.labels("unknown_kind").set(aside.unknown)
        metrics.unknown_fields.set(len(self._store.tables.unknown))
        end = self._reader.ends_heard().get(self._place)
        metrics.lag_records.set(0 if end is None else max(0, end - standing.next_offset))
        self._show_rows(self._replica.sums.rows().items())

    def _show_rows(self, rows: Iterable[tuple[str, int]]) -> None:
        told = dict(rows)
        for kind in self._kinds - told.keys():
            self._metrics.rows.remove(kind)
        for kind, count in told.items():
            self._metrics.rows.labels(kind).set(count)
        self._kinds = set(told)
