"""The tills' topic on the shared broker, as one test sees it: what came after its start."""

from typing import Any

from clients.kafka import KafkaAccess
from operations.kafka.reader import TopicReader
from tests.integration.own_broker import tillstream
from topics.partitioning import partition_of
from topics.registry import TILL_EVENTS
from topics.wire import AnyWireEvent, decode_till_event

PARTITIONS = 8


class TillTopic:
    """Messages since this object was made."""

    def __init__(self, bootstrap: str) -> None:
        status, _, errors = tillstream(bootstrap, "topics", "sync")
        assert status == 0, errors
        self.bootstrap = bootstrap
        self._ends: dict[int, int] = {}
        self._ends = {message.partition: message.offset + 1 for message in self.messages()}

    def messages(self) -> list[Any]:
        """In each partition in order."""
        with TopicReader(KafkaAccess(self.bootstrap), [TILL_EVENTS.name]) as reader:
            return [m for m in reader if m.offset >= self._ends.get(m.partition, 0)]

    def events(self) -> list[AnyWireEvent]:
        """Decoded, each having been found in the partition of its location and under its key."""
        events: list[AnyWireEvent] = []
        for message in self.messages():
            event = decode_till_event(message.value)
            assert message.key.decode() == event.location_id
            assert message.partition == partition_of(event.location_id, PARTITIONS)
            events.append(event)
        return events
