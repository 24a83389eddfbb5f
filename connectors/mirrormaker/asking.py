"""A consumer that is kept between looks, and made anew after a fault."""

# pyright: reportMissingTypeStubs=false

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from kafka.errors import KafkaError

from clients import blocking_kafka
from clients.errors import AccessError
from clients.kafka import KafkaAccess
from connectors.mirrormaker.errors import ClusterAway

ANSWER_MS = 5_000
"""For an answer. Less takes a slow line for one that is cut, more tells a cut one late."""


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
