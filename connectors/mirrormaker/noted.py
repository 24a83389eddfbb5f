"""Up to where each mirror is, as Connect has noted it in its own topic in the store's Kafka.

Read there and not asked of Connect, so that it is known while Connect is down, and before it
starts. A key is ``[connector, {cluster, partition, topic}]``, a value ``{offset}``, the offset of
the last record that was carried; without a value nothing was.
"""

# pyright: reportMissingTypeStubs=false

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from kafka.structs import TopicPartition

from clients.kafka import KafkaAccess
from connectors.mirrormaker.asking import KeptConsumer, records_up_to

OFFSETS = "connect.offsets"
"""The topic, as `local.connect` and `topics.access` name it."""


class Mirrored(NamedTuple):
    """A topic and the connector that carries it."""

    connector: str
    topic: str


@dataclass(frozen=True, slots=True)
class NotedPosition:
    """The next offset that is to be carried, and where the note lies."""

    next_offset: int
    key: bytes
    partition: int


class NotedPositions:
    """Follows the topic from its first record; each look reads what is new."""

    def __init__(self, store: KafkaAccess) -> None:
        self._consumer = KeptConsumer(store)
        self._noted: dict[Mirrored, NotedPosition] = {}

    def read(self) -> Mapping[Mirrored, NotedPosition]:
        """All that is noted now; empty where Connect has never run. Raises `ClusterAway`."""
        is_fresh = self._consumer.is_fresh
        with self._consumer.asked() as consumer:
            if is_fresh or not consumer.assignment():
                self._begin(consumer)
            if places := sorted(consumer.assignment()):
                for record in records_up_to(consumer, consumer.end_offsets(places)):
                    self._take(record)
        return dict(self._noted)

    def close(self) -> None:
        """End the connections."""
        self._consumer.close()

    def _begin(self, consumer: Any) -> None:
        self._noted = {}
        # The whole cluster is asked: to ask for a missing topic by its name may make it.
        there = OFFSETS in consumer.topics()
        if partitions := there and consumer.partitions_for_topic(OFFSETS):
            consumer.assign([TopicPartition(OFFSETS, each) for each in partitions])
            consumer.seek_to_beginning()

    def _take(self, record: Any) -> None:
        mirrored = mirrored_of(record.key)
        if mirrored is None:
            return
        offset = _offset_of(record.value)
        if offset is None:
            self._noted.pop(mirrored, None)
        else:
            self._noted[mirrored] = NotedPosition(offset + 1, record.key, record.partition)


def mirrored_of(key: bytes | None) -> Mirrored | None:
    """What a note is about; None where it is about no mirror's topic."""
    try:
        connector, place = json.loads(key or b"")
        return Mirrored(str(connector), place["topic"]) if place["partition"] == 0 else None
    except (ValueError, KeyError, TypeError):
        return None


def _offset_of(value: bytes | None) -> int | None:
    try:
        return int(json.loads(value or b"")["offset"])
    except (ValueError, KeyError, TypeError):
        return None
