"""Sales of the tests as they lie in the topic, and what was published."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import orjson

from edge.bundle.rows import BundledTable
from edge.recomputing.published import PublishedTable, PublishedTables
from edge.recomputing.sales import SaleDifference, difference_of
from tests.unit.edge.rules.tables import table
from topics.wire import WireCartCompleted, decode_till_event

BEGUN = datetime(2026, 11, 1, tzinfo=UTC)
OFF5 = table(
    ["subtotal_minor"],
    {"off5": [">= 5000", "5"], "none": ["< 5000", None]},
    [({"subtotal_minor": 5000}, ["off5"]), ({"subtotal_minor": 4999}, ["none"])],
    ["percent"],
    table_name="off5",
    valid_from=BEGUN.isoformat(),
)


def published(*tables: BundledTable, locations: Sequence[str] = ()) -> PublishedTables:
    found = PublishedTables()
    found.learn(PublishedTable(each, frozenset(locations)) for each in tables)
    return found


def value(amount_minor: int = 5_000, off_minor: int = 250, **fields: Any) -> bytes:
    """A sale of one line, with five percent off."""
    line = {"line_no": 1, "sku": "tea", "quantity": 1, "unit": "each"}
    off = [{"rule": "off5/off5", "amount_minor": -off_minor}] if off_minor else []
    total_minor = amount_minor - off_minor
    event = {
        "type": "cart_completed", "event_id": "01932f5e-7a1b-7c3d-8e4f-000000000001",
        "location_id": "shop-1", "till_id": "3", "epoch": 1, "sequence": 7,
        "occurred_at": "2026-11-30T12:00:00Z", "business_date": "2026-11-30", "cart_id": "c",
        "receipt_no": "3-1-7", "currency": "EUR", "taxes": [], "discounts": off,
        "lines": [line | {"unit_price_minor": amount_minor, "amount_minor": amount_minor}],
        "tenders": [{"kind": "cash", "amount_minor": total_minor}], "total_minor": total_minor,
        "rules": {"tables": {"off5": 1}},
    }  # fmt: skip
    return orjson.dumps({name: each for name, each in (event | fields).items() if each is not None})


def sale_of(message: bytes) -> WireCartCompleted:
    read = decode_till_event(message)
    assert isinstance(read, WireCartCompleted)
    return read


def difference(sale: bytes, tables: PublishedTables) -> SaleDifference | None:
    return difference_of(sale_of(sale), tables)


def version_of(number: int, **fields: Any) -> BundledTable:
    return msgspec.structs.replace(OFF5, version=number, **fields)
