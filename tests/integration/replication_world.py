"""A store's feed as the centre writes it, and the process that applies it."""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import NewTopic, RecordsToDelete

from tests.integration.process import Process
from tests.integration.sink_world import make_topics, rows, until
from tests.integration.topic_admin import topic_admin
from topics.down import HEAD_KEY, FeedKey, FeedSums, canonical, row_digest
from topics.mirrored import REPORTS_UP, down_topics, up_topic

Record = tuple[str, bytes | None]

WHEN = "2026-11-21T09:30:00Z"


@dataclass
class Feed:
    """What the centre tells one store; ``records`` are those that were not sent yet."""

    location: str
    name: str = "feed-1"
    version: int = 0
    held: dict[FeedKey, int] = field(default_factory=dict[FeedKey, int])
    records: list[Record] = field(default_factory=list[Record])

    @property
    def topic(self) -> str:
        return down_topics(self.location)[0]

    def row(self, kind: str, row_id: str, row: dict[str, Any]) -> None:
        """A row that is new or changed."""
        self.version += 1
        key = FeedKey(kind, row_id)
        told = {"kind": kind, "id": row_id, "version": self.version, "row": row}
        self.records.append((str(key), orjson.dumps(told, option=orjson.OPT_SORT_KEYS)))
        self.held[key] = row_digest(key, canonical(row))

    def gone(self, kind: str, row_id: str) -> None:
        """A row that is no more."""
        self.version += 1
        told = {"kind": kind, "id": row_id, "version": self.version, "gone": True}
        self.records.append((f"{kind}/{row_id}", orjson.dumps(told)))
        self.held.pop(FeedKey(kind, row_id), None)

    def head(self, **changed: Any) -> None:
        """How far it is."""
        sums = FeedSums()
        for key, digest in self.held.items():
            sums.add(key.kind, digest)
        told = {"version": self.version, "rows": sums.rows(), "hash": sums.hash()}
        self.records.append((HEAD_KEY, orjson.dumps({**told, "feed": self.name, **changed})))

    def product(self, sku: str, **changed: Any) -> None:
        """A product, as its row is published."""
        self.row("product", sku, product(sku, **changed))

    def price(self, price_id: str, sku: str, **changed: Any) -> None:
        """A price."""
        row = {"sku": sku, "location_id": None, "price_minor": 250, "currency": "EUR"}
        row |= {"valid_from": WHEN, "valid_to": None, "price_id": price_id, **changed}
        self.row("price", price_id, row)

    def assortment(self, sku: str, **changed: Any) -> None:
        """A policy of the store."""
        row = {"location_id": self.location, "sku": sku, "listed": True, "reorder_point": 3}
        self.row("assortment", sku, {**row, "order_up_to": 9, "hysteresis": None, **changed})

    def employee(self, employee_id: str, card: str, **changed: Any) -> None:
        """Somebody who works there."""
        row = {"employee_id": employee_id, "card_hash": card * 64, "pin_hash": "scrypt$" + "a" * 20}
        row |= {"role": "cashier", "limits": '{"refund_minor": 500}', "active": True}
        self.row("employee", employee_id, {**row, "locations": [self.location], **changed})

    async def send(self, kafka: str) -> None:
        """Send what there is, in order."""
        producer = AIOKafkaProducer(bootstrap_servers=kafka, linger_ms=5)
        await producer.start()
        try:
            for key, value in self.records:
                await producer.send(self.topic, value, key.encode(), 0)
            await producer.flush()
        finally:
            await producer.stop()
        self.records = []


def product(sku: str, **changed: Any) -> dict[str, Any]:
    """The row of a product."""
    row = {"sku": sku, "gtin": None, "name": f"Tea {sku}", "category": "drinks", "unit": "each"}
    row |= {"price_minor": 300, "currency": "EUR", "tax_basis_points": 700, "style": None}
    return {**row, "colour": None, "size": None, "image": None, "replaces_sku": None, **changed}


async def make_store_topics(kafka: str, location: str) -> None:
    """The topics of one store, beside those of the contracts."""
    await make_topics(kafka)
    async with topic_admin(kafka) as admin:
        compacted = {"cleanup.policy": "compact"}
        down, ack = down_topics(location)
        await admin.create_topics(
            [
                NewTopic(down, 1, 1, topic_configs=compacted),
                NewTopic(ack, 1, 1, topic_configs=compacted),
                NewTopic(up_topic(location, REPORTS_UP), 1, 1),
            ]
        )


async def purge(kafka: str, topic: str, before: int) -> None:
    """Let go of the records before an offset."""
    async with topic_admin(kafka) as admin:
        await admin.delete_records({TopicPartition(topic, 0): RecordsToDelete(before)})


def as_role(dsn: str) -> str:
    """The same database as the replication comes to it: its role may write its tables alone."""
    begin, _, rest = dsn.partition("://")
    return f"{begin}://tillstream_replication@{rest.rpartition('@')[2]}"


class ReplicationProcess(Process):
    """`tillstream worker replication` in a process of its own."""

    def __init__(self, location: str, kafka: str, postgres: str, folder: Path, name: str) -> None:
        self.location = location
        settings = {"home": str(folder), "kafka": kafka, "postgres": as_role(postgres)}
        settings |= {"store": location, "log_json": "true"}
        arguments = ["-m", "tillstream", "worker", "replication", "--name", name]
        super().__init__(arguments, folder / f"{name}.log", settings)

    @property
    def running(self) -> bool:
        """Whether it is still there."""
        return self.process.poll() is None

    def said(self, event: str) -> list[dict[str, Any]]:
        """All that it has said of one kind."""
        lines = [line for line in self.log.splitlines() if line.startswith("{")]
        return [each for each in map(json.loads, lines) if each["event"] == event]

    def metric(self, name: str) -> float:
        """A figure, with its labels; 0 where there is none yet."""
        at = self.said("replication_started")[-1]["metrics"]
        with urllib.request.urlopen(at) as answer:
            lines = answer.read().decode().splitlines()
        return next((float(e.rsplit(" ", 1)[1]) for e in lines if e.rpartition(" ")[0] == name), 0)


@contextmanager
def replicating(
    location: str, kafka: str, postgres: str, folder: Path, name: str = "replication"
) -> Iterator[ReplicationProcess]:
    """The process for the length of a block."""
    process = ReplicationProcess(location, kafka, postgres, folder, name)
    try:
        yield process
    finally:
        if process.running:
            process.kill()


State = dict[str, Any]


def state(dsn: str) -> State:
    """How far the store is by its database; empty before the first look."""
    names = ("next_offset", "applied_version", "head_version", "is_whole", "feed", "filling_to")
    found = rows(dsn, f"SELECT {', '.join(names)} FROM replication_state")  # noqa: S608 - names above
    return dict(zip(names, found[0], strict=True)) if found else {}


async def applied(dsn: str, version: int) -> None:
    """Return once the store has applied the head of that version."""
    await until(lambda: state(dsn).get("head_version") == version, f"version {version} is applied")


def count(dsn: str, table: str) -> int:
    """Rows of a table."""
    return rows(dsn, f"SELECT count(*) FROM {table}")[0][0]  # noqa: S608 - named by tests
