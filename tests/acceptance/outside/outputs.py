"""Reading the output topics as the contract asks: committed messages only."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from kafka import KafkaConsumer
from kafka.structs import TopicPartition

from .history import History
from .plan import DEAD_LETTERS, MOVEMENT_LETTERS, OUTPUTS, RECEIPTS, Plan

INTRUDER = "intruder"
"""Header of what somebody put into a derived topic who has no business there."""


HELD_MS = 50
"""How long the broker may hold a fetch that has nothing: the question for the ends waits behind."""


class Outputs:
    """Everything about this run in the output topics, from now on or from their start."""

    def __init__(self, kafka: dict[str, Any], plan: Plan, from_start: bool = False) -> None:
        self._consumer: Any = KafkaConsumer(
            **kafka,
            isolation_level="read_committed",
            enable_auto_commit=False,
            max_poll_records=5000,
            fetch_max_wait_ms=HELD_MS,
        )
        self._plan = plan
        self.count = 0
        self.letters: list[Any] = []
        self.movement_letters: list[Any] = []
        self.receipts: list[Any] = []
        self.history = History(self._assign(from_start))

    def _assign(self, from_start: bool) -> dict[str, int]:
        sizes: dict[str, int] = {}
        for topic in (*OUTPUTS, RECEIPTS, DEAD_LETTERS, MOVEMENT_LETTERS):
            sizes[topic] = len(self._consumer.partitions_for_topic(topic) or ())
        places = [TopicPartition(topic, at) for topic, size in sizes.items() for at in range(size)]
        self._consumer.assign(places)
        self._places = places
        ask = self._consumer.beginning_offsets if from_start else self._consumer.end_offsets
        for place, offset in ask(places).items():
            self._consumer.seek(place, offset)
        return sizes

    def catch_up(self) -> int:
        """Read all there is; the number of messages of this run among them."""
        before, ends = self.count, self._consumer.end_offsets(self._places)
        while any(self._consumer.position(place) < end for place, end in ends.items()):
            for batch in self._consumer.poll(timeout_ms=1000).values():
                for record in batch:
                    self._take(record)
        return self.count - before

    def close(self) -> None:
        """Stop reading."""
        self._consumer.close()

    def _take(self, record: Any) -> None:
        if record.topic == DEAD_LETTERS:
            self.letters.append(record)
            self.count += 1
        elif record.topic == MOVEMENT_LETTERS:
            self.movement_letters.append(record)
            self.count += 1
        elif any(name == INTRUDER for name, _ in record.headers):
            return
        elif (record.key or b"").startswith(self._plan.prefix.encode()):
            self.count += 1
            if record.topic == RECEIPTS:
                self.receipts.append(record)
            else:
                self.history.take(record.topic, record)


def by_source(letters: list[Any]) -> dict[str, list[Any]]:
    """Dead letters by the place they came from."""
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for record in letters:
        headers = dict(record.headers)
        found[headers.get("source", b"").decode()].append(record)
    return found
