"""A topic as it grows: what was read stays read, and each look costs what is new."""

from typing import Any

from kafka.structs import TopicPartition

from clients import blocking_kafka
from clients.kafka import KafkaAccess

_POLL_MS = 500

_HELD_MS = 20
"""How long the broker may hold a fetch that has nothing: the next look waits behind it."""


class TopicTail:
    """Committed messages of one topic, from its first or from now on."""

    def __init__(self, kafka: str, topic: str) -> None:
        self._topic = topic
        self._consumer = blocking_kafka.consumer(
            KafkaAccess(kafka),
            isolation_level="read_committed",
            enable_auto_commit=False,
            fetch_max_wait_ms=_HELD_MS,
        )
        self._places: list[Any] = []
        self._found: list[Any] = []

    def partitions(self) -> set[int]:
        """Those that it has; none where there is no such topic."""
        return self._consumer.partitions_for_topic(self._topic) or set()

    def begin(self, *, now: bool = False) -> None:
        """Read from the first message, or from what comes after ``now``."""
        partitions = self.partitions()
        assert partitions, f"there is no topic {self._topic}"
        self._places = [TopicPartition(self._topic, number) for number in sorted(partitions)]
        self._consumer.assign(self._places)
        offsets = self._consumer.end_offsets if now else self._consumer.beginning_offsets
        for place, offset in offsets(self._places).items():
            self._consumer.seek(place, offset)

    def look(self) -> list[Any]:
        """All messages until now, each partition in order."""
        if not self._places:
            self.begin()
        ends = self._consumer.end_offsets(self._places).items()
        assert all(self._consumer.position(place) <= end for place, end in ends), "made anew"
        while any(self._consumer.position(place) < end for place, end in ends):
            for messages in self._consumer.poll(timeout_ms=_POLL_MS).values():
                self._found += messages
        return self._found

    def close(self) -> None:
        """Leave the broker."""
        self._consumer.close()
