"""The source of receipts where the centre's own Kafka is in reach: `checkout.receipts`, of this
location's partition alone, from where the shelf has read it."""

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import msgspec

from clients.kafka import KafkaAccess
from edge.gateway.errors import GatewayUnusable
from edge.gateway.feeds.topic_source import (
    WAIT_SECONDS,
    KafkaProbe,
    follow_for_ever,
    partition_of_location,
    place_of,
)
from edge.gateway.receipts.shelf import ReceiptShelf, TopicPlace
from edge.gateway.receipts.stored import StoredReceipt, decode_receipt
from following.outage import Outage
from following.reader import Reader
from following.records import FollowedRecord
from topics.registry import RECEIPTS

RECORDS_MAX = 500
"""Of one fetch, some 10 ms: tills wait for their answers meanwhile."""

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
        own = partition_of_location(self.location_id)
        while True:
            try:
                await follow_for_ever(self.kafka, [RECEIPTS.name], self.outage, self._follow, own)
            except GatewayUnusable as fault:
                self.refused(RECEIPTS.name, str(fault))
                await self.outage.wait(fault, asyncio.Event())

    async def _follow(self, reader: Reader) -> None:
        ((topic, partition), first), *_ = (await reader.first_offsets()).items()
        held = self.shelf.place
        if held is not None and held.partition == partition:
            first = max(first, held.next_offset)
        reader.seek({(topic, partition): first})
        probe, forget_due = KafkaProbe(reader, self.outage), 0.0
        while True:
            fetched = await reader.gather(RECORDS_MAX, WAIT_SECONDS)
            for records in fetched.values():
                place = TopicPlace(partition, records[-1].offset + 1)
                self.shelf.keep(list(self._read(records)), place)
            if probe.is_due:
                await probe.ask()
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
                self.refused(place_of(record), str(error))
