"""Background sales at a pace: encoded beforehand, so that sending is nearly free.

Runs as a process of its own: `python -m benchmarks.latency_load KAFKA RATE SECONDS
PARTITIONS EPOCH`.
It says `ready` when all is encoded, and begins at the next line that it is given.
"""

import json
import sys
import time

from confluent_kafka import Producer

from benchmarks.events import cart_completed
from benchmarks.sales import Event, Sale, Sales, Shape
from topics.partitioning import partition_of
from topics.registry import TILL_EVENTS

SLICE_SECONDS = 0.01
"""Sales of so long are handed over at once: a wait for each would be the load itself."""


def main() -> None:
    """Encode, wait for a line, send."""
    kafka: dict[str, str] = json.loads(sys.argv[1])
    rate, seconds, partitions, epoch = map(int, sys.argv[2:6])

    def in_epoch(sale: Sale) -> bytes:
        return cart_completed(sale).replace(b'"epoch":1,', b'"epoch":%d,' % epoch)

    sales = Sales(Shape(), in_epoch)
    events = list(sales.take(rate * seconds))
    print("ready", flush=True)  # noqa: T201 - to the process that started this one
    if sys.stdin.readline():
        _send(kafka, events, rate, partitions)


def _send(kafka: dict[str, str], events: list[Event], rate: int, partitions: int) -> None:
    producer = Producer({**kafka, "log_level": 2, "linger.ms": 5, "acks": "all"})
    size = max(1, int(rate * SLICE_SECONDS))
    started = time.monotonic()
    for first in range(0, len(events), size):
        wait = started + first / rate - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        for event in events[first : first + size]:
            place = partition_of(event.location_id, partitions)
            producer.produce(TILL_EVENTS.name, event.value, event.location_id, place)
        producer.poll(0)
    producer.flush(60)


if __name__ == "__main__":
    main()
