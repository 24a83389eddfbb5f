"""The source of the centre's words on tills: `till.status` where the centre's own Kafka is in
reach, `ack.LOCATION` in a store's own.

It is read from its start each time, of this location's partition alone: the newest word on each
till is there, and one that is known changes nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass

from clients.kafka import KafkaAccess
from edge.gateway.feeds.news import Hear, News, NewsKind
from edge.gateway.feeds.topic_source import (
    WAIT_SECONDS,
    KafkaProbe,
    follow_for_ever,
    is_reached,
    partition_of_location,
)
from following.outage import Outage
from following.reader import Reader
from following.records import Fetched
from topics.mirrored import down_topics
from topics.registry import TILL_STATUS

RECORDS_MAX = 2_000
"""Of one fetch, some 20 ms: tills wait for their answers meanwhile."""


@dataclass(frozen=True, slots=True)
class StatusTopic:
    """Brings the words on one location's tills to ``hear``."""

    kafka: KafkaAccess
    location_id: str
    hear: Hear
    outage: Outage
    is_own: bool = False
    """Whether the Kafka is the store's."""
    current: Callable[[], object] | None = None
    """Is told whenever a word has just come: the centre is in reach."""

    async def run(self) -> None:
        """Follow for ever; wait while Kafka is away."""
        own = partition_of_location(self.location_id)
        topic = down_topics(self.location_id)[1] if self.is_own else TILL_STATUS.name
        await follow_for_ever(self.kafka, [topic], self.outage, self._follow, own)

    async def _follow(self, reader: Reader) -> None:
        reader.seek(await reader.first_offsets())
        ends = await reader.end_offsets()
        # What was written before is told at once: what was taken back later is not told at all.
        lot: dict[str, News] = {}
        probe = KafkaProbe(reader, self.outage)
        while True:
            is_live = await is_reached(reader, ends)
            news = self._news(await reader.gather(RECORDS_MAX, WAIT_SECONDS))
            if news and is_live and self.current is not None:
                self.current()
            lot |= news
            if lot and await is_reached(reader, ends):
                await self.hear(list(lot.values()))
                lot = {}
            if probe.is_due:
                await probe.ask()

    def _news(self, fetched: Fetched) -> dict[str, News]:
        """The newest on each till, by its id; other locations share the partition."""
        own = b"" if self.is_own else f"{self.location_id}/".encode()
        found: dict[str, News] = {}
        for records in fetched.values():
            for record in records:
                if record.key is not None and record.key.startswith(own):
                    till_id = record.key[len(own) :].decode(errors="replace")
                    found[till_id] = News(NewsKind.TILL_STATUS, till_id, record.value)
        return found
