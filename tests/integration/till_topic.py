"""The tills' topic on the shared broker, as one test sees it: what came after its start."""

from typing import Any

from kafka.structs import TopicPartition

from clients import blocking_kafka
from clients.kafka import KafkaAccess
from tests.integration.own_broker import tillstream
from topics.partitioning import partition_of
from topics.registry import TILL_EVENTS
from topics.wire import AnyWireEvent, decode_till_event

PARTITIONS = 8

PLACES = [TopicPartition(TILL_EVENTS.name, number) for number in range(PARTITIONS)]


class TillTopic:
    """Messages since this object was made, of a topic that others have filled before."""

    def __init__(self, bootstrap: str) -> None:
        self.bootstrap = bootstrap
        self._reader = blocking_kafka.consumer(
            KafkaAccess(bootstrap), isolation_level="read_committed", enable_auto_commit=False
        )
        if self._reader.partitions_for_topic(TILL_EVENTS.name) != set(range(PARTITIONS)):
            status, _, errors = tillstream(bootstrap, "topics", "sync")
            assert status == 0, errors
        self._reader.assign(PLACES)
        self._begin = self._ends()

    def close(self) -> None:
        """Leave the broker."""
        self._reader.close()

    def count(self) -> int:
        """How many messages there are by now."""
        return sum(self._ends().values()) - sum(self._begin.values())

    def messages(self) -> list[Any]:
        """In each partition in order."""
        ends, found = self._ends(), list[Any]()
        for place, offset in self._begin.items():
            self._reader.seek(place, offset)
        while any(self._reader.position(place) < end for place, end in ends.items()):
            for place, some in self._reader.poll(timeout_ms=500).items():
                found += [message for message in some if message.offset < ends[place]]
        return found

    def events(self) -> list[AnyWireEvent]:
        """Decoded, each having been found in the partition of its location and under its key."""
        events: list[AnyWireEvent] = []
        for message in self.messages():
            event = decode_till_event(message.value)
            assert message.key.decode() == event.location_id
            assert message.partition == partition_of(event.location_id, PARTITIONS)
            events.append(event)
        return events

    def _ends(self) -> dict[Any, int]:
        return self._reader.end_offsets(PLACES)
