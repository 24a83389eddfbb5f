"""The process that tells stores, at a broker that asks everybody who they are."""

import json
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kafka.structs import TopicPartition

from clients import blocking_kafka
from clients.kafka import KafkaAccess
from identity.names import ServiceName, StoreName
from local.kafka_links import BROKER
from tests.feed_company import Record, StoreCopy
from tests.integration.guarded_broker import PARTITIONS, GuardedBroker
from tests.integration.process import PATIENCE_SECONDS, Process
from tests.integration.registration_world import Till, World
from topics.down import FeedGone, FeedRow, read_feed
from topics.mirrored import down_topics
from topics.partitioning import partition_of
from topics.registry import BY_NAME

_FILES = ("kafka_ca", "kafka_cert", "kafka_key")


@dataclass(frozen=True, slots=True)
class FeedsWorld:
    """A broker, and who is told what there."""

    broker: GuardedBroker

    def mirror(self, *stores: str) -> None:
        """Give stores topics."""
        options = [each for store in stores for each in ("--mirrored", store)]
        status, output, said = self.broker.sync(*options)
        assert status == 0, output + said

    def worker(self, name: str, **settings: str) -> Process:
        """One that tells stores, as the service that it is."""
        own = self.broker.settings("feeds")
        files = {name.replace("kafka_", "registration_"): own[name] for name in _FILES}
        more = {"kafka": self.broker.mutual, "log_level": "info", **files}
        given = own | more | {"registration": "https://127.0.0.1:1"} | settings
        log = self.broker.folder / f"{name}.log"
        return Process(["-m", "tillstream", "worker", "feeds", "--name", name], log, given)

    @contextmanager
    def running(self, name: str, **settings: str) -> Generator[Process]:
        """A `worker` for the length of a block, once it has caught up."""
        worker = self.worker(name, **settings)
        try:
            await_word(worker, "feeds_ready")
            yield worker
        finally:
            if worker.process.poll() is None:
                worker.stop()

    def say(self, *records: Record) -> None:
        """As the database and the workers do."""
        producer = blocking_kafka.producer(self.access(), acks="all", linger_ms=5)
        for topic, key, row in records:
            value = None if row is None else json.dumps(row).encode()
            where = None
            if BY_NAME[topic].by_location:
                where = partition_of(key.partition("/")[0], PARTITIONS)
            producer.send(topic, value, key.encode(), partition=where)
        producer.flush()
        producer.close()

    def access(self) -> KafkaAccess:
        """As the broker itself."""
        return self.broker.access(BROKER)

    def records(self, topic: str, as_store: str = "") -> list[Any]:
        """All committed records of a topic with one partition."""
        access = self.broker.as_somebody(StoreName(as_store)) if as_store else self.access()
        place = TopicPartition(topic, 0)
        consumer = blocking_kafka.consumer(
            access, auto_offset_reset="earliest", isolation_level="read_committed"
        )
        try:
            consumer.assign([place])
            end, found = consumer.end_offsets([place])[place], list[Any]()
            while consumer.position(place) < end:
                for records in consumer.poll(200).values():
                    found += records
            return found
        finally:
            consumer.close()

    def end(self, store: str) -> int:
        """Where a store's feed ends, with marks of transactions."""
        place = TopicPartition(down_topics(store)[0], 0)
        with blocking_kafka.consumer(self.access()) as consumer:
            return consumer.end_offsets([place])[place]

    def store(self, location_id: str) -> StoreCopy:
        """A store that begins with an empty disk, by its own identity."""
        copy = StoreCopy()
        found = self.records(down_topics(location_id)[0], location_id)
        copy.apply([(each.key, each.value, "") for each in found])  # pyright: ignore[reportArgumentType]
        return copy

    def told(self, location_id: str, holds: Callable[[StoreCopy], bool]) -> StoreCopy:
        """The store once it has been told what ``holds`` asks for."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not holds(copy := self.store(location_id)):
            assert time.monotonic() < deadline, f"it has {sorted(copy.rows)} at {copy.version}"
            time.sleep(0.2)
        assert copy.head is not None
        assert copy.head.version == copy.version, "no head behind the last change"
        assert copy.sums().hash() == copy.head.hash
        assert copy.sums().rows() == copy.head.rows
        return copy


def await_word(worker: Process, word: str, times: int = 1) -> None:
    """Wait until a process has said something."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while worker.log.count(word) < times:
        assert worker.process.poll() is None, worker.log[-3000:]
        assert time.monotonic() < deadline, worker.log[-3000:]
        time.sleep(0.1)


def gone(world: FeedsWorld, store: str) -> dict[str, int]:
    """What a feed says is gone, and under which version."""
    found = newest(world, store).items()
    return {key: each.version for key, each in found if isinstance(each, FeedGone)}


def newest(world: FeedsWorld, store: str) -> dict[str, Any]:
    """What a feed says under each key."""
    found = {each.key.decode(): each for each in world.records(f"down.{store}")}
    return {
        key: read_feed(each.key, each.value)
        for key, each in found.items()
        if each.value is not None
    }


def status_of(store: str, applied: int, feed: str) -> Record:
    """A store's word that it has all up to a version."""
    told = {"location_id": store, "reported_at": datetime.now(UTC).isoformat()}
    row = told | {"applied_version": applied, "feed": feed, "head_version": applied}
    return "store.status", store, row | {"is_whole": True}


def one_meaning_for_each_version(world: FeedsWorld, store: str) -> None:
    """Whatever was killed: of all that was ever committed."""
    versions = list[int]()
    for record in world.records(f"down.{store}", store):
        told = read_feed(record.key, record.value) if record.value else None
        if isinstance(told, FeedRow | FeedGone):
            versions.append(told.version)
    assert versions == sorted(set(versions)), "a version that says two things, or goes back"


def asking(devices: World) -> dict[str, str]:
    """Settings of who asks that registration as `feeds`."""
    ours = devices.pki.certified(ServiceName("feeds"))
    named = {"ca": devices.pki.ca, "cert": ours.certificate, "key": ours.key}
    files = {f"registration_{name}": str(each) for name, each in named.items()}
    return {"registration": devices.address, **files}


def publish(world: FeedsWorld, devices: World, store: str) -> None:
    """The rows of devices, as Debezium brings them."""
    rows = devices.rows("SELECT row_to_json(devices) FROM devices WHERE location_id = %s", store)
    world.say(*(("cdc.devices", store, row) for (row,) in rows))


def listed(world: FeedsWorld, store: str, above: int) -> dict[str, Any]:
    """The list that a store is told, once its number is above that."""
    key = f"device_list/{store}"
    copy = world.told(store, lambda copy: copy.rows.get(key, {"number": 0})["number"] > above)
    return copy.rows[key]


def state_of(till: Till, told: dict[str, Any]) -> str:
    """What a list says of a till."""
    return {each["till_id"]: each["status"] for each in told["devices"]}[till.till_id]


def names_in(store: StoreCopy) -> dict[str, str]:
    """Of a store's products, by SKU."""
    return {
        key.partition("/")[2]: row["name"]
        for key, row in store.rows.items()
        if key.startswith("product/")
    }
