"""Short ways to tell the oracle something, for its own tests."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from .oracle import Oracle

Event = dict[str, Any]
TEN = datetime(2026, 11, 21, 10, tzinfo=UTC)
BEAT: Event = {"type": "till_heartbeat"}


def event(number: int, **body: Any) -> Event:
    """Event `number` of till `t` at location `l`, which happened that many seconds after ten."""
    moment = (TEN + timedelta(seconds=min(number, 9_999))).isoformat()
    head: Event = {"location_id": "l", "till_id": "t", "epoch": 1, "sequence": number}
    head |= {"event_id": f"id-{number}", "occurred_at": moment, "business_date": "2026-11-21"}
    return {**head, **BEAT, **body}


def tell(oracle: Oracle, *bodies: Event, stamp: datetime | None = None) -> list[str | None]:
    """Tell events, numbered from 1 unless they say otherwise; what became of each."""
    return [
        oracle.event(event(**{"number": at, **body}), stamp) for at, body in enumerate(bodies, 1)
    ]


def told(*bodies: Event) -> Oracle:
    """An oracle that was told these."""
    oracle = Oracle()
    tell(oracle, *bodies)
    return oracle


def spoilt(number: int, **body: Any) -> bytes:
    """Bytes of an event whose type nobody knows."""
    return json.dumps(event(number, type="exploded", **body)).encode()


def line(line_no: int, quantity: int, unit: str = "each", amount: int = 0, sku: str = "s") -> Event:
    """One line."""
    more = {"unit": unit, "unit_price_minor": 1, "amount_minor": amount}
    return {"line_no": line_no, "sku": sku, "quantity": quantity, **more}


def added(line_no: int, quantity: int, cart_id: str = "c", **more: Any) -> Event:
    """A line joins a cart."""
    return {"type": "line_added", "cart_id": cart_id, "line": line(line_no, quantity), **more}


def sold(*lines: Event, total: int = 0, cart_id: str = "c", **more: Any) -> Event:
    """A sale; what is not said of it is empty."""
    body: Event = {"type": "cart_completed", "cart_id": cart_id, "lines": list(lines)}
    body |= {"discounts": [], "taxes": [], "tenders": [], "total_minor": total}
    return {**body, **more}


def returned(*lines: Event, refund: int = 0, restock: bool = True, **more: Any) -> Event:
    """A return."""
    body: Event = {"type": "goods_returned", "lines": list(lines), "refund_minor": refund}
    return {**body, "restock": restock, **more}
