"""Which messages of the inputs operators have moved out of the way, so that no fold gets them.

A compacted topic tells it: its keys are `topic-partition-offset`, in the partition of the message;
a key without a value has been taken back.
"""

from collections.abc import Mapping
from typing import Any

import structlog

from clients.kafka import KafkaAccess
from clients.topic_ids import described
from engine.clients import TopicPartition
from engine.fetching import FETCH_WAIT_MS, PlainConsumer

log = structlog.get_logger()

READ_MS = 100
"""How long one read waits; there are as many as it takes to reach the end."""


async def read_set_aside(
    kafka: KafkaAccess, topic: str, partition: int
) -> Mapping[str, frozenset[int]]:
    """By input topic, offsets of ``partition``; none where there is no such topic."""
    found = (await described(kafka, [topic])).get(topic)
    if found is None or partition >= found.partitions:
        return {}
    consumer = PlainConsumer(
        **kafka.python_arguments(),
        auto_offset_reset="earliest",
        fetch_max_wait_ms=FETCH_WAIT_MS,
    )
    await consumer.start()
    try:
        return offsets_in(await _newest(consumer, TopicPartition(topic, partition)), partition)
    finally:
        await consumer.stop()


async def _newest(consumer: Any, tp: Any) -> dict[bytes, bytes | None]:
    end: int = (await consumer.end_offsets([tp]))[tp]
    consumer.assign([tp])
    newest: dict[bytes, bytes | None] = {}
    while await consumer.position(tp) < end:
        for record in (await consumer.getmany(tp, timeout_ms=READ_MS)).get(tp, ()):
            newest[record.key or b""] = record.value
    return newest


def offsets_in(
    decisions: Mapping[bytes, bytes | None], partition: int
) -> Mapping[str, frozenset[int]]:
    """What stands in ``decisions``, by topic. A key that names nothing here is told and passed."""
    found: dict[str, set[int]] = {}
    for key, value in decisions.items():
        if value is None:
            continue
        named = key.decode(errors="backslashreplace").rsplit("-", 2)
        if len(named) == 3 and named[1] == str(partition) and named[2].isdecimal():
            found.setdefault(named[0], set()).add(int(named[2]))
        else:
            log.warning("names no message of this partition", key=repr(key), partition=partition)
    return {each: frozenset(offsets) for each, offsets in found.items()}
