"""Topics from their first message to their end as it was when reading began."""

# pyright: reportMissingTypeStubs=false

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from kafka.errors import KafkaError
from kafka.structs import TopicPartition

from clients import blocking_kafka
from clients.kafka import KafkaAccess
from operations.errors import OperationError
from topics.partitioning import partition_of

_ANSWER_MS = 10_000
"""How long to look for a broker. Less fails beside a broker that starts; more seems to hang."""

_POLL_MS = 500
"""How long one poll may wait; it bounds nothing but how soon Ctrl-C is heard."""


class KafkaAway(OperationError):
    """Kafka did not answer, or lacks a topic."""


class TopicMissing(KafkaAway):
    """Kafka is there, and lacks a topic."""


@contextmanager
def telling_where(kafka: KafkaAccess) -> Generator[None]:
    """Turn a client's fault into `KafkaAway`, which names the address."""
    try:
        yield
    except KafkaError as error:
        raise KafkaAway(f"Kafka at {kafka} did not answer or refused: {error!r}") from error


def _consumer(kafka: KafkaAccess, **more: Any) -> Any:
    return blocking_kafka.consumer(
        kafka,
        bootstrap_timeout_ms=_ANSWER_MS,
        isolation_level="read_committed",
        enable_auto_commit=False,
        allow_auto_create_topics=False,
        metrics_enabled=False,
        **more,
    )


@contextmanager
def consuming(kafka: KafkaAccess, **more: Any) -> Generator[Any]:
    """A consumer of what is committed, in no group, for a block; raises `KafkaAway`."""
    with telling_where(kafka):
        consumer = _consumer(kafka, **more)
        try:
            yield consumer
        finally:
            consumer.close()


class TopicReader:
    """All committed messages of some topics, each partition in order."""

    def __init__(
        self, kafka: KafkaAccess, topics: Sequence[str], location_id: str | None = None
    ) -> None:
        """Connect and note the ends; raises `KafkaAway`.

        Of a location that is named, only its own partition of each topic is read.
        """
        self._kafka = kafka
        self._location_id = location_id
        with telling_where(kafka):
            self._consumer = _consumer(kafka, auto_offset_reset="earliest")
            places = [place for topic in topics for place in self._places(topic)]
            self._consumer.assign(places)
            first = self._consumer.beginning_offsets(places)
            self._ends: dict[Any, int] = self._consumer.end_offsets(places)
        self.span = sum(self._ends[place] - first[place] for place in places)
        """Offsets to go through; not each is a message."""

    def _places(self, topic: str) -> list[Any]:
        partitions = self._consumer.partitions_for_topic(topic)
        if not partitions:
            raise TopicMissing(f"there is no topic {topic}: run 'tillstream topics sync'")
        if self._location_id is not None:
            partitions = {partition_of(self._location_id, len(partitions))}
        return [TopicPartition(topic, partition) for partition in sorted(partitions)]

    def __iter__(self) -> Iterator[Any]:
        """The messages; raises `KafkaAway`."""
        with telling_where(self._kafka):
            left = {place for place, end in self._ends.items() if self._position(place) < end}
            while left:
                for place, messages in self._consumer.poll(timeout_ms=_POLL_MS).items():
                    end = self._ends[place]
                    yield from (message for message in messages if message.offset < end)
                left = {place for place in left if self._position(place) < self._ends[place]}

    def _position(self, place: Any) -> int:
        return self._consumer.position(place)

    def close(self) -> None:
        """Leave the broker."""
        self._consumer.close()

    def __enter__(self) -> "TopicReader":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
