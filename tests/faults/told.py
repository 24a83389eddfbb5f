"""Short ways to say what a till said and what a consumer reads, for tests of the verdict."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tests.acceptance.outside.findings import Findings
from tests.acceptance.outside.history import History
from tests.acceptance.outside.message import Message
from tests.acceptance.outside.oracle import Oracle
from tests.acceptance.outside.partition import partition_of
from tests.acceptance.outside.plan import OUTPUTS
from tests.faults.verdict import grade

PARTITIONS = 8
LEVEL = {"location_id": "l", "sku": "s", "on_hand": -3, "in_carts": 0, "available": -3}
ALERT: dict[str, Any] = {
    "location_id": "l",
    "sku": "s",
    "state": "raised",
    "reason": "negative_stock",
    "reorder_point": None,
    "suggested_quantity": 0,
    "raised_at": "2026-11-21T10:00:00Z",
    "cleared_at": None,
}


@dataclass
class Record:
    """A record as a consumer hands it over."""

    key: bytes
    value: bytes | None
    partition: int = 0
    offset: int = 0
    timestamp: int = 1_795_300_000_000
    headers: tuple[tuple[str, bytes], ...] = ()


def sale(sequence: int = 1, **more: Any) -> dict[str, Any]:
    """Three of `s` at location `l`, at till `t`."""
    line = {"line_no": 1, "sku": "s", "quantity": 3, "unit": "each"}
    line |= {"unit_price_minor": 5, "amount_minor": 15}
    head = {"type": "cart_completed", "location_id": "l", "till_id": "t", "epoch": 1}
    body = {"lines": [line], "discounts": [], "taxes": [], "tenders": [], "total_minor": 15}
    times = {"occurred_at": "2026-11-21T10:00:00Z", "business_date": "2026-11-21"}
    return {**head, **body, **times, "cart_id": f"c{sequence}", "sequence": sequence, **more}


def message(event: dict[str, Any], bad: str | None = None) -> Message:
    return Message(0.0, event["location_id"].encode(), json.dumps(event).encode(), event, bad)


def graded(findings: Findings) -> dict[str, str]:
    return {kind: grade(kind) for kind in findings.counts}


def the_oracle(*events: dict[str, Any]) -> Oracle:
    oracle = Oracle()
    for event in events:
        oracle.event(event)
    return oracle


def history(topic: str, *values: dict[str, Any]) -> Findings:
    """What is told of some messages of one key."""
    told = History(dict.fromkeys(OUTPUTS, PARTITIONS))
    for value in values:
        partition = partition_of("l", PARTITIONS)
        told.take(topic, Record(b"l/s", json.dumps(value).encode(), partition))
    return told.findings
