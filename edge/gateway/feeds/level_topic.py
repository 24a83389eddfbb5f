"""The source of levels where the centre's own Kafka is in reach: `stock.levels`, of all shops.

It is read and not asked of PostgreSQL: that needs no further login, is as new as the last sale, and
is there while the database is away. It is compacted, and read from its start each time.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from clients.kafka import KafkaAccess
from edge.gateway.products.levels import HeardLevels
from following.outage import Outage
from following.reader import KAFKA_AWAY, Reader, opened
from following.records import Fetched, FollowedRecord
from topics.decoder import Refused
from topics.registry import STOCK_LEVELS
from topics.wire_derived import decode_level

RECORDS_MAX = 1_000
"""Of one fetch, some 10 ms: tills wait for their answers meanwhile."""

WAIT_SECONDS = 1.0
"""How long a fetch waits for something."""

PROBE_SECONDS = 5.0
"""How often Kafka must show that it is there, and that nothing waits to be read."""


@dataclass(frozen=True, slots=True)
class LevelTopic:
    """Brings levels to ``levels``; ``refused`` hears what cannot be read."""

    kafka: KafkaAccess
    levels: HeardLevels
    refused: Callable[[str, str], None]
    outage: Outage

    async def run(self) -> None:
        """Follow for ever; wait while Kafka is away."""
        never = asyncio.Event()
        while True:
            try:
                async with opened(self.kafka, [STOCK_LEVELS.name], begin_anew=True) as reader:
                    await self._follow(reader)
            except KAFKA_AWAY as fault:
                await self.outage.wait(fault, never)

    async def _follow(self, reader: Reader) -> None:
        reader.seek(await reader.first_offsets())
        ends, probe_due = await reader.end_offsets(), 0.0
        while True:
            self._hear(await reader.gather(RECORDS_MAX, WAIT_SECONDS))
            positions = await reader.positions(ends)
            if any(positions[place] < end for place, end in ends.items()):
                continue
            if time.monotonic() >= probe_due:
                self.levels.is_current()
                self.outage.note_answer()
                ends = await reader.end_offsets()
                probe_due = time.monotonic() + PROBE_SECONDS

    def _hear(self, fetched: Fetched) -> None:
        for records in fetched.values():
            for record in records:
                self._hear_one(record)

    def _hear_one(self, record: FollowedRecord) -> None:
        if record.value is None:
            location_id, _, sku = (record.key or b"").decode(errors="replace").partition("/")
            self.levels.gone(location_id, sku)
            return
        try:
            self.levels.hear(decode_level.decode(record.value))
        except Refused as error:
            self.refused(f"{record.topic}-{record.partition}-{record.offset}", str(error))
