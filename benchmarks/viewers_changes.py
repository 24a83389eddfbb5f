"""The changes that viewers are told of: what workers would say of a chain of shops that sells.

Runs as a process of its own, at a pace: `python -m benchmarks.viewers_changes KAFKA RATE SECONDS
LOCATIONS SKUS SINCE_MS`. Every figure that is changed becomes the milliseconds since SINCE_MS, so
that whoever sees it on a page knows how old it is.
"""

import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson
from confluent_kafka import Producer

from benchmarks.kafka import client
from topics.partitioning import partition_of
from topics.registry import (
    CHECKOUT_TOTALS,
    PARTITIONS_DEFAULT,
    STOCK_LEVELS,
    TILL_STATUS,
)

SLICE_SECONDS = 0.01
"""Changes of so long are handed over at once: a wait for each would be the load itself."""

LINES = 3
"""Levels that one sale changes; with both rows of totals and the till's status, six changes."""

Message = tuple[str, str, str, dict[str, object]]
"""(topic, location, key, value)."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Shops that all have the same products."""

    locations: int
    skus: int

    def shop(self, rng: random.Random) -> str:
        """Any shop: none is busier than another."""
        return self.place(rng.randrange(self.locations))

    def sku(self, rng: random.Random) -> str:
        """A product; those that are listed first sell most, so that viewers have them in sight."""
        return f"sku-{int(self.skus * rng.random() ** 3):06}"

    def place(self, number: int) -> str:
        """The id of a shop."""
        return f"shop-{number:04}"


def changes(chain: Chain, since_ms: int, rng: random.Random) -> Iterator[Message]:
    """What a worker says of one sale after the other; each value holds its own time."""
    version, today = 1, datetime.now(UTC).date().isoformat()
    while True:
        version += 1
        shop = chain.shop(rng)
        for _ in range(LINES):
            sku = chain.sku(rng)
            yield STOCK_LEVELS.name, shop, f"{shop}/{sku}", _level(shop, sku, since_ms, version)
        for till in (None, f"{shop}-till"):
            key = f"{shop}/{till}/{today}" if till else f"{shop}/{today}"
            yield CHECKOUT_TOTALS.name, shop, key, _totals(shop, till, today, since_ms, version)
        yield TILL_STATUS.name, shop, f"{shop}/{shop}-till", _till(shop, since_ms, version)


def _now(since_ms: int) -> tuple[int, str]:
    now = time.time()
    return int(now * 1000) - since_ms, datetime.fromtimestamp(now, UTC).isoformat()


def _level(shop: str, sku: str, since_ms: int, version: int) -> dict[str, object]:
    at, as_of = _now(since_ms)
    return {
        "location_id": shop,
        "sku": sku,
        "on_hand": at,
        "in_carts": 0,
        "available": at,
        "version": version,
        "as_of": as_of,
    }


_NOTHING = (
    "returns",
    "weight_grams",
    "returned_units",
    "returned_weight_grams",
    "discount_minor",
    "tax_minor",
    "refund_minor",
    "open_carts",
    "discrepancies",
)


def _totals(
    shop: str, till: str | None, today: str, since_ms: int, version: int
) -> dict[str, object]:
    at, as_of = _now(since_ms)
    return {
        **dict.fromkeys(_NOTHING, 0),
        "location_id": shop,
        "till_id": till,
        "business_date": today,
        "receipts": at,
        "units": at,
        "gross_minor": at,
        "net_sales_minor": at,
        "tenders": {},
        "version": version,
        "as_of": as_of,
    }


def _till(shop: str, since_ms: int, version: int) -> dict[str, object]:
    at, as_of = _now(since_ms)
    return {
        "location_id": shop,
        "till_id": f"{shop}-till",
        "epoch": 1,
        "last_sequence": at,
        "missing": [],
        "older": [],
        **dict.fromkeys(("missing_count", "quarantined", "duplicates", "forks", "unlisted"), 0),
        "last_seen": as_of,
        "version": version,
    }


def main() -> None:
    """Send at the pace, for so long; then say how many it were."""
    kafka = sys.argv[1]
    rate, seconds, locations, skus, since_ms = map(int, sys.argv[2:7])
    told = changes(Chain(locations, skus), since_ms, random.Random(1))  # noqa: S311 - no secret
    producer = Producer(client(kafka) | {"linger.ms": 5, "acks": "all"})
    size = max(1, int(rate * SLICE_SECONDS))
    started = time.monotonic()
    for sent in range(0, rate * seconds, size):
        time.sleep(max(0.0, started + sent / rate - time.monotonic()))
        for _ in range(size):
            topic, shop, key, value = next(told)
            place = partition_of(shop, PARTITIONS_DEFAULT)
            producer.produce(topic, orjson.dumps(value), key, place)
        producer.poll(0)
    producer.flush(60)
    print(rate * seconds / (time.monotonic() - started))  # noqa: T201 - to who started this


if __name__ == "__main__":
    main()
