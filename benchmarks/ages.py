"""How old an event is when a committed reader sees what it did."""

import math
import threading
import time
from collections import deque
from contextlib import closing
from dataclasses import dataclass

import orjson
from confluent_kafka import Consumer, TopicPartition

from benchmarks.job import PARTITIONS
from benchmarks.kafka import Broker, client
from benchmarks.tills import Tills

EVENTS_PER_SECOND = 500
"""Every contender can do it, the slowest at half of its strength."""

SECONDS = 5.0

PATIENCE_SECONDS = 15.0
"""After the last event; what has not come by then counts as infinitely old."""


@dataclass(frozen=True, slots=True)
class Ages:
    """Of all effects: one for each event and level that it touched.

    Infinite for a contender that falls so far behind the pace.
    """

    p50_ms: float
    p99_ms: float


class _Reader(threading.Thread):
    """Reads the levels as they come, and when."""

    def __init__(self, broker: Broker, topic: str) -> None:
        super().__init__(daemon=True)
        self.seen: deque[tuple[str, int, float]] = deque()
        self.stopping = threading.Event()
        self._topic = topic
        self._ends = broker.ends(topic)
        self._settings = {
            **client(broker.bootstrap),
            "group.id": "ages",
            "enable.auto.commit": False,
            "isolation.level": "read_committed",
            "fetch.wait.max.ms": 100,
        }

    def run(self) -> None:
        with closing(Consumer(self._settings)) as consumer:
            consumer.assign(
                [TopicPartition(self._topic, p, self._ends[p]) for p in range(PARTITIONS)]
            )
            while not self.stopping.is_set():
                messages = consumer.consume(1000, 0.005)
                at = time.time()
                for message in messages:
                    if not message.error():
                        level = orjson.loads(message.value() or b"")
                        key = f"{level['location_id']}/{level['sku']}"
                        self.seen.append((key, level["on_hand"], at))


def measure_ages(broker: Broker, topic: str, tills: Tills) -> Ages:
    """Let ``tills`` sell for a while, and watch ``topic``."""
    reader = _Reader(broker, topic)
    reader.start()
    waiting: dict[str, deque[tuple[int, float]]] = {}
    for event, at in tills.sell(EVENTS_PER_SECOND, SECONDS):
        for key in dict.fromkeys(event.keys):
            waiting.setdefault(key, deque()).append((tills.sales.on_hand[key], at))
    ages = _match(reader, waiting)
    reader.stopping.set()
    reader.join()
    return Ages(_quantile(ages, 0.5) * 1000, _quantile(ages, 0.99) * 1000)


def _match(reader: _Reader, waiting: dict[str, deque[tuple[int, float]]]) -> list[float]:
    """Levels only fall, so a level shows every event that led to it or to a higher one."""
    ages: list[float] = []
    missing = sum(len(events) for events in waiting.values())
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(ages) < missing:
        if not reader.seen:
            if time.monotonic() > deadline:
                return sorted(ages) + [math.inf] * (missing - len(ages))
            time.sleep(0.01)
            continue
        key, on_hand, at = reader.seen.popleft()
        events = waiting.get(key, deque())
        while events and events[0][0] >= on_hand:
            ages.append(at - events.popleft()[1])
    return sorted(ages)


def _quantile(ordered: list[float], share: float) -> float:
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
