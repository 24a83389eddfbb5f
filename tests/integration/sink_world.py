"""What the tests of the sink and of reconcile share: messages, real servers, a real process."""

import asyncio
import contextlib
import json
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import NewTopic

from connectors.postgres.sink.batch import FLOWS
from tests.integration.process import PATIENCE_SECONDS, Process
from tests.integration.topic_admin import topic_admin
from topics.dead_letters import dead_letter_headers
from topics.partitioning import partition_of
from topics.registry import DEAD_LETTERS, INPUTS, OUTPUTS, STOCK_MOVEMENTS, TILL_EVENTS

PARTITIONS = 4
WHEN = "2026-11-21T09:30:00Z"
DAY = "2026-11-21"

Headers = Sequence[tuple[str, bytes]]

Message = tuple[str, str, bytes | None, int]
"""(topic, key, value, partition)."""


def message(topic: str, location: str, value: Any, key: str = "") -> Message:
    """A message in its location's partition; None as ``value`` is a tombstone."""
    body = value if isinstance(value, bytes | None) else json.dumps(value).encode()
    return topic, key or location, body, partition_of(location, PARTITIONS)


def line(line_no: int, sku: str, quantity: int, amount_minor: int = 100) -> dict[str, Any]:
    """One line of a receipt."""
    return {
        "line_no": line_no,
        "sku": sku,
        "quantity": quantity,
        "unit": "each",
        "unit_price_minor": 100,
        "amount_minor": amount_minor,
    }


@dataclass
class Till:
    """A till that numbers its events; ``said`` keeps them in order."""

    location: str
    till: str
    epoch: int = 1
    sequence: int = 0
    said: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def event(self, kind: str, **added: Any) -> Message:
        """The next event."""
        self.sequence += 1
        event = {
            "type": kind,
            "event_id": str(uuid.uuid4()),
            "location_id": self.location,
            "till_id": self.till,
            "epoch": self.epoch,
            "sequence": self.sequence,
            "occurred_at": WHEN,
            "business_date": DAY,
            **added,
        }
        self.said.append(event)
        return message(TILL_EVENTS.name, self.location, event)

    def sale(self, *lines: dict[str, Any], **changed: Any) -> Message:
        """A sale that was paid in cash."""
        total = sum(each["amount_minor"] for each in lines)
        return self.event(
            "cart_completed",
            **{
                "cart_id": f"c-{self.sequence}",
                "receipt_no": f"r-{self.till}-{self.sequence}",
                "currency": "EUR",
                "lines": list(lines),
                "discounts": [],
                "taxes": [{"rate_basis_points": 1900, "amount_minor": total * 19 // 119}],
                "tenders": [{"kind": "cash", "amount_minor": total}],
                "total_minor": total,
                **changed,
            },
        )

    def goods_returned(self, *lines: dict[str, Any], restock: bool, **changed: Any) -> Message:
        """Goods come back."""
        return self.event(
            "goods_returned",
            **{
                "return_id": f"b-{self.sequence}",
                "receipt_no": "r-1",
                "lines": list(lines),
                "refund_minor": sum(each["amount_minor"] for each in lines),
                "restock": restock,
                **changed,
            },
        )


def movement(location: str, sku: str, quantity: int, movement_id: str = "") -> Message:
    """A delivery."""
    value = {
        "movement_id": movement_id or str(uuid.uuid4()),
        "location_id": location,
        "sku": sku,
        "quantity": quantity,
        "reason": "delivery",
        "reference": None,
        "occurred_at": WHEN,
    }
    return message(STOCK_MOVEMENTS.name, location, value)


def level(location: str, sku: str, on_hand: int, version: int) -> Message:
    """A level as a worker would say it."""
    value = {
        "location_id": location,
        "sku": sku,
        "on_hand": on_hand,
        "in_carts": 0,
        "available": on_hand,
        "version": version,
        "as_of": WHEN,
    }
    return message("stock.levels", location, value, f"{location}/{sku}")


async def make_topics(kafka: str) -> None:
    """The topics of the contracts, where they are missing."""
    async with topic_admin(kafka) as admin:
        wanted = [NewTopic(spec.name, PARTITIONS, 1) for spec in (*INPUTS, *OUTPUTS, *DEAD_LETTERS)]
        await admin.create_topics(wanted)


async def width(kafka: str, topic: str) -> int:
    """How many partitions a topic has, which others may have made."""
    async with topic_admin(kafka) as admin:
        (described,) = await admin.describe_topics([topic])
        return len(described["partitions"])


async def send(kafka: str, messages: Iterable[Message]) -> None:
    """Send, and return when all are acknowledged."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka, linger_ms=5)
    await producer.start()
    try:
        sent = [
            await producer.send(topic, value, key.encode(), partition)
            for topic, key, value, partition in messages
        ]
        await asyncio.gather(*sent)
    finally:
        await producer.stop()


async def send_one(kafka: str, sent: Message, headers: Headers = ()) -> int:
    """Send one message; its offset."""
    topic, key, value, partition = sent
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    try:
        done = await producer.send_and_wait(
            topic, value, key.encode(), partition, headers=list(headers)
        )
    finally:
        await producer.stop()
    return done.offset


async def refuse(kafka: str, sent: Message, offset: int, reason: str) -> None:
    """Put an input that lies at ``offset`` into the dead letters, as a worker does."""
    topic, key, value, partition = sent
    headers = dead_letter_headers((), reason, "for a test", topic, partition, offset)
    await send_one(kafka, (f"{topic}.dead-letter", key, value, partition), headers)


async def send_in_transaction(kafka: str, messages: Sequence[Message], *, commit: bool) -> None:
    """Send as a worker does; ``commit`` False takes everything back."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka, transactional_id=str(uuid.uuid4()))
    await producer.start()
    try:
        await producer.begin_transaction()
        for topic, key, value, partition in messages:
            await producer.send_and_wait(topic, value, key.encode(), partition)
        await (producer.commit_transaction() if commit else producer.abort_transaction())
    finally:
        await producer.stop()


async def read_all_inputs_as(kafka: str, group: str) -> None:
    """Commit the ends of all inputs for ``group``, as workers that have read everything."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        places = [TopicPartition(spec.name, p) for spec in INPUTS for p in range(PARTITIONS)]
        consumer.assign(places)
        await consumer.commit(await consumer.end_offsets(places))
    finally:
        await consumer.stop()


class SinkProcess(Process):
    """`tillstream worker sink` in a process of its own."""

    def __init__(self, kafka: str, postgres: str, folder: Path) -> None:
        settings = {"home": str(folder), "kafka": kafka, "postgres": postgres}
        super().__init__(["-m", "tillstream", "worker", "sink"], folder / "sink.log", settings)

    @property
    def running(self) -> bool:
        """Whether it is still there."""
        return self.process.poll() is None


@contextlib.contextmanager
def sink_process(kafka: str, postgres: str, folder: Path) -> Iterator[SinkProcess]:
    """A sink for the length of a block."""
    sink = SinkProcess(kafka, postgres, folder)
    try:
        yield sink
    finally:
        if sink.running:
            sink.kill()


def rows(dsn: str, query: str, *values: Any) -> list[tuple[Any, ...]]:
    """What a query answers."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        return connection.execute(query.encode(), values).fetchall()


def execute(dsn: str, statement: str, *values: Any) -> None:
    """Run a statement."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(statement.encode(), values)


async def until(true: Callable[[], bool], what: str) -> None:
    """Return once ``true`` is; fail with ``what`` when patience ends."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        await asyncio.sleep(0.05)


async def written(kafka: str, dsn: str) -> None:
    """Return once the sink has written all that the topics hold now."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, isolation_level="read_committed")
    await consumer.start()
    try:
        topics = [topic for flow in FLOWS for topic in flow]
        places = [TopicPartition(topic, p) for topic in topics for p in range(PARTITIONS)]
        ends = await consumer.end_offsets(places)
    finally:
        await consumer.stop()

    def reached() -> bool:
        held = {
            (topic, partition): offset
            for topic, partition, offset in rows(
                dsn,
                "SELECT topic, partition, next_offset FROM sink_offsets WHERE consumer = 'sink'",
            )
        }
        return all(held.get((p.topic, p.partition), -1) >= end for p, end in ends.items())

    await until(reached, "the sink had written everything")


TABLES = {
    "stock_levels": "location_id, sku",
    "checkout_totals": "location_id, till_id, business_date",
    "restock_alerts": "location_id, sku",
    "till_status": "location_id, till_id",
    "stock_ledger": "location_id, sku, till_id, epoch, sequence, line_no, movement_id",
    "sales": "location_id, till_id, epoch, sequence",
    "sale_lines": "location_id, till_id, epoch, sequence, line_no",
    "sink_tills": "location_id, till_id, epoch",
}


def everything(dsn: str) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables that the sink fills."""
    return {name: rows(dsn, f"TABLE {name} ORDER BY {key}") for name, key in TABLES.items()}
