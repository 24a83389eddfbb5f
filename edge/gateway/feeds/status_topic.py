"""The source of the centre's words where the centre's own Kafka is in reach: `till.status`.

It is read from its start each time, of this location's partition alone: the newest word on each
till is there, and one that is known changes nothing.
"""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass

from clients.kafka import KafkaAccess
from edge.gateway.feeds.news import Hear, News, NewsKind
from following.outage import Outage
from following.reader import KAFKA_AWAY, Reader, opened
from following.records import Fetched, Positions
from topics.partitioning import partition_of
from topics.registry import TILL_STATUS

RECORDS_MAX = 2_000
"""Of one fetch, some 20 ms: tills wait for their answers meanwhile."""

WAIT_SECONDS = 1.0
"""How long a fetch waits for something."""

PROBE_SECONDS = 5.0
"""How often Kafka must show that it is there: a fetch says nothing of a broker that is away."""


@dataclass(frozen=True, slots=True)
class StatusTopic:
    """Brings the words on one location's tills to ``hear``."""

    kafka: KafkaAccess
    location_id: str
    hear: Hear
    outage: Outage

    async def run(self) -> None:
        """Follow for ever; wait while Kafka is away."""
        never = asyncio.Event()
        while True:
            try:
                async with opened(
                    self.kafka, [TILL_STATUS.name], begin_anew=True, chosen=self._own
                ) as reader:
                    await self._follow(reader)
            except KAFKA_AWAY as fault:
                await self.outage.wait(fault, never)

    def _own(self, partitions: int) -> Iterable[int]:
        return [partition_of(self.location_id, partitions)]

    async def _follow(self, reader: Reader) -> None:
        reader.seek(await reader.first_offsets())
        ends = await reader.end_offsets()
        # What was written before is told at once: what was taken back later is not told at all.
        lot: dict[str, News] = {}
        probe_due = 0.0
        while True:
            lot |= self._news(await reader.gather(RECORDS_MAX, WAIT_SECONDS))
            if lot and await _reached(reader, ends):
                await self.hear(list(lot.values()))
                lot = {}
            if time.monotonic() >= probe_due:
                await reader.end_offsets()
                self.outage.note_answer()
                probe_due = time.monotonic() + PROBE_SECONDS

    def _news(self, fetched: Fetched) -> dict[str, News]:
        """The newest on each till, by its id; other locations share the partition."""
        own = f"{self.location_id}/".encode()
        found: dict[str, News] = {}
        for records in fetched.values():
            for record in records:
                if record.key is not None and record.key.startswith(own):
                    till_id = record.key[len(own) :].decode(errors="replace")
                    found[till_id] = News(NewsKind.TILL_STATUS, till_id, record.value)
        return found


async def _reached(reader: Reader, ends: Positions) -> bool:
    positions = await reader.positions(ends)
    return all(positions[place] >= end for place, end in ends.items())
