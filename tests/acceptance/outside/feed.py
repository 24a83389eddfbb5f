"""Producing the whole stream at full speed, remembering where the bad messages went."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kafka import KafkaProducer

from .limits import MALFORMED, WRONG_PARTITION
from .malformed import ASTRAY
from .message import Header, Message
from .partition import partition_of
from .plan import INPUT
from .stack import say
from .world import World

Place = tuple[int, int]


@dataclass(frozen=True)
class DeadLetter:
    """A message that must turn up in the dead letters, exactly once."""

    source: str
    kind: str
    reason: str
    key: bytes | None
    value: bytes | None
    headers: list[Header]


def producer_for(kafka: dict[str, Any]) -> Any:
    """A producer with kafka-python's default partitioning."""
    return KafkaProducer(
        **kafka,
        linger_ms=20,
        batch_size=200_000,
        max_request_size=1_048_576,
        compression_type="gzip",
        acks="all",
        retries=20,
    )


def produce(
    kafka: dict[str, Any], messages: list[Message], world: World, halfway: Callable[[], None]
) -> dict[Place, Message]:
    """Send every message in order, and `halfway` call something; where Kafka says they lie."""
    producer = producer_for(kafka)
    partitions = len(producer.partitions_for(INPUT))
    sent: list[tuple[Message, Any]] = []
    began = time.monotonic()
    for index, message in enumerate(messages):
        if index == len(messages) // 2:
            halfway()
        sent.append((message, send(producer, message, world, partitions)))
        if index % 50_000 == 49_999:
            say(f"  produced {index + 1} of {len(messages)}")
    producer.flush()
    say(f"  {len(messages) / (time.monotonic() - began):.0f} messages/s produced")
    placed = [(future.get(timeout=60), message) for message, future in sent]
    producer.close()
    return {(one.partition, one.offset): message for one, message in placed}


def send(producer: Any, message: Message, world: World, partitions: int) -> Any:
    """Send a message to its partition, or astray where it asks for that."""
    partition = lead_astray(message, world, partitions) if message.astray else None
    return producer.send(
        INPUT,
        value=message.value,
        key=message.key,
        headers=list(message.headers),
        partition=partition,
    )


def lead_astray(message: Message, world: World, partitions: int) -> int | None:
    """Choose a wrong partition, or (None) a key whose partition is not the location's."""
    assert message.event
    right = partition_of(message.event["location_id"], partitions)
    if message.bad == "wrong_partition":
        return (right + 1 + message.event["sequence"] % (partitions - 1)) % partitions
    others = [one for one in world.locations if partition_of(one, partitions) != right]
    message.key = others[message.event["sequence"] % len(others)].encode()
    return None


def letter_of(message: Message, placed: Any, reason: str | None = None) -> DeadLetter:
    """The dead letter that a message must become, which is bad in itself or has this `reason`."""
    if reason is None:
        reason = WRONG_PARTITION if message.bad in ASTRAY else MALFORMED
    source = f"{INPUT}-{placed.partition}-{placed.offset}"
    kind = message.bad or reason
    return DeadLetter(source, kind, reason, message.key, message.value, message.headers)
