"""Notes who has bought where: sales that name a customer make them one of that location.

Sales are read once, in a group of Kafka's; what is noted may be noted twice, which changes nothing.
"""

# pyright: reportMissingTypeStubs=false

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import msgspec

from clients import async_kafka
from clients.kafka import KafkaAccess
from following.outage import Outage
from following.reader import KAFKA_AWAY
from topics.for_stores import STORE_CUSTOMERS
from topics.mirrored import FEEDS_ID
from topics.partitioning import partition_of
from topics.registry import RECEIPTS
from topics.scalars import Identifier, Reference
from topics.store_customers import NOTED_AGAIN_DAYS, StoreCustomer

RECORDS_MAX = 2_000
WAIT_MS = 500

LastBought = Callable[[str, str], date | None]
"""When a customer of a location bought there last, as noted; None of others."""


class _Sale(msgspec.Struct):
    location_id: Identifier
    business_date: date
    customer_id: Reference | None = None


_decode = msgspec.json.Decoder(_Sale).decode


def to_note(value: bytes | None, last_bought: LastBought) -> StoreCustomer | None:
    """What a receipt changes of whose customers there are. Pure."""
    if value is None or b'"customer_id"' not in value:  # most name none
        return None
    sale = _decode(value)
    if sale.customer_id is None:
        return None
    last = last_bought(sale.location_id, sale.customer_id)
    if last is not None and (sale.business_date - last).days < NOTED_AGAIN_DAYS:
        return None
    return StoreCustomer(
        location_id=sale.location_id,
        customer_id=sale.customer_id,
        last_bought=sale.business_date,
    )


class CustomerNotes:
    """Reads sales for ever. ``last_bought`` may lag: then the same is noted again."""

    def __init__(
        self,
        kafka: KafkaAccess,
        last_bought: LastBought,
        refused: Callable[[str, str], None],
        outage: Outage,
    ) -> None:
        self._kafka = kafka
        self._last_bought = last_bought
        self._refused = refused
        self._outage = outage

    async def run(self, stopping: asyncio.Event) -> None:
        """Until it is asked to stop; wait while Kafka is away."""
        while not stopping.is_set():
            try:
                async with _clients(self._kafka) as (consumer, producer):
                    while not stopping.is_set():
                        await self._turn(consumer, producer)
            except KAFKA_AWAY as fault:
                await self._outage.wait(fault, stopping)

    async def _turn(self, consumer: Any, producer: Any) -> None:
        fetched = await consumer.getmany(timeout_ms=WAIT_MS, max_records=RECORDS_MAX)
        noted = self._noted(fetched)
        count = len(await producer.partitions_for(STORE_CUSTOMERS.name)) if noted else 0
        waited = [await _send(producer, each, count) for each in noted]
        await asyncio.gather(*waited)
        if fetched:
            await consumer.commit()
        self._outage.note_answer()

    def _noted(self, fetched: Mapping[Any, Sequence[Any]]) -> Sequence[StoreCustomer]:
        found: dict[tuple[str, str], StoreCustomer] = {}
        for place, records in fetched.items():
            for record in records:
                try:
                    note = to_note(record.value, self._last_bought)
                except msgspec.MsgspecError:
                    self._refused(f"{place.topic}-{place.partition}-{record.offset}", "no receipt")
                    continue
                if note is not None:
                    found[note.location_id, note.customer_id] = note
        return list(found.values())


async def _send(producer: Any, note: StoreCustomer, partitions: int) -> Any:
    key = f"{note.location_id}/{note.customer_id}".encode()
    partition = partition_of(note.location_id, partitions)
    value = note.model_dump_json().encode()
    return await producer.send(STORE_CUSTOMERS.name, value, key, partition)


@asynccontextmanager
async def _clients(kafka: KafkaAccess) -> AsyncGenerator[tuple[Any, Any]]:
    producer = async_kafka.producer(kafka, enable_idempotence=True)
    consumer = async_kafka.consumer(
        kafka,
        group_id=FEEDS_ID,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
    )
    try:
        await producer.start()
        await consumer.start()
        consumer.subscribe([RECEIPTS.name])
        yield consumer, producer
    finally:
        await consumer.stop()
        await producer.stop()
