"""The till's way to Kafka: every event is acknowledged by all replicas, or said to be lost.

Events of a till must arrive once and in order, so the producer is idempotent and waits for all
replicas. Nothing is swallowed: the first event that Kafka refused or did not take in time is
raised as `DeliveryFailed` by the next call.
"""

from collections import deque
from types import TracebackType
from typing import Any, Self

from kafka.errors import KafkaError  # pyright: ignore[reportMissingTypeStubs]

from clients import blocking_kafka
from clients.kafka import KafkaAccess
from topics.partitioning import partition_of
from topics.registry import TILL_EVENTS

_LINGER_MS = 5
"""Wait for company before a batch is sent. 0 sends single events and a tenth of the rate; more
than a few tens is seen on the board."""

_BATCH_BYTES = 256 * 1024
"""Largest batch of one partition. Kafka's 16 KiB holds 25 receipts and makes the round trip the
limit; 1 MiB would meet the broker's limit."""

DELIVERY_TIMEOUT_MS = 120_000
"""A broker that is away for longer is an error. Shorter ends the till at each broker restart."""

_REQUEST_TIMEOUT_MS = 30_000

_ANSWER_MS = 10_000
"""How long to look for a broker and the topic. Less fails beside a broker that starts; more seems
to hang."""

_RECONNECT_MS_MAX = 1_000
"""Between two attempts at a broker that is away. The client's half a minute is how long a till
could wait for one that is back; a tenth of a second besieges one that starts."""

_MARK_EVERY = 500
_MARKS_MAX = 40
"""Unacknowledged events are held in memory: at most some 20,000 (about 15 MB). Fewer starves the
broker; unbounded, a replay would read its whole file into memory."""


class DeliveryFailed(Exception):
    """Kafka did not take an event: the till's sequence has a gap from there on."""


class TillProducer:
    """Publishes encoded till events, each to the partition of its location."""

    def __init__(self, kafka: KafkaAccess, delivery_timeout_ms: int = DELIVERY_TIMEOUT_MS) -> None:
        """Connect; `DeliveryFailed` where there is no broker or no topic."""
        self._topic = topic = TILL_EVENTS.name
        self._timeout_seconds = delivery_timeout_ms / 1000
        self._failure: BaseException | None = None
        self._marks: deque[Any] = deque()
        self._sent = 0
        try:
            self._kafka: Any = blocking_kafka.producer(
                kafka,
                enable_idempotence=True,
                acks="all",
                linger_ms=_LINGER_MS,
                batch_size=_BATCH_BYTES,
                # Two tries must fit, or a broker that restarts loses what was on its way to it.
                request_timeout_ms=min(_REQUEST_TIMEOUT_MS, delivery_timeout_ms // 2),
                reconnect_backoff_max_ms=_RECONNECT_MS_MAX,
                bootstrap_timeout_ms=_ANSWER_MS,
                max_block_ms=_ANSWER_MS,
                delivery_timeout_ms=delivery_timeout_ms,
                allow_auto_create_topics=False,
                metrics_enabled=False,
            )
            self._partitions = self._count_partitions(topic)
        except KafkaError as error:
            raise DeliveryFailed(
                f"cannot publish to {topic} at {kafka} ({error!r}): check that the broker runs "
                "and that 'tillstream topics sync' has made the topic"
            ) from error

    def _count_partitions(self, topic: str) -> int:
        # Our murmur2 remembers locations; the client's own costs 10 us an event.
        partitions: set[int] | None = self._kafka.partitions_for(topic)
        if not partitions:
            raise DeliveryFailed(f"there is no topic {topic}: run 'tillstream topics sync'")
        return len(partitions)

    def publish(self, location_id: str, value: bytes) -> None:
        """Queue one event; waits while too many are unacknowledged."""
        self._raise_failure()
        place = partition_of(location_id, self._partitions)
        try:
            future = self._kafka.send(self._topic, value, location_id.encode(), partition=place)
        except KafkaError as error:
            raise self._not_taken(error) from error
        future.add_errback(self._note_failure)
        self._sent += 1
        if self._sent % _MARK_EVERY == 0:
            self._wait_for_room(future)

    def _wait_for_room(self, newest: Any) -> None:
        self._marks.append(newest)
        if len(self._marks) > _MARKS_MAX:
            oldest = self._marks.popleft()
            try:
                oldest.get(timeout=self._timeout_seconds)
            except KafkaError as error:
                self._note_failure(error)
            self._raise_failure()

    def _note_failure(self, error: BaseException) -> None:
        self._failure = self._failure or error

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._not_taken(self._failure) from self._failure

    def _not_taken(self, error: BaseException) -> DeliveryFailed:
        return DeliveryFailed(
            f"Kafka did not take an event of {self._topic} ({error!r}): check the broker; what "
            "came after it may be missing too"
        )

    def flush(self) -> None:
        """Wait until every event is acknowledged; `DeliveryFailed` where one was not."""
        try:
            self._kafka.flush(timeout=self._timeout_seconds)
        except KafkaError as error:
            self._note_failure(error)
        self._raise_failure()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Flush, unless the block failed already, and close."""
        try:
            if error is None:
                self.flush()
        finally:
            self._kafka.close(timeout=1)
