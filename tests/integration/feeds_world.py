"""The process that tells stores, at a broker that asks everybody who they are."""

import json
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from kafka.structs import TopicPartition

from clients import blocking_kafka
from clients.kafka import KafkaAccess
from identity.names import ServiceName, StoreName
from local.kafka_links import BROKER
from tests.feed_company import Record, StoreCopy
from tests.integration.guarded_broker import PARTITIONS, GuardedBroker
from tests.integration.process import PATIENCE_SECONDS, Process
from topics.mirrored import down_topics
from topics.partitioning import partition_of
from topics.registry import BY_NAME


@dataclass(slots=True)
class FeedsWorld:
    """A broker, and who is told what there."""

    broker: GuardedBroker
    settings: dict[str, str] = field(default_factory=dict[str, str])

    def mirror(self, *stores: str) -> None:
        """Give stores topics."""
        options = [each for store in stores for each in ("--mirrored", store)]
        status, output, said = self.broker.sync(*options)
        assert status == 0, output + said

    def worker(self, name: str, **settings: str) -> Process:
        """One that tells stores, as the service that it is."""
        access = self.broker.as_somebody(ServiceName("feeds"))
        assert access.tls is not None
        own = {"cert": access.tls.certificate, "key": access.tls.key, "ca": access.tls.authorities}
        given = {
            "home": str(self.broker.folder / "home"),
            "partitions": str(PARTITIONS),
            "kafka": self.broker.mutual,
            "kafka_plaintext": "false",
            "registration": "https://127.0.0.1:1",
            "log_level": "info",
            **{f"kafka_{each}": str(file) for each, file in own.items()},
            **{f"registration_{each}": str(file) for each, file in own.items()},
        } | self.settings
        log = self.broker.folder / f"{name}.log"
        arguments = ["-m", "tillstream", "worker", "feeds", "--name", name]
        return Process(arguments, log, given | settings)

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
