"""The source of customers where the centre's own Kafka is in reach: `cdc.customers`, which is
compacted and read from its start each time."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from clients.kafka import KafkaAccess
from edge.gateway.customers.known import HeardCustomers
from following.outage import Outage
from following.reader import KAFKA_AWAY, Reader, opened
from following.records import FollowedRecord
from topics.for_stores import CUSTOMERS

RECORDS_MAX = 1_000
"""Of one fetch, some 10 ms: tills wait for their answers meanwhile."""

WAIT_SECONDS = 1.0
"""How long a fetch waits for something."""

PROBE_SECONDS = 5.0
"""How often Kafka must show that it is there."""


@dataclass(frozen=True, slots=True)
class CustomerTopic:
    """Brings customers to ``customers``; ``refused`` hears what cannot be read."""

    kafka: KafkaAccess
    customers: HeardCustomers
    refused: Callable[[str, str], None]
    outage: Outage

    async def run(self) -> None:
        """Follow for ever; wait while Kafka is away."""
        never = asyncio.Event()
        while True:
            try:
                async with opened(self.kafka, [CUSTOMERS.name], begin_anew=True) as reader:
                    await self._follow(reader)
            except KAFKA_AWAY as fault:
                await self.outage.wait(fault, never)

    async def _follow(self, reader: Reader) -> None:
        reader.seek(await reader.first_offsets())
        probe_due = 0.0
        while True:
            for records in (await reader.gather(RECORDS_MAX, WAIT_SECONDS)).values():
                for record in records:
                    self._hear(record)
            if time.monotonic() >= probe_due:
                await reader.end_offsets()
                self.outage.note_answer()
                probe_due = time.monotonic() + PROBE_SECONDS

    def _hear(self, record: FollowedRecord) -> None:
        try:
            self.customers.hear((record.key or b"").decode(), record.value)
        except ValueError:  # msgspec's words would repeat what is in the row
            place = f"{record.topic}-{record.partition}-{record.offset}"
            self.refused(place, "it is no customer's row")
