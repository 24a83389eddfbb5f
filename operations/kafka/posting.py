"""What an operator decides, appended and acknowledged before a command says that it is done."""

# pyright: reportMissingTypeStubs=false

from collections.abc import Callable, Iterable
from typing import Any

from pydantic import BaseModel

from clients import blocking_kafka
from clients.kafka import KafkaAccess
from operations.kafka.reader import TopicMissing, telling_where

_ANSWER_SECONDS = 30.0
"""How long Kafka may take to acknowledge. Less fails beside a broker that is busy; more seems to
hang."""


def append(
    kafka: KafkaAccess, topic: str, key: str, value: BaseModel, place: Callable[[int], int]
) -> int:
    """Append to the partition that ``place`` chooses of so many; the offset, held by all replicas.

    Raises `KafkaAway`, and `TopicMissing` where there is no such topic.
    """
    (offset,) = append_all(kafka, topic, [(key, value)], lambda _, count: place(count))
    return offset


def append_all(
    kafka: KafkaAccess,
    topic: str,
    messages: Iterable[tuple[str, BaseModel | None]],
    place: Callable[[str, int], int],
) -> list[int]:
    """`append` for many, by key; ``place`` gets each key. None is a tombstone."""
    with telling_where(kafka):
        producer = blocking_kafka.producer(
            kafka,
            acks="all",
            allow_auto_create_topics=False,
            metrics_enabled=False,
        )
        try:
            count = _partitions(producer, topic)
            sent = [
                producer.send(
                    topic,
                    value and value.model_dump_json().encode(),
                    key.encode(),
                    partition=place(key, count),
                )
                for key, value in messages
            ]
            return [int(each.get(timeout=_ANSWER_SECONDS).offset) for each in sent]
        finally:
            producer.close(timeout=1)


def _partitions(producer: Any, topic: str) -> int:
    found = producer.partitions_for(topic)
    if not found:
        raise TopicMissing(f"there is no topic {topic}: run 'tillstream topics sync'")
    return len(found)
