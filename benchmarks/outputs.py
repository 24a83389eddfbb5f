"""What a run has put out, read as a committed reader would, and compared with the direct sum."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import orjson
from confluent_kafka import Consumer, Message, TopicPartition

from benchmarks.job import PARTITIONS
from benchmarks.kafka import Broker, client
from benchmarks.sales import Sales

READ_AT_ONCE = 10_000

LOOK_SECONDS = 0.5
"""How long one call waits for that many: all of it at the end of a topic, where they never come."""

QUIET_SECONDS = 20.0
"""No answer from the broker for so long, within a topic that has not ended, is a fault."""


@dataclass(frozen=True, slots=True)
class Output:
    """A topic at its end: messages, when the last was appended (1970 s), newest value by key."""

    messages: int
    last_append: float
    newest: dict[str, Any]


def read(broker: Broker, topic: str) -> Output:
    """Everything that is committed in ``topic``."""
    newest: dict[bytes | None, bytes | None] = {}
    count = last_ms = 0
    for message in _messages(broker, topic):
        count += 1
        newest[message.key()] = message.value()
        last_ms = max(last_ms, message.timestamp()[1])
    decoded = {(key or b"").decode(): orjson.loads(value or b"") for key, value in newest.items()}
    return Output(count, last_ms / 1000, decoded)


def _messages(broker: Broker, topic: str) -> Iterator[Message]:
    settings = {
        **client(broker.bootstrap),
        "group.id": "check",
        "enable.auto.commit": False,
        "enable.partition.eof": True,
        "isolation.level": "read_committed",
    }
    ended, heard = 0, time.monotonic()
    with closing(Consumer(settings)) as consumer:
        consumer.assign([TopicPartition(topic, partition, 0) for partition in range(PARTITIONS)])
        while ended < PARTITIONS:
            fetched = consumer.consume(READ_AT_ONCE, LOOK_SECONDS)
            now = time.monotonic()
            heard = now if fetched else heard
            if now - heard > QUIET_SECONDS:
                raise RuntimeError(f"{topic} cannot be read to its end")
            for message in fetched:
                if message.error():
                    ended += 1
                else:
                    yield message


Check = Callable[[Broker, Sales, Output], str]
"""What is wrong with a run's levels and, where the job has more, its other outputs; "" if nothing.
"""


def levels_are_right(_: Broker, sales: Sales, levels: Output) -> str:
    """Every level equals the direct sum, and there is no other."""
    found = {key: value["on_hand"] for key, value in levels.newest.items()}
    return _difference("levels", found, sales.on_hand)


def all_is_right(broker: Broker, sales: Sales, levels: Output) -> str:
    """Levels, receipts by location, and each till's last number and duplicates."""
    totals = read(broker, "checkout.totals").newest
    tills = read(broker, "till.status").newest
    receipts: dict[str, int] = {}
    for row in totals.values():
        if row["till_id"] is not None:
            receipts[row["till_id"]] = receipts.get(row["till_id"], 0) + row["receipts"]
    # Tills are called after their location here, so that their ids alone tell them apart.
    last = {row["till_id"]: row["last_sequence"] for row in tills.values()}
    copies = {row["till_id"]: row["duplicates"] for row in tills.values() if row["duplicates"]}
    faults = (
        levels_are_right(broker, sales, levels),
        _difference("receipts", receipts, dict(sales.sequences)),
        _difference("sequences", last, dict(sales.sequences)),
        _difference("duplicates", copies, dict(sales.copies)),
    )
    return "; ".join(fault for fault in faults if fault)


def _difference(what: str, found: dict[str, int], expected: dict[str, int]) -> str:
    wrong = [key for key, value in expected.items() if found.get(key) != value]
    extra = found.keys() - expected.keys()
    if not wrong and not extra:
        return ""
    example = next(iter(wrong or extra))
    told = f"{example} is {found.get(example)}, not {expected.get(example)}"
    return f"{what}: {len(wrong)} of {len(expected)} wrong, {len(extra)} unknown ({told})"
