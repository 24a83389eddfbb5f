"""The input topic as it is at the end: in which order, and when, Kafka took what was sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from kafka import KafkaConsumer
from kafka.structs import TopicPartition

from .feed import DeadLetter, letter_of
from .message import Message
from .oracle import Oracle
from .partition import partition_of
from .plan import INPUT

Place = tuple[int, int]


def _consumer(kafka: dict[str, Any]) -> tuple[Any, list[TopicPartition]]:
    consumer: Any = KafkaConsumer(
        **kafka, isolation_level="read_committed", enable_auto_commit=False
    )
    places = [TopicPartition(INPUT, at) for at in sorted(consumer.partitions_for_topic(INPUT))]
    consumer.assign(places)
    return consumer, places


def input_ends(kafka: dict[str, Any]) -> dict[int, int]:
    """Where the next message of each partition will lie."""
    consumer, places = _consumer(kafka)
    ends = {place.partition: end for place, end in consumer.end_offsets(places).items()}
    consumer.close()
    return ends


def read_input(kafka: dict[str, Any], since: Mapping[int, int] | None = None) -> dict[Place, Any]:
    """Every record of the input topic by partition and offset, in order; `since` names offsets."""
    consumer, places = _consumer(kafka)
    for place in places:
        consumer.seek(place, (since or {}).get(place.partition, 0))
    ends = consumer.end_offsets(places)
    records: dict[Place, Any] = {}
    while any(consumer.position(place) < ends[place] for place in places):
        for batch in consumer.poll(timeout_ms=1000, max_records=5000).values():
            records.update({(one.partition, one.offset): one for one in batch})
    consumer.close()
    return dict(sorted(records.items()))


def feed_oracle(
    oracle: Oracle, found: Iterable[tuple[Any, Message]], partitions: int
) -> list[DeadLetter]:
    """Let the oracle see the messages in the order of the log; the letters that follow."""
    letters: list[DeadLetter] = []
    for record, message in found:
        stamp = datetime.fromtimestamp(record.timestamp / 1000, UTC)
        reason = None
        if message.bad:
            partition = record.partition
            oracle.malformed(
                message.value,
                stamp,
                lambda one, at=partition: partition_of(one, partitions) == at,
            )
        elif message.event:
            reason = oracle.event(message.event, stamp)
        if message.bad or reason:
            letters.append(letter_of(message, record, reason))
    return letters
