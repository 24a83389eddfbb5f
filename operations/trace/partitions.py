"""One location's partition of a topic, from a place in it to its end as it is now."""

# pyright: reportMissingTypeStubs=false

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from kafka.structs import TopicPartition

from clients.kafka import KafkaAccess
from operations.kafka.reader import TopicMissing, consuming, telling_where
from topics.partitioning import partition_of

CLOCKS_APART = timedelta(minutes=5)
"""How far the clocks of Kafka and a worker may be apart. More reads more than is needed; less may
begin behind what is looked for."""

_POLL_MS = 500


class Partitions:
    """Reads what is committed; one connection for all that is asked."""

    def __init__(self, kafka: KafkaAccess, consumer: Any, location_id: str) -> None:
        self._kafka = kafka
        self._consumer = consumer
        self._location_id = location_id

    def at(self, topic: str, offset: int) -> Iterator[Any]:
        """The messages from ``offset`` on; raises `KafkaAway`."""
        with telling_where(self._kafka):
            yield from self._read(self._place(topic), offset)

    def since(self, topic: str, moment: datetime | None) -> Iterator[Any]:
        """The messages from ``moment`` on, give or take what clocks differ, or all of them; raises
        `KafkaAway`."""
        with telling_where(self._kafka):
            place = self._place(topic)
            yield from self._read(place, self._offset_at(place, moment))

    def _place(self, topic: str) -> Any:
        partitions = self._consumer.partitions_for_topic(topic)
        if not partitions:
            raise TopicMissing(f"there is no topic {topic}: run 'tillstream topics sync'")
        return TopicPartition(topic, partition_of(self._location_id, len(partitions)))

    def _offset_at(self, place: Any, moment: datetime | None) -> int | None:
        if moment is None:
            return self._consumer.beginning_offsets([place])[place]
        from_ms = int((moment - CLOCKS_APART).timestamp() * 1000)
        found = self._consumer.offsets_for_times({place: from_ms})[place]
        return found and found.offset

    def _read(self, place: Any, offset: int | None) -> Iterator[Any]:
        if offset is None:
            return
        self._consumer.assign([place])
        end = self._consumer.end_offsets([place])[place]
        self._consumer.seek(place, offset)
        while self._consumer.position(place) < end:
            messages = self._consumer.poll(timeout_ms=_POLL_MS).get(place, [])
            yield from (message for message in messages if message.offset < end)


@contextmanager
def partitions(kafka: KafkaAccess, location_id: str) -> Generator[Partitions]:
    """To read the partitions of a location, for the length of a block; raises `KafkaAway`."""
    with consuming(kafka, auto_offset_reset="earliest") as consumer:
        yield Partitions(kafka, consumer, location_id)
