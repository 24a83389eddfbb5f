"""What the sink copies in its benchmark: sales, the levels that workers say of them, movements."""

from collections.abc import Iterable, Iterator
from itertools import islice

import orjson

from benchmarks.events import cart_completed
from benchmarks.job import PARTITIONS
from benchmarks.sales import Event, Sales, Shape
from topics.partitioning import partition_of
from topics.registry import STOCK_LEVELS, STOCK_MOVEMENTS, TILL_EVENTS

SALES_PER_TRANSACTION = 2_000
"""A worker says each level once a transaction, however many of its sales touched it: some 50 ms
of sales at full speed."""

WHEN = "2026-11-20T10:00:00Z"

Message = tuple[str, str, bytes]
"""(topic, key, value); the key begins with the location, which says the partition."""


def place_of(key: str) -> int:
    """The partition of a message."""
    return partition_of(key.partition("/")[0], PARTITIONS)


class SinkInput:
    """The messages of all three topics, with what the tables must hold after them."""

    def __init__(self, shape: Shape) -> None:
        self.sales = Sales(shape, cart_completed)
        self.receipts = 0
        self.lines = 0
        self.moved: dict[str, int] = {}
        self.movements = 0
        self._version = 0

    def take(self, count: int) -> Iterator[Message]:
        """Messages of ``count`` sales, and as many movements as the sales have lines."""
        events = self.sales.take(count)
        while transaction := list(islice(events, SALES_PER_TRANSACTION)):
            yield from self._sold(transaction)
            yield from self._levels({key for event in transaction for key in event.keys})
            yield from self._movements(transaction)

    def _sold(self, events: Iterable[Event]) -> Iterator[Message]:
        for event in events:
            self.receipts += bool(event.keys)
            self.lines += len(event.keys)
            yield TILL_EVENTS.name, event.location_id, event.value

    def _levels(self, keys: Iterable[str]) -> Iterator[Message]:
        self._version += 1
        for key in sorted(keys):
            yield STOCK_LEVELS.name, key, self._level(key)

    def _level(self, key: str) -> bytes:
        location_id, sku = key.split("/")
        on_hand = self.sales.on_hand[key]
        return orjson.dumps(
            {
                "location_id": location_id,
                "sku": sku,
                "on_hand": on_hand,
                "in_carts": 0,
                "available": on_hand,
                "version": self._version,
                "as_of": WHEN,
            }
        )

    def _movements(self, events: Iterable[Event]) -> Iterator[Message]:
        for event in events:
            for key in event.keys:
                self.movements += 1
                self.moved[key] = self.moved.get(key, 0) + self.movements % 5 + 1
                yield STOCK_MOVEMENTS.name, event.location_id, self._movement(key)

    def _movement(self, key: str) -> bytes:
        location_id, sku = key.split("/")
        return orjson.dumps(
            {
                "movement_id": f"m-{self.movements:012d}",
                "location_id": location_id,
                "sku": sku,
                "quantity": self.movements % 5 + 1,
                "reason": "delivery",
                "reference": f"d-{self.movements // 100:08d}",
                "occurred_at": WHEN,
            }
        )
