"""The input topic as it is at the end, held against what the tills were told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from kafka import KafkaConsumer
from kafka.structs import TopicPartition

from tests.acceptance.outside.feed import DeadLetter, letter_of
from tests.acceptance.outside.findings import Findings
from tests.acceptance.outside.message import Message
from tests.acceptance.outside.oracle import Oracle
from tests.acceptance.outside.plan import INPUT

from .feed import Acknowledged

Place = tuple[int, int]


def read_input(servers: str) -> dict[Place, Any]:
    """Every record of the input topic by partition and offset, in order."""
    consumer: Any = KafkaConsumer(
        bootstrap_servers=servers, isolation_level="read_committed", enable_auto_commit=False
    )
    places = [TopicPartition(INPUT, at) for at in sorted(consumer.partitions_for_topic(INPUT))]
    consumer.assign(places)
    consumer.seek_to_beginning(*places)
    ends = consumer.end_offsets(places)
    records: dict[Place, Any] = {}
    while any(consumer.position(place) < ends[place] for place in places):
        for batch in consumer.poll(timeout_ms=1000, max_records=5000).values():
            records.update({(one.partition, one.offset): one for one in batch})
    consumer.close()
    return dict(sorted(records.items()))


def attribute(
    records: Mapping[Place, Any],
    acknowledged: Iterable[Acknowledged],
    unanswered: Sequence[Message],
    findings: Findings,
) -> list[tuple[Any, Message]]:
    """Which message each record is; what was acknowledged and is not there is lost."""
    known: dict[Place, Message] = {}
    for one in acknowledged:
        place = (one.partition, one.offset)
        record = records.get(place)
        if record is None or (record.key, record.value) != (one.message.key, one.message.value):
            findings.add("input acknowledged and lost", f"{place}: {one.message.event}")
        elif place in known:
            findings.add("input place given twice", f"{place}: {one.message.event}")
        known[place] = one.message
    by_value = {message.value: message for message in unanswered}
    found: list[tuple[Any, Message]] = []
    for place, record in records.items():
        message = known.get(place) or by_value.get(record.value)
        if message is None:
            findings.add("input from nowhere", f"{place}: {record.value!r:.300}")
        else:
            found.append((record, message))
    return found


def feed_oracle(oracle: Oracle, found: Iterable[tuple[Any, Message]]) -> list[DeadLetter]:
    """Let the oracle see the good messages in the order of the log; the letters of the others."""
    letters: list[DeadLetter] = []
    for record, message in found:
        if message.bad:
            letters.append(letter_of(message, record))
        elif message.event:
            stamp = datetime.fromtimestamp(record.timestamp / 1000, UTC)
            oracle.event(message.event, stamp)
    return letters
