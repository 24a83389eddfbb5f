"""The logs that a mirror carries: their spans, and what waits in them."""

# pyright: reportMissingTypeStubs=false

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kafka.structs import TopicPartition

from clients.kafka import KafkaAccess
from connectors.mirrormaker.asking import ANSWER_MS, KeptConsumer
from connectors.mirrormaker.errors import ClusterAway
from connectors.mirrormaker.progress import LogSpan

_POLL_MS = 500


@dataclass(frozen=True, slots=True)
class WaitingRecord:
    """The first record that a mirror has yet to carry."""

    offset: int
    timestamp_ms: int

    def age_seconds(self, now_seconds: float) -> float:
        """Since when it waits, by the time that it bears; a clock that is behind says 0."""
        return max(0.0, now_seconds - self.timestamp_ms / 1000)


class SourceLogs:
    """The topics that a mirror carries, each with its one partition, at the cluster of their
    source."""

    def __init__(self, kafka: KafkaAccess, topics: Sequence[str]) -> None:
        self._consumer = KeptConsumer(kafka)
        self._places = {topic: TopicPartition(topic, 0) for topic in topics}

    def spans(self) -> Mapping[str, LogSpan]:
        """Of each topic that there is; raises `ClusterAway`."""
        with self._consumer.asked() as consumer:
            there = consumer.topics()
            places = [place for topic, place in self._places.items() if topic in there]
            if not places:
                return {}
            starts, ends = consumer.beginning_offsets(places), consumer.end_offsets(places)
        return {place.topic: LogSpan(starts[place], ends[place]) for place in places}

    def first_waiting(self, topic: str, offset: int) -> WaitingRecord | None:
        """The first record from ``offset`` on that a reader of what is committed is given; None
        where there are only marks, or what was aborted. Raises `ClusterAway`."""
        place = self._places[topic]
        with self._consumer.asked() as consumer:
            consumer.assign([place])
            consumer.seek(place, offset)
            end = consumer.end_offsets([place])[place]
            return self._first(consumer, place, end)

    def close(self) -> None:
        """End the connections."""
        self._consumer.close()

    def _first(self, consumer: Any, place: TopicPartition, end: int) -> WaitingRecord | None:
        deadline = time.monotonic() + ANSWER_MS / 1000
        while consumer.position(place) < end:
            for record in consumer.poll(_POLL_MS, max_records=1).get(place, ()):
                return WaitingRecord(record.offset, record.timestamp)
            if time.monotonic() > deadline:
                raise ClusterAway(f"{place.topic} gives nothing from {consumer.position(place)} on")
        return None
