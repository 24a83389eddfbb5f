"""The logs that a mirror carries: their spans, and what waits in them."""

# pyright: reportMissingTypeStubs=false

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kafka.structs import TopicPartition

from clients.kafka import KafkaAccess
from connectors.mirrormaker.asking import KeptConsumer, records_up_to
from connectors.mirrormaker.progress import LogSpan


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
            for record in records_up_to(consumer, consumer.end_offsets([place]), records_max=1):
                return WaitingRecord(record.offset, record.timestamp)
        return None

    def close(self) -> None:
        """End the connections."""
        self._consumer.close()
