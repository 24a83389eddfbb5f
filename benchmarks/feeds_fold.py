"""The fold of feeds alone: one price change over many stores, without a broker."""

import json
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from benchmarks.usage import peak_mib
from connectors.feeds.told import ToldStores

PRODUCT: dict[str, Any] = {
    "gtin": "4006381333931",
    "name": "A product with a name of usual length",
    "category": "groceries",
    "unit": "each",
    "price_minor": 199,
    "currency": "EUR",
    "tax_basis_points": 700,
    "supplier": "supplier-1",
    "pack_size": 6,
    "cost_minor": 120,
}

Record = tuple[str, str, dict[str, Any]]
"""Topic, key and row."""


def products(count: int) -> Iterator[Record]:
    """A catalog, each product with a price of its own."""
    for n in range(count):
        yield "cdc.products", sku_of(n), {"sku": sku_of(n), **PRODUCT}
        yield priced(n, 199, 1)


def priced(n: int, minor: int, changed_ms: int) -> Record:
    """A price of a product, everywhere."""
    row = {"price_id": f"price-{n}", "sku": sku_of(n), "location_id": None, "price_minor": minor}
    row |= {"currency": "EUR", "valid_from": "2026-11-01T00:00:00Z", "valid_to": None}
    marks = {"__deleted": "false", "__source_ts_ms": changed_ms}
    return "cdc.prices", sku_of(n), row | marks


def listed(store: str, count: int) -> Iterator[Record]:
    """A store that sells all of it."""
    for n in range(count):
        row = {"location_id": store, "sku": sku_of(n), "listed": True, "reorder_point": 3}
        yield "cdc.assortment", store, row | {"order_up_to": 9, "__source_ts_ms": 1}


def sku_of(n: int) -> str:
    """The n-th product."""
    return f"sku-{n:05d}"


def store_of(n: int) -> str:
    """The n-th store."""
    return f"shop-{n:05d}"


def fold(stores: int, rows: int) -> dict[str, Any]:
    """How long a fleet takes to be told all at first, and then one price that has changed."""
    told = ToldStores(_refuse)
    begun = time.perf_counter()
    for record in products(rows):
        _hear(told, record)
    for n in range(stores):
        for record in listed(store_of(n), rows):
            _hear(told, record)
    heard = time.perf_counter()
    names = [store_of(n) for n in range(stores)]
    told.fleet.is_followed = True
    told.set_clock(datetime.now(UTC))
    filled = _fill(told, names)
    first = time.perf_counter()
    _hear(told, priced(0, 149, 2))
    lots = list(told.lots(sorted(told.waiting()), 4_000))
    changed = time.perf_counter()
    messages = [each for lot in lots for some in lot.values() for each in some]
    return {
        "stores": stores,
        "products": rows,
        "heard_seconds": round(heard - begun, 2),
        "filled_rows": filled,
        "filled_seconds": round(first - heard, 2),
        "change_seconds": round(changed - first, 3),
        "change_records": len(messages),
        "change_bytes_per_store": round(sum(len(each.value or b"") for each in messages) / stores),
        "memory_mib": round(peak_mib(os.getpid())),
    }


def _fill(told: ToldStores, names: list[str]) -> int:
    filled = 0
    for name in names:
        told.add([name])
        told.compare(name)
        for lot in told.lots([name], 1_000_000):
            filled += sum(len(some) for some in lot.values())
    return filled


def _hear(told: ToldStores, record: Record) -> None:
    topic, key, row = record
    told.hear(topic, key.encode(), json.dumps(row).encode(), int(time.time() * 1000))


def _refuse(topic: str, why: str) -> None:
    raise ValueError(f"{topic}: {why}")
