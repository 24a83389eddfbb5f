"""The sink's folds, without Kafka or database."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import BaseModel

from connectors.postgres.sink.batch import Decoded
from connectors.postgres.sink.derived import DERIVED_BY_TOPIC, Malformed, Newest
from topics.derived import CheckoutTotals, RestockAlert, StockLevel, TillStatus
from topics.partitioning import partition_of
from topics.registry import TILL_EVENTS
from topics.sequences import Window

WHEN = "2026-11-21T09:30:00Z"


@dataclass
class Record:
    """A consumed record."""

    topic: str
    offset: int
    value: bytes | None
    partition: int = 0
    timestamp: int = 0


LEVEL: dict[str, Any] = {
    "location_id": "shop-1",
    "sku": "milk",
    "on_hand": -1,
    "in_carts": 2,
    "available": -3,
    "version": 7,
    "as_of": WHEN,
}
TOTALS: dict[str, Any] = {
    "location_id": "shop-1",
    "till_id": None,
    "business_date": "2026-11-21",
    "receipts": 1,
    "returns": 0,
    "units": 2,
    "returned_units": 0,
    "gross_minor": 300,
    "discount_minor": -10,
    "tax_minor": 40,
    "refund_minor": 0,
    "net_sales_minor": 290,
    "tenders": {"cash": 290},
    "open_carts": 1,
    "discrepancies": 0,
    "version": 7,
    "as_of": WHEN,
}
ALERT: dict[str, Any] = {
    "location_id": "shop-1",
    "sku": "milk",
    "state": "raised",
    "reason": "negative_stock",
    "on_hand": -1,
    "reorder_point": None,
    "suggested_quantity": 1,
    "raised_at": WHEN,
    "cleared_at": None,
    "version": 7,
}
STATUS: dict[str, Any] = {
    "location_id": "shop-1",
    "till_id": "till-1",
    "epoch": 1,
    "last_sequence": 9,
    "missing": [[2, 3], [5, 5]],
    "duplicates": 4,
    "last_seen": WHEN,
    "version": 7,
}
VALUES: dict[str, tuple[type[BaseModel], dict[str, Any]]] = {
    "stock.levels": (StockLevel, LEVEL),
    "checkout.totals": (CheckoutTotals, TOTALS),
    "restock.alerts": (RestockAlert, ALERT),
    "till.status": (TillStatus, STATUS),
}


def newest(topic: str, *values: dict[str, Any] | bytes | None) -> Newest:
    """What the sink keeps of some values."""
    held = Newest(DERIVED_BY_TOPIC[topic])
    held.add(
        Record(topic, offset, json.dumps(value).encode() if isinstance(value, dict) else value)
        for offset, value in enumerate(values)
    )
    return held


@pytest.mark.parametrize("topic", VALUES)
def test_a_row_holds_what_the_contract_says(topic: str) -> None:
    model, value = VALUES[topic]
    table = DERIVED_BY_TOPIC[topic]
    (row,) = newest(topic, value | {"a_later_field": 1}).rows.values()
    reference = model.model_validate_json(json.dumps(value)).model_dump()
    found = dict(zip(table.columns, row, strict=True))
    found["missing"] = tuple(found["missing"]) if "missing" in found else None
    assert set(table.columns) == set(reference), "a field of the contract has no column"
    assert {name: found[name] for name in reference} == reference


@pytest.mark.parametrize("topic", VALUES)
@pytest.mark.parametrize("value", [None, b"", b"{}", b"\xff", b'{"version": 1}'])
def test_a_malformed_derived_value_is_named_by_its_place(topic: str, value: bytes | None) -> None:
    with pytest.raises(Malformed, match=f"{topic}-0-1 "):
        newest(topic, VALUES[topic][1], value)


@pytest.mark.parametrize("field", list(LEVEL))
def test_a_level_without_one_of_its_fields_is_malformed(field: str) -> None:
    with pytest.raises(Malformed):
        newest("stock.levels", {name: LEVEL[name] for name in LEVEL if name != field})


def test_only_the_newest_version_of_a_key_is_written_whatever_the_order() -> None:
    older, other = LEVEL | {"version": 6, "on_hand": 5}, LEVEL | {"sku": "bread", "version": 1}
    rows = newest("stock.levels", LEVEL, other, older).rows
    assert [(row[1], row[2]) for row in rows.values()] == [("milk", -1), ("bread", -1)]


def test_a_sum_beyond_what_one_quantity_may_be_is_still_a_level() -> None:
    (row,) = newest("stock.levels", LEVEL | {"on_hand": -(2**60)}).rows.values()
    assert row[2] == -(2**60)


def heartbeat(sequence: int, partitions: int, partition: int | None = None) -> Record:
    """A heartbeat in its location's partition of so many, or in another one."""
    event = {
        "type": "till_heartbeat",
        "event_id": "01932f5e-7a1b-7c3d-8e4f-0123456789ab",
        "location_id": "shop-1",
        "till_id": "till-1",
        "epoch": 2,
        "sequence": sequence,
        "occurred_at": WHEN,
        "business_date": "2026-11-21",
    }
    own = partition_of("shop-1", partitions)
    return Record(
        TILL_EVENTS.name,
        sequence,
        json.dumps(event).encode(),
        own if partition is None else partition,
    )


def test_events_that_leave_no_receipt_still_close_gaps() -> None:
    topic = TILL_EVENTS.name
    records = [heartbeat(number, 8) for number in (1, 4, 3, 4)]
    decoded = Decoded()
    decoded.add(topic, records, 8)
    till = ("shop-1", "till-1", 2)
    assert decoded.tills == {till}
    rows = decoded.count({till: Window()})
    assert rows == {"sink_tills": [(*till, 4, [[2, 2]])]}


def test_an_event_in_another_partition_than_its_locations_is_not_heard() -> None:
    topic, wrong = TILL_EVENTS.name, (partition_of("shop-1", 8) + 1) % 8
    decoded = Decoded()
    decoded.add(topic, [heartbeat(1, 8, wrong)], 8)
    assert not decoded.tills and not decoded.count({})
