"""Sales as bytes: the reference job's own small event, and the contract's `cart_completed`."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

import orjson

from benchmarks.sales import Sale

START = datetime(2026, 11, 20, tzinfo=UTC)
"""Fixed, so that the same seed gives the same bytes."""

START_MS = int(START.timestamp() * 1000)

SALES_PER_SECOND = 100
"""Of the events' own clock: a million sales are three hours."""


def reference_sale(sale: Sale) -> bytes:
    """Some 274 bytes at one to three lines."""
    return orjson.dumps(
        {
            "event_id": _uuid7(sale),
            "type": "sale",
            "till_id": sale.till_id,
            "sequence": sale.sequence,
            "location_id": sale.location_id,
            "at": _at(sale),
            "lines": [line._asdict() for line in sale.lines],
        }
    )


def cart_completed(sale: Sale) -> bytes:
    """The contract's event, standing alone: one payment by card, one tax rate, no discount."""
    amounts = [line.quantity * line.unit_price_minor for line in sale.lines]
    total = sum(amounts)
    return orjson.dumps(
        {
            "type": "cart_completed",
            "event_id": _uuid7(sale),
            "location_id": sale.location_id,
            "till_id": sale.till_id,
            "epoch": 1,
            "sequence": sale.sequence,
            "occurred_at": _at(sale),
            "business_date": _at(sale)[:10],
            "cart_id": f"{sale.till_id}-{sale.sequence}",
            "receipt_no": f"{sale.sequence}",
            "currency": "EUR",
            "lines": [
                {"line_no": number, "unit": "each", "amount_minor": amount, **line._asdict()}
                for number, (line, amount) in enumerate(zip(sale.lines, amounts, strict=True), 1)
            ],
            "discounts": [],
            "taxes": [{"rate_basis_points": 1900, "amount_minor": total * 19 // 119}],
            "tenders": [{"kind": "card", "amount_minor": total}],
            "total_minor": total,
        }
    )


def _uuid7(sale: Sale) -> str:
    """Time in front, then the version and the variant, and the rest by chance."""
    milliseconds = START_MS + sale.number * 1000 // SALES_PER_SECOND
    high, low = sale.random_bits >> 62, sale.random_bits & ((1 << 62) - 1)
    text = f"{milliseconds:012x}7{high:03x}{low | 2 << 62:016x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _at(sale: Sale) -> str:
    second, rest = divmod(sale.number, SALES_PER_SECOND)
    return f"{_second(second)}.{rest * 1000 // SALES_PER_SECOND:03d}Z"


@lru_cache(maxsize=16)
def _second(second: int) -> str:
    return (START + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%S")
