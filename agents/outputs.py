"""State as the messages that the output topics carry.

The structs have the fields of the models in `topics.derived`; a test holds them to it. They
exist because pydantic's encoding costs ten times msgspec's.
"""

from datetime import datetime

import msgspec

from engine.contract import Message
from tables.items import Item, Reason
from tables.restock import suggested_quantity
from tables.tills import TillState
from tables.totals import Totals

_encode = msgspec.json.Encoder().encode


class _Level(msgspec.Struct, gc=False):
    location_id: str
    sku: str
    on_hand: int
    in_carts: int
    available: int
    version: int
    as_of: datetime | None


class _Totals(msgspec.Struct, gc=False):
    location_id: str
    till_id: str | None
    business_date: str
    receipts: int
    returns: int
    units: int
    returned_units: int
    gross_minor: int
    discount_minor: int
    tax_minor: int
    refund_minor: int
    net_sales_minor: int
    tenders: dict[str, int]
    open_carts: int
    discrepancies: int
    version: int
    as_of: datetime | None


class _Alert(msgspec.Struct, gc=False):
    location_id: str
    sku: str
    state: str
    reason: Reason | None
    on_hand: int
    reorder_point: int | None
    suggested_quantity: int
    raised_at: datetime | None
    cleared_at: datetime | None
    version: int


class _Till(msgspec.Struct, gc=False):
    location_id: str
    till_id: str
    epoch: int
    last_sequence: int
    missing: list[list[int]]
    duplicates: int
    last_seen: datetime | None
    version: int


def level_message(key: str, item: Item) -> Message:
    """`topics.derived.StockLevel` of ``location_id/sku``."""
    location_id, _, sku = key.partition("/")
    available = item.on_hand - item.in_carts
    level = _Level(
        location_id, sku, item.on_hand, item.in_carts, available, item.level_version, item.as_of
    )
    return Message(key.encode(), _encode(level))


def alert_message(key: str, item: Item) -> Message:
    """`topics.derived.RestockAlert` of ``location_id/sku``, as it stands now."""
    location_id, _, sku = key.partition("/")
    alert = _Alert(
        location_id,
        sku,
        "raised" if item.raised else "cleared",
        item.reason,
        item.on_hand,
        item.alert_reorder_point,
        suggested_quantity(item),
        item.raised_at,
        item.cleared_at,
        item.alert_version,
    )
    return Message(key.encode(), _encode(alert))


def totals_message(key: str, row: Totals) -> Message:
    """`topics.derived.CheckoutTotals` of a location's or a till's business date."""
    location_id, *till_id, business_date = key.split("/")
    totals = _Totals(
        location_id,
        till_id[0] if till_id else None,
        business_date,
        row.receipts,
        row.returns,
        row.units,
        row.returned_units,
        row.gross_minor,
        row.discount_minor,
        row.tax_minor,
        row.refund_minor,
        row.net_sales_minor,
        row.tenders,
        row.open_carts,
        row.discrepancies,
        row.version,
        row.as_of,
    )
    return Message(key.encode(), _encode(totals))


def till_message(key: str, till: TillState) -> Message:
    """`topics.derived.TillStatus` of ``location_id/till_id``; the message's key is the till's."""
    location_id, _, till_id = key.partition("/")
    epoch = till.epoch
    window = till.epochs[epoch]
    status = _Till(
        location_id,
        till_id,
        epoch,
        window.last,
        window.missing,
        till.duplicates,
        till.last_seen,
        till.version,
    )
    return Message(till_id.encode(), _encode(status))
