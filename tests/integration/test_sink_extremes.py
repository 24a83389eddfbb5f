"""Whatever the contracts accept, PostgreSQL takes: no message stops the sink for all shops.

The largest, the smallest, the longest and the oddest of every field, through the sink's own
decoding and statements into a real database.
"""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from clients.postgres import PostgresAccess
from connectors.postgres.sink.batch import Decoded
from connectors.postgres.sink.store import connected
from tests.integration.sink_world import rows
from topics.partitioning import partition_of
from topics.registry import STOCK_MOVEMENTS, TILL_EVENTS
from topics.scalars import EPOCH_MAX, NUMBER_MAX, SAFE_INTEGER_MAX, TEXT_LENGTH_MAX
from topics.wire import decode_movement, decode_till_event

SHOP = "s" * 64
TEXTS = ["x", "𝄞" * TEXT_LENGTH_MAX, "\\\t\n\r\x01\x7f", "'; --", "\ufffe\u202e", " "]
TIMES = [
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999Z",
    "1969-12-31T23:59:59.9999999+14:00",
    "2026-11-21T00:00:00-12:00",
]
DATES = ["0001-01-01", "9999-12-31", "2024-02-29"]
AMOUNTS = [0, 1, -1, NUMBER_MAX, -NUMBER_MAX]
NUMBERS = [0, 1, NUMBER_MAX]


@dataclass
class Record:
    """A consumed record."""

    topic: str
    offset: int
    value: bytes
    partition: int = partition_of(SHOP, 8)
    timestamp: int = 0
    key: bytes | None = SHOP.encode()
    headers: Sequence[tuple[str, bytes]] = ()


def any_line(rng: random.Random, line_no: int) -> dict[str, Any]:
    """A line of extremes."""
    return {
        "line_no": NUMBER_MAX - line_no,
        "sku": rng.choice(["a", "-" * 64, ".-_"]),
        "quantity": rng.choice(NUMBERS),
        "unit": rng.choice(["each", "gram"]),
        "unit_price_minor": rng.choice(NUMBERS),
        "amount_minor": rng.choice(AMOUNTS),
        "lot": rng.choice([None, *TEXTS]),
    }


def any_event(rng: random.Random, sequence: int) -> dict[str, Any]:
    """A sale or a return of extremes."""
    text = lambda: rng.choice(TEXTS)  # noqa: E731
    event = {
        "event_id": "FFFFFFFF-ffff-7fff-8fff-ffffffffffff",
        "location_id": SHOP,
        "till_id": rng.choice(["t", "_" * 64]),
        "epoch": rng.choice([1, EPOCH_MAX]),
        "sequence": rng.choice([sequence, NUMBER_MAX - sequence]),
        "occurred_at": rng.choice(TIMES),
        "business_date": rng.choice(DATES),
        "receipt_no": text(),
        "lines": [any_line(rng, line_no) for line_no in range(rng.randrange(4))],
        "catalog_version": rng.choice([None, 7, NUMBER_MAX, *TEXTS]),
        "training": rng.random() < 0.1,
    }
    if rng.random() < 0.3:
        refund = {"return_id": text(), "refund_minor": rng.choice(NUMBERS)}
        return event | refund | {"type": "goods_returned", "restock": rng.random() < 0.5}
    amount = lambda: rng.choice(AMOUNTS)  # noqa: E731
    return event | {
        "type": "cart_completed",
        "cart_id": text(),
        "currency": "XXX",
        "discounts": [{"rule": text(), "amount_minor": -abs(amount())}] * rng.randrange(3),
        "taxes": [{"rate_basis_points": NUMBER_MAX, "amount_minor": amount()}] * rng.randrange(3),
        "tenders": [{"kind": "voucher", "amount_minor": amount()}] * rng.randrange(3),
        "total_minor": amount(),
        "customer_id": rng.choice([None, *TEXTS]),
        "cashier_id": rng.choice([None, *TEXTS]),
    }


def any_movement(rng: random.Random, number: int) -> dict[str, Any]:
    """A movement of extremes."""
    return {
        "movement_id": f"{number}" + "𝄞" * 100,
        "location_id": SHOP,
        "sku": "-" * 64,
        "quantity": rng.choice(AMOUNTS),
        "reason": "stocktake",
        "reference": rng.choice([None, "", "é" * 100_000, *TEXTS]),
        "occurred_at": rng.choice(TIMES),
    }


@pytest.mark.parametrize("seed", range(3))
async def test_the_extremes_of_every_input_are_written(fresh_postgres: str, seed: int) -> None:
    rng = random.Random(seed)
    events = [json.dumps(any_event(rng, number)).encode() for number in range(1, 400)]
    movements = [json.dumps(any_movement(rng, number)).encode() for number in range(200)]
    for value in events:
        decode_till_event(value)
    for value in movements:
        decode_movement(value)
    decoded = Decoded()
    decoded.add(TILL_EVENTS.name, [Record(TILL_EVENTS.name, n, v) for n, v in enumerate(events)], 8)
    booked = [Record(STOCK_MOVEMENTS.name, n, v) for n, v in enumerate(movements)]
    decoded.add(STOCK_MOVEMENTS.name, booked, 8)
    async with connected(PostgresAccess(fresh_postgres)) as store:
        batch = decoded.count(await store.windows(decoded.tills))
        await store.write(batch, {}, {})
        assert len(rows(fresh_postgres, "TABLE sales")) == len(batch.rows["sales"]) > 200
        found = "SELECT count(*) FROM stock_ledger WHERE location_id = %s"
        assert rows(fresh_postgres, found, SHOP) == [(len(batch.rows["stock_ledger"]),)]
        assert await store.windows(decoded.tills), "what was written cannot be read again"


async def test_the_extremes_of_every_derived_row_are_written(fresh_postgres: str) -> None:
    most = {
        "on_hand": SAFE_INTEGER_MAX,
        "in_carts": -SAFE_INTEGER_MAX,
        "available": SAFE_INTEGER_MAX,
    }
    whole = {
        "receipts": SAFE_INTEGER_MAX,
        "returns": 0,
        "units": SAFE_INTEGER_MAX,
        "weight_grams": SAFE_INTEGER_MAX,
        "returned_units": 0,
        "returned_weight_grams": SAFE_INTEGER_MAX,
        "gross_minor": -SAFE_INTEGER_MAX,
        "discount_minor": -SAFE_INTEGER_MAX,
        "tax_minor": -SAFE_INTEGER_MAX,
        "refund_minor": SAFE_INTEGER_MAX,
        "net_sales_minor": SAFE_INTEGER_MAX,
        "tenders": {"cash": -SAFE_INTEGER_MAX, "card": SAFE_INTEGER_MAX},
        "open_carts": SAFE_INTEGER_MAX,
        "discrepancies": SAFE_INTEGER_MAX,
    }
    alert = {
        "state": "raised",
        "reason": "negative_stock",
        "on_hand": -SAFE_INTEGER_MAX,
        "reorder_point": SAFE_INTEGER_MAX,
        "suggested_quantity": SAFE_INTEGER_MAX,
        "cleared_at": TIMES[1],
    }
    status = {
        "epoch": EPOCH_MAX,
        "last_sequence": SAFE_INTEGER_MAX,
        "last_hash": "aF" * 32,
        "missing": [[1, SAFE_INTEGER_MAX]] * 1000,
        "missing_count": SAFE_INTEGER_MAX,
        "older": [{"epoch": 1, "last_sequence": 1, "missing": [[1, 1]]}] * 1000,
        "quarantined": SAFE_INTEGER_MAX,
        "duplicates": SAFE_INTEGER_MAX,
        "forks": SAFE_INTEGER_MAX,
        "unlisted": SAFE_INTEGER_MAX,
    }
    decoded = Decoded()
    for number, at in enumerate(TIMES):
        key, version = f"{SHOP}/{number}", {"version": SAFE_INTEGER_MAX, "location_id": SHOP}
        item = version | {"sku": str(number)}
        till = version | {"till_id": str(number)}
        for topic, value, named in (
            ("stock.levels", item | most | {"as_of": at}, key),
            ("restock.alerts", item | alert | {"raised_at": at}, key),
            ("till.status", till | status | {"last_seen": at}, key),
            (
                "checkout.totals",
                till | whole | {"as_of": at, "business_date": DATES[0]},
                f"{key}/{DATES[0]}",
            ),
        ):
            body = json.dumps(value).encode()
            decoded.add(topic, [Record(topic, number, body, key=named.encode())], 8)
    assert not decoded.misfits
    async with connected(PostgresAccess(fresh_postgres)) as store:
        await store.write(decoded.count({}), {}, {})
        await store.write(decoded.count({}), {}, {})
    for table in ("stock_levels", "checkout_totals", "restock_alerts", "till_status"):
        assert len(rows(fresh_postgres, f"TABLE {table}")) == len(TIMES), "a reader cannot hold it"
