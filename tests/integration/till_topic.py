"""The tills' topic on the shared broker, as one test sees it: what came after its start."""

from typing import Any

from tests.integration.own_broker import tillstream
from tests.integration.topic_tail import TopicTail
from topics.partitioning import partition_of
from topics.registry import TILL_EVENTS
from topics.wire import AnyWireEvent, decode_till_event

PARTITIONS = 8


class TillTopic:
    """Messages since this object was made."""

    def __init__(self, bootstrap: str) -> None:
        self.bootstrap = bootstrap
        self._tail = TopicTail(bootstrap, TILL_EVENTS.name)
        if self._tail.partitions() != set(range(PARTITIONS)):
            status, _, errors = tillstream(bootstrap, "topics", "sync")
            assert status == 0, errors
        self._tail.begin(now=True)

    def close(self) -> None:
        """Leave the broker."""
        self._tail.close()

    def messages(self) -> list[Any]:
        """In each partition in order."""
        return list(self._tail.look())

    def events(self) -> list[AnyWireEvent]:
        """Decoded, each having been found in the partition of its location and under its key."""
        events: list[AnyWireEvent] = []
        for message in self.messages():
            event = decode_till_event(message.value)
            assert message.key.decode() == event.location_id
            assert message.partition == partition_of(event.location_id, PARTITIONS)
            events.append(event)
        return events
