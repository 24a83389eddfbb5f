"""The source of receipts where the centre's own Kafka is in reach: `checkout.receipts`, of this
location's partition alone, from where the shelf has read it."""

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import msgspec

from clients.kafka import KafkaAccess
from edge.gateway.errors import GatewayUnusable
from edge.gateway.receipts.shelf import ReceiptShelf, TopicPlace
from edge.gateway.receipts.stored import StoredReceipt, decode_receipt
from following.outage import Outage
from following.reader import KAFKA_AWAY, Reader, opened
from following.records import FollowedRecord
from topics.partitioning import partition_of
from topics.registry import RECEIPTS

RECORDS_MAX = 500
"""Of one fetch, some 10 ms: tills wait for their answers meanwhile."""

WAIT_SECONDS = 1.0
"""How long a fetch waits for something."""

PROBE_SECONDS = 5.0
"""How often Kafka must show that it is there."""

FORGET_SECONDS = 3_600.0
"""Between two looks at what is too old."""


@dataclass(frozen=True, slots=True)
class ReceiptTopic:
    """Brings a location's receipts to ``shelf``; ``refused`` hears what cannot be read or kept."""

    kafka: KafkaAccess
    location_id: str
    shelf: ReceiptShelf
    refused: Callable[[str, str], None]
    outage: Outage

    async def run(self) -> None:
        """Follow for ever; wait while Kafka is away, or the disk takes nothing."""
        never = asyncio.Event()
        while True:
            try:
                async with opened(
                    self.kafka, [RECEIPTS.name], begin_anew=True, chosen=self._own
                ) as reader:
                    await self._follow(reader)
            except KAFKA_AWAY as fault:
                await self.outage.wait(fault, never)
            except GatewayUnusable as fault:
                self.refused(RECEIPTS.name, str(fault))
                await self.outage.wait(fault, never)

    def _own(self, partitions: int) -> Iterable[int]:
        return [partition_of(self.location_id, partitions)]

    async def _follow(self, reader: Reader) -> None:
        ((topic, partition), first), *_ = (await reader.first_offsets()).items()
        held = self.shelf.place
        if held is not None and held.partition == partition:
            first = max(first, held.next_offset)
        reader.seek({(topic, partition): first})
        probe_due, forget_due = 0.0, 0.0
        while True:
            fetched = await reader.gather(RECORDS_MAX, WAIT_SECONDS)
            for records in fetched.values():
                place = TopicPlace(partition, records[-1].offset + 1)
                self.shelf.keep(list(self._read(records)), place)
            if time.monotonic() >= probe_due:
                await reader.end_offsets()
                self.outage.note_answer()
                probe_due = time.monotonic() + PROBE_SECONDS
            if time.monotonic() >= forget_due:
                self.shelf.forget_old()
                forget_due = time.monotonic() + FORGET_SECONDS

    def _read(self, records: Iterable[FollowedRecord]) -> Iterable[tuple[StoredReceipt, bytes]]:
        """Those of this location: others share its partition."""
        own = f"{self.location_id}/".encode()
        for record in records:
            if record.value is None or not (record.key or b"").startswith(own):
                continue
            try:
                yield decode_receipt(record.value), record.value
            except (msgspec.MsgspecError, ValueError) as error:
                self.refused(f"{record.topic}-{record.partition}-{record.offset}", str(error))
