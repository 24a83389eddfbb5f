"""Deliveries for a large state, then steady sales, for `benchmarks.recovery`."""

import threading
import time
import uuid
from typing import Any

import msgspec
from confluent_kafka import Producer

from benchmarks.kafka import client
from topics.partitioning import partition_of
from topics.registry import PARTITIONS_DEFAULT, STOCK_MOVEMENTS, TILL_EVENTS

LOCATIONS = 50
LINES = 2
WHEN = "2026-11-21T09:30:00Z"

_encode = msgspec.json.encode


class Shops(threading.Thread):
    """Sells ``rate`` carts a second, evenly over the locations, until it is stopped."""

    def __init__(self, bootstrap: str, keys: int, rate: float) -> None:
        super().__init__(daemon=True)
        self._producer = Producer({**client(bootstrap), "linger.ms": 5})
        self._skus = keys // LOCATIONS
        self._rate = rate
        self._ended = threading.Event()

    def deliver(self) -> None:
        """One movement for each SKU of each location, as fast as it goes."""
        for number in range(self._skus * LOCATIONS):
            location, sku = number % LOCATIONS, number // LOCATIONS
            self._send(STOCK_MOVEMENTS.name, f"shop-{location}", _movement(location, sku))
        self._producer.flush()

    def run(self) -> None:
        """Sell until `stop`."""
        started = time.monotonic()
        number = 0
        while not self._ended.is_set():
            location, sequence = number % LOCATIONS, number // LOCATIONS + 1
            sale = _sale(location, sequence, [(number * 7 + n) % self._skus for n in range(LINES)])
            self._send(TILL_EVENTS.name, f"shop-{location}", sale)
            number += 1
            time.sleep(max(0.0, started + number / self._rate - time.monotonic()))
        self._producer.flush()

    def stop(self) -> None:
        """Stop selling; all is sent when this returns."""
        self._ended.set()
        if self.is_alive():
            self.join()

    def _send(self, topic: str, location_id: str, value: dict[str, Any]) -> None:
        partition = partition_of(location_id, PARTITIONS_DEFAULT)
        while True:
            try:
                self._producer.produce(topic, _encode(value), location_id, partition)
                break
            except BufferError:
                self._producer.poll(0.1)
        self._producer.poll(0)


def _movement(location: int, sku: int) -> dict[str, Any]:
    return {
        "movement_id": f"m-{location}-{sku}",
        "location_id": f"shop-{location}",
        "sku": f"sku-{sku}",
        "quantity": 1_000,
        "reason": "delivery",
        "occurred_at": WHEN,
    }


def _sale(location: int, sequence: int, skus: list[int]) -> dict[str, Any]:
    line = {"quantity": 1, "unit": "each", "unit_price_minor": 100, "amount_minor": 100}
    lines = [{"line_no": n, "sku": f"sku-{sku}", **line} for n, sku in enumerate(skus, 1)]
    total_minor = 100 * len(lines)
    return {
        "type": "cart_completed",
        "event_id": str(uuid.uuid4()),
        "location_id": f"shop-{location}",
        "till_id": f"till-{location}",
        "epoch": 1,
        "sequence": sequence,
        "occurred_at": WHEN,
        "business_date": WHEN[:10],
        "cart_id": f"c-{sequence}",
        "receipt_no": f"r-{sequence}",
        "currency": "EUR",
        "lines": lines,
        "discounts": [],
        "taxes": [],
        "tenders": [{"kind": "cash", "amount_minor": total_minor}],
        "total_minor": total_minor,
    }
