"""The source of a catalog where the centre's own Kafka is in reach: its change data capture.

All of it is read from the start each time, so that whatever was missed is mended by starting anew:
some 10 us a record. What a store's catalog was before is on its disk, and counts until all that the
topics had at the start has been read.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from clients.kafka import KafkaAccess
from edge.bundle.form import BundleRows
from edge.gateway.catalog.centre_rows import CATALOG_TOPICS, BadRow, CentreRows
from edge.gateway.catalog.desk import CatalogReports
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
from following.records import Fetched

RECORDS_MAX = 500
"""Of one fetch, some 10 ms: tills wait for their answers meanwhile."""

AGAIN_SECONDS = 600.0
"""Between two looks at what time alone has changed: what has ended leaves the bundle."""

TakeRows = Callable[[BundleRows], Awaitable[bool]]
"""Lets rows count; whether they do. Of false the same is told again."""


@dataclass(frozen=True, slots=True)
class CatalogTopics:
    """Brings the rows that concern one location to ``take``: all of them, whenever they change."""

    kafka: KafkaAccess
    location_id: str
    take: TakeRows
    reports: CatalogReports
    outage: Outage

    async def run(self) -> None:
        """Follow for ever; wait while Kafka is away."""
        await follow_for_ever(self.kafka, CATALOG_TOPICS, self.outage, self._follow)

    async def _follow(self, reader: Reader) -> None:
        rows = CentreRows(self.location_id, TriedTables())
        reader.seek(await reader.first_offsets())
        ends = await reader.end_offsets()
        take_due, probe = 0.0, KafkaProbe(reader, self.outage)
        while True:
            if self._hear(rows, await reader.gather(RECORDS_MAX, WAIT_SECONDS)):
                take_due = 0.0
            if time.monotonic() >= take_due and await is_reached(reader, ends):
                # In a thread: to try a large table anew takes a second, and tills wait meanwhile.
                chosen = await asyncio.to_thread(rows.selected, datetime.now(UTC))
                is_taken = await self.take(chosen.rows)
                self.reports.tables_refused(chosen.refused)
                take_due = time.monotonic() + (AGAIN_SECONDS if is_taken else PROBE_SECONDS)
            if probe.is_due:
                await probe.ask()

    def _hear(self, rows: CentreRows, fetched: Fetched) -> bool:
        """Whether something may have changed; what is no good is left out."""
        is_news = False
        for records in fetched.values():
            for record in records:
                try:
                    is_news |= rows.hear(record.topic, record.key, record.value)
                except BadRow as error:
                    self.reports.left_out(place_of(record), str(error))
        return is_news
