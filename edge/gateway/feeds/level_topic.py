"""The source of levels where the centre's own Kafka is in reach: `stock.levels`, of all shops.

It is read and not asked of PostgreSQL: that needs no further login, is as new as the last sale, and
is there while the database is away. It is compacted, and read from its start each time.
"""

from collections.abc import Callable
from dataclasses import dataclass

from clients.kafka import KafkaAccess
from edge.gateway.feeds.topic_source import (
    WAIT_SECONDS,
    KafkaProbe,
    follow_for_ever,
    is_reached,
    place_of,
)
from edge.gateway.products.levels import HeardLevels
from following.outage import Outage
from following.reader import Reader
from following.records import Fetched, FollowedRecord
from topics.decoder import Refused
from topics.registry import STOCK_LEVELS
from topics.wire_derived import decode_level

RECORDS_MAX = 1_000
"""Of one fetch, some 10 ms: tills wait for their answers meanwhile."""


@dataclass(frozen=True, slots=True)
class LevelTopic:
    """Brings levels to ``levels``; ``refused`` hears what cannot be read."""

    kafka: KafkaAccess
    levels: HeardLevels
    refused: Callable[[str, str], None]
    outage: Outage

    async def run(self) -> None:
        """Follow for ever; wait while Kafka is away."""
        await follow_for_ever(self.kafka, [STOCK_LEVELS.name], self.outage, self._follow)

    async def _follow(self, reader: Reader) -> None:
        reader.seek(await reader.first_offsets())
        ends, probe = await reader.end_offsets(), KafkaProbe(reader, self.outage)
        while True:
            self._hear(await reader.gather(RECORDS_MAX, WAIT_SECONDS))
            if probe.is_due and await is_reached(reader, ends):
                self.levels.is_current()
                ends = await probe.ask()

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
            self.refused(place_of(record), str(error))
