"""What all sources share that read the centre's own Kafka: they go on for ever, wait while it is
away, and make sure now and then that it is there."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Iterable

from clients.kafka import KafkaAccess
from following.outage import Outage
from following.reader import KAFKA_AWAY, Reader, opened
from following.records import FollowedRecord, Positions
from topics.partitioning import partition_of

WAIT_SECONDS = 1.0
"""How long a fetch waits for something. It bounds how late `PROBE_SECONDS` may be noticed."""

PROBE_SECONDS = 5.0
"""How often Kafka must show that it is there: a fetch says nothing of a broker that is away."""

Chosen = Callable[[int], Iterable[int]]
"""Which partitions are read of so many."""


async def follow_for_ever(
    kafka: KafkaAccess,
    topics: Collection[str],
    outage: Outage,
    follow: Callable[[Reader], Awaitable[None]],
    chosen: Chosen = range,
) -> None:
    """Let ``follow`` read the topics, and begin anew whenever Kafka was away."""
    never = asyncio.Event()
    while True:
        try:
            async with opened(kafka, topics, begin_anew=True, chosen=chosen) as reader:
                await follow(reader)
        except KAFKA_AWAY as fault:
            await outage.wait(fault, never)


class KafkaProbe:
    """Asks Kafka for the topics' ends now and then."""

    def __init__(self, reader: Reader, outage: Outage) -> None:
        self._reader = reader
        self._outage = outage
        self._due = 0.0

    @property
    def is_due(self) -> bool:
        """Whether it is time to ask, as it is at first."""
        return time.monotonic() >= self._due

    async def ask(self) -> Positions:
        """The ends; raises one of `KAFKA_AWAY`."""
        ends = await self._reader.end_offsets()
        self._outage.note_answer()
        self._due = time.monotonic() + PROBE_SECONDS
        return ends


def partition_of_location(location_id: str) -> Chosen:
    """The one that all of a location is in."""
    return lambda partitions: [partition_of(location_id, partitions)]


async def is_reached(reader: Reader, ends: Positions) -> bool:
    """Whether everything before ``ends`` was read."""
    positions = await reader.positions(ends)
    return all(positions[place] >= end for place, end in ends.items())


def place_of(record: FollowedRecord) -> str:
    """topic-partition-offset."""
    return f"{record.topic}-{record.partition}-{record.offset}"
