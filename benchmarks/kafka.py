"""The benchmark's own broker, and the topics on it."""

# pyright: reportPrivateImportUsage=false
# The client's admin package does not list what it exports.

import time
from collections.abc import Generator, Iterable, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from confluent_kafka import (
    Consumer,
    ConsumerGroupState,
    KafkaException,
    TopicPartition,
)
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    ResourceType,
)

from benchmarks.job import PARTITIONS
from clients import librdkafka
from clients.kafka import KafkaAccess
from local import child, jars, kafka
from local.ports import choose

APPEND_TIME = {"message.timestamp.type": "LogAppendTime"}
"""The broker's own clock says when a message arrived, whoever sent it."""

ENDS = {"group.id": "ends", "isolation.level": "read_uncommitted"}
"""A committed reader's end lags behind while a transaction's marks are still being written."""

GONE_SECONDS = 30
"""How long a deleted topic may stay visible before that is a fault of the broker."""


def client(bootstrap: str) -> dict[str, Any]:
    """Settings of every client of the harness; librdkafka's notes on each hiccup stay away."""
    return {**librdkafka.properties(KafkaAccess(bootstrap)), "log_level": 2}


class Broker:
    """A running broker that holds nothing but what the benchmark put there."""

    def __init__(self, bootstrap: str, pid: int) -> None:
        self.bootstrap = bootstrap
        self.pid = pid
        self._admin: Any = AdminClient(client(bootstrap))

    def create(self, topics: Iterable[str], config: Mapping[str, str]) -> None:
        """Make topics of `PARTITIONS` partitions."""
        new = [NewTopic(topic, PARTITIONS, 1, config=dict(config)) for topic in topics]
        for done in self._admin.create_topics(new).values():
            done.result()

    def stamp_on_append(self, topic: str) -> None:
        """Let the broker's clock stamp ``topic`` from now on."""
        entries = [
            ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
            for name, value in APPEND_TIME.items()
        ]
        change = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=entries)
        for done in self._admin.incremental_alter_configs([change]).values():
            done.result()

    def delete(self, topics: Iterable[str]) -> None:
        """Delete topics and wait until they are gone."""
        wanted = set(topics) & self.topics()
        if wanted:
            self._admin.delete_topics(sorted(wanted))
        deadline = time.monotonic() + GONE_SECONDS
        while wanted & self.topics() and time.monotonic() < deadline:
            time.sleep(0.1)

    def topics(self) -> set[str]:
        """Names of all topics."""
        return set(self._admin.list_topics(timeout=30).topics)

    def ends(self, topic: str) -> list[int]:
        """The offset after the last message, by partition."""
        with closing(Consumer(client(self.bootstrap) | ENDS)) as probe:
            return [
                probe.get_watermark_offsets(TopicPartition(topic, partition), timeout=30)[1]
                for partition in range(PARTITIONS)
            ]

    def sharing(self, group: str) -> int:
        """How many members of ``group`` hold partitions; 0 while it is not settled."""
        try:
            found: Any = self._admin.describe_consumer_groups([group])[group].result(10)
        except KafkaException:
            return 0
        if found.state != ConsumerGroupState.STABLE:
            return 0
        return sum(bool(each.assignment.topic_partitions) for each in found.members)


class Progress:
    """How far a group has committed a topic.

    Asked by a consumer that never joins: librdkafka's admin client crashes the process where the
    group's coordinator is not there yet.
    """

    def __init__(self, broker: Broker, group: str, topic: str) -> None:
        settings = {"group.id": group, "isolation.level": "read_uncommitted"}
        self._partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]
        self._probe = Consumer(client(broker.bootstrap) | settings)

    def has_reached(self, ends: list[int]) -> bool:
        """Whether all is committed up to ``ends``; of an empty partition nothing need be."""
        try:
            found = self._probe.committed(self._partitions, timeout=10)
        except KafkaException:
            return False
        return all(max(0, each.offset) >= ends[each.partition] for each in found)

    def close(self) -> None:
        """Let the connection go."""
        self._probe.close()


@contextmanager
def own_broker(folder: Path) -> Generator[Broker]:
    """An empty broker that keeps its data in ``folder``; the jars are fetched if need be."""
    port, controller_port = choose(2)
    log = folder / "kafka.log"
    service = kafka.service(folder / "kafka", port, controller_port, jars.class_path(), log)
    process = child.start(service)
    try:
        yield Broker(kafka.address(port), process.pid)
    finally:
        process.stop()
