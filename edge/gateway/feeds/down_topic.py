"""The source of all master data in a store with a Kafka of its own: its feed, `down.LOCATION`.

It is read from its start each time, so that whatever was missed is mended by starting anew: some
20 us a record. What a store's catalog was before is on its disk, and counts until all that the
feed had at the start has been read.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from clients.kafka import KafkaAccess
from edge.bundle.form import BundleRows
from edge.gateway.catalog.centre_rows import BadRow, CentreRows
from edge.gateway.catalog.desk import CatalogReports
from edge.gateway.customers.known import HeardCustomers
from edge.gateway.feeds.catalog_topics import AGAIN_SECONDS
from edge.gateway.feeds.news import Hear, News, NewsKind
from edge.gateway.feeds.topic_source import (
    PROBE_SECONDS,
    WAIT_SECONDS,
    KafkaProbe,
    follow_for_ever,
    is_reached,
    place_of,
)
from edge.rules.trying import TriedTables
from following.outage import Outage
from following.reader import Reader
from following.records import FollowedRecord, Positions
from topics.down import FeedKey, read_feed
from topics.mirrored import down_topics
from topics.replica import AnotherFeed, NewRow, Replica, ReplicaStanding

RECORDS_MAX = 500
"""Of one fetch, some 10 ms: tills wait for their answers meanwhile."""

PUT_BACK_SECONDS = 10.0
"""As the replication's: a head below what was read, and nothing for so long."""


class TakeFeedRows(Protocol):
    """Lets rows count that came with ``version`` of the feed; whether they do."""

    def __call__(self, rows: BundleRows, version: int | None) -> Awaitable[bool]: ...


@dataclass(frozen=True, slots=True)
class FeedReaders:
    """Who takes what of the feed: the catalog, customers, and news of the device list.

    ``current`` is told whenever something has just come down: the centre is in reach.
    """

    take: TakeFeedRows
    customers: HeardCustomers
    hear: Hear
    reports: CatalogReports
    current: Callable[[], object]


@dataclass(frozen=True, slots=True)
class DownTopic:
    """Brings the feed of one location to ``readers``."""

    kafka: KafkaAccess
    location_id: str
    readers: FeedReaders
    outage: Outage

    async def run(self) -> None:
        """Follow for ever; wait while Kafka is away."""
        topics = [down_topics(self.location_id)[0]]
        await follow_for_ever(self.kafka, topics, self.outage, self._follow)

    async def _follow(self, reader: Reader) -> None:
        """Until the feed is another one, or was put back: then all of it is read anew."""
        first, ends = await reader.first_offsets(), await reader.end_offsets()
        reader.seek(first)
        reading = _Reading(self.location_id, self.readers, _at(first), _at(ends))
        probe, quiet_since = KafkaProbe(reader, self.outage), time.monotonic()
        while not reading.is_over(time.monotonic() - quiet_since):
            is_live = await is_reached(reader, ends)
            fetched = await reader.gather(RECORDS_MAX, WAIT_SECONDS)
            if fetched and is_live:
                self.readers.current()
            for records in fetched.values():
                quiet_since = time.monotonic()
                await reading.hear(records)
            if await is_reached(reader, ends):
                await reading.tell()
            if probe.is_due:
                await probe.ask()


def _at(offsets: Positions) -> int:
    ((_, offset),) = offsets.items()
    return offset


class _Reading:
    """One reading of the feed, from its start."""

    def __init__(self, location_id: str, readers: FeedReaders, first: int, end: int) -> None:
        self._readers = readers
        self._rows = CentreRows(location_id, TriedTables())
        self._replica = Replica(ReplicaStanding(first), {})
        self._replica.begin_anew(first, end)
        self._is_another = False
        self._version: int | None = None
        self._take_due = 0.0

    def is_over(self, quiet_seconds: float) -> bool:
        """Whether what was read is no more the feed."""
        standing = self._replica.standing
        is_put_back = standing.filling_to is None and standing.behind_itself > 0
        return self._is_another or (is_put_back and quiet_seconds > PUT_BACK_SECONDS)

    async def hear(self, records: Sequence[FollowedRecord]) -> None:
        """Take records in order."""
        news = [each for record in records for each in self._hear_one(record)]
        if news:
            await self._readers.hear(news)

    async def tell(self) -> None:
        """Let the catalog count where it may have changed, also by time alone; before the feed has
        said anything, there is none."""
        if self._version is None or time.monotonic() < self._take_due:
            return
        # In a thread: to try a large table anew takes a second, and tills wait meanwhile.
        chosen = await asyncio.to_thread(self._rows.selected, datetime.now(UTC))
        is_taken = await self._readers.take(chosen.rows, self._version)
        self._readers.reports.tables_refused(chosen.refused)
        self._take_due = time.monotonic() + (AGAIN_SECONDS if is_taken else PROBE_SECONDS)

    def _hear_one(self, record: FollowedRecord) -> Iterator[News]:
        if record.value is None or self._is_another:
            return
        try:
            told = read_feed(record.key or b"", record.value)
            self._replica.take(record.offset, told)
        except AnotherFeed:
            self._is_another = True
        except (ValueError, TypeError, RecursionError) as error:
            # Without what is in it, which may be of people.
            self._readers.reports.left_out(place_of(record), type(error).__name__)
        else:
            changes = self._replica.changes
            self._replica.written()
            for key, new in changes.items():
                yield from self._change(key, new, told.version)

    def _change(self, key: FeedKey, new: NewRow | None, version: int) -> Iterator[News]:
        """A row that came or went with a version; the list of devices is news."""
        body = new and new.body
        try:
            if key.kind == "customer":
                self._readers.customers.hear(key.id, body)
            elif key.kind == "device_list" and body is not None:
                yield News(NewsKind.DEVICE_LIST, key.id, body)
            elif self._rows.hear_row(key.kind, key.id, body):
                self._take_due, self._version = 0.0, max(self._version or 0, version)
        except (BadRow, ValueError):
            self._readers.reports.left_out(str(key), "it is no row of its kind")
