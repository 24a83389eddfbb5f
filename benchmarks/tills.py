"""Fills an input topic at full speed, and sends live events at a set pace."""

import time
from collections.abc import Iterable, Iterator

from confluent_kafka import Message, Producer

from benchmarks.job import PARTITIONS
from benchmarks.kafka import client
from benchmarks.sales import Event, Sales
from topics.partitioning import partition_of


class Tills:
    """The shops' side: sends what `Sales` makes to one topic, each location to its partition."""

    def __init__(self, bootstrap: str, topic: str, sales: Sales, **settings: object) -> None:
        self.topic = topic
        self.sales = sales
        self.producer = Producer(
            {
                **client(bootstrap),
                "enable.idempotence": True,
                "linger.ms": 5,
                "batch.size": 256 * 1024,
                "queue.buffering.max.messages": 500_000,
                **settings,
            }
        )

    def fill(self, events: Iterable[Event]) -> None:
        """Send ``events`` as fast as it goes."""
        for event in events:
            self._send(event)
        self._drain()

    def sell(self, per_second: float, seconds: float) -> Iterator[tuple[Event, float]]:
        """Send at a pace; each event with the time, in seconds, at which it was handed over."""
        started = time.time()
        for number, event in enumerate(self.sales.take(int(per_second * seconds))):
            wait = started + number / per_second - time.time()
            if wait > 0:
                time.sleep(wait)
            at = time.time()
            self._send(event)
            yield event, at
        self._drain()

    def _send(self, event: Event) -> None:
        partition = partition_of(event.location_id, PARTITIONS)
        while True:
            try:
                self.producer.produce(
                    self.topic, event.value, event.location_id, partition, on_delivery=_delivered
                )
                break
            except BufferError:
                self.producer.poll(0.1)
        self.producer.poll(0)

    def _drain(self) -> None:
        left = self.producer.flush(60)
        if left:
            raise RuntimeError(f"{left} events of the input were not taken by the broker")


def _delivered(error: object, _: Message) -> None:
    if error is not None:
        raise RuntimeError(f"the broker refused an event of the input: {error}")
