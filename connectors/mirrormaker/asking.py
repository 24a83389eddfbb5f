"""A consumer that is kept between looks, and made anew after a fault."""

# pyright: reportMissingTypeStubs=false

import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from kafka.errors import KafkaError
from kafka.structs import TopicPartition

from clients import blocking_kafka
from clients.errors import AccessError
from clients.kafka import KafkaAccess
from connectors.mirrormaker.errors import ClusterAway

ANSWER_MS = 5_000
"""For an answer. Less takes a slow line for one that is cut, more tells a cut one late."""


_POLL_MS = 500


def records_up_to(
    consumer: Any, ends: Mapping[TopicPartition, int], records_max: int | None = None
) -> Iterator[Any]:
    """What the consumer is given until it is at all ``ends``, past marks of transactions too.

    Raises `ClusterAway` where nothing moves any more: a consumer does not say so by itself.
    """
    deadline = time.monotonic() + ANSWER_MS / 1000
    while any((consumer.position(place) or 0) < end for place, end in ends.items()):
        found = consumer.poll(_POLL_MS, max_records=records_max)
        if found:
            deadline = time.monotonic() + ANSWER_MS / 1000
        elif time.monotonic() > deadline:
            raise ClusterAway(f"nothing comes of {', '.join(each.topic for each in ends)}")
        for records in found.values():
            yield from records


class KeptConsumer:
    """In no group, and of what is committed alone."""

    def __init__(self, kafka: KafkaAccess) -> None:
        self._kafka = kafka
        self._consumer: Any = None

    @contextmanager
    def asked(self) -> Generator[Any]:
        """The consumer for a block; raises `ClusterAway`, and begins with another after that."""
        try:
            if self._consumer is None:
                self._consumer = self._made()
            yield self._consumer
        except ClusterAway:
            self.close()
            raise
        except (KafkaError, OSError, AccessError) as fault:
            self.close()
            raise ClusterAway(f"Kafka at {self._kafka} does not answer: {fault!r}") from fault

    @property
    def is_fresh(self) -> bool:
        """Whether the next block begins with another consumer."""
        return self._consumer is None

    def close(self) -> None:
        """End the connections."""
        if self._consumer is not None:
            self._consumer.close()
            self._consumer = None

    def _made(self) -> Any:
        return blocking_kafka.consumer(
            self._kafka,
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            allow_auto_create_topics=False,
            bootstrap_timeout_ms=ANSWER_MS,
            request_timeout_ms=ANSWER_MS,
            metrics_enabled=False,
        )
