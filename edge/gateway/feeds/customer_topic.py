"""The source of customers where the centre's own Kafka is in reach: `cdc.customers`, which is
compacted and read from its start each time."""

from collections.abc import Callable
from dataclasses import dataclass

from clients.kafka import KafkaAccess
from edge.gateway.customers.known import HeardCustomers
from edge.gateway.feeds.topic_source import WAIT_SECONDS, KafkaProbe, follow_for_ever, place_of
from following.outage import Outage
from following.reader import Reader
from following.records import FollowedRecord
from topics.for_stores import CUSTOMERS

RECORDS_MAX = 1_000
"""Of one fetch, some 10 ms: tills wait for their answers meanwhile."""


@dataclass(frozen=True, slots=True)
class CustomerTopic:
    """Brings customers to ``customers``; ``refused`` hears what cannot be read."""

    kafka: KafkaAccess
    customers: HeardCustomers
    refused: Callable[[str, str], None]
    outage: Outage

    async def run(self) -> None:
        """Follow for ever; wait while Kafka is away."""
        await follow_for_ever(self.kafka, [CUSTOMERS.name], self.outage, self._follow)

    async def _follow(self, reader: Reader) -> None:
        reader.seek(await reader.first_offsets())
        probe = KafkaProbe(reader, self.outage)
        while True:
            for records in (await reader.gather(RECORDS_MAX, WAIT_SECONDS)).values():
                for record in records:
                    self._hear(record)
            if probe.is_due:
                await probe.ask()

    def _hear(self, record: FollowedRecord) -> None:
        try:
            self.customers.hear((record.key or b"").decode(), record.value)
        except ValueError:  # msgspec's words would repeat what is in the row
            self.refused(place_of(record), "it is no customer's row")
