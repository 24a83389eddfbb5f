"""What the board reads, from a derived topic or from the table of the same rows.

The structs mirror the models in `topics.derived` and `topics.changes`, which stay the
reference; a test holds the fields to them. They are decoded here because a replay brings tens
of thousands of rows a second, and the board shares its core with viewers.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Literal

import msgspec

from topics import registry

AlertReason = Literal["below_reorder_point", "out_of_stock", "negative_stock"]


class Level(msgspec.Struct, frozen=True, gc=False):
    """See `topics.derived.StockLevel`."""

    location_id: str
    sku: str
    on_hand: int
    in_carts: int
    available: int
    version: int
    as_of: datetime


class Totals(msgspec.Struct, frozen=True, gc=False):
    """See `topics.derived.CheckoutTotals`."""

    location_id: str
    till_id: str | None
    business_date: date
    receipts: int
    returns: int
    units: int
    gross_minor: int
    discount_minor: int
    tax_minor: int
    net_sales_minor: int
    open_carts: int
    discrepancies: int
    version: int
    as_of: datetime


class Alert(msgspec.Struct, frozen=True, gc=False):
    """See `topics.derived.RestockAlert`."""

    location_id: str
    sku: str
    state: Literal["raised", "cleared"]
    reason: AlertReason
    on_hand: int
    reorder_point: int | None
    suggested_quantity: int
    raised_at: datetime
    version: int
    cleared_at: datetime | None = None


class Till(msgspec.Struct, frozen=True, gc=False):
    """See `topics.derived.TillStatus`."""

    location_id: str
    till_id: str
    epoch: int
    last_sequence: int
    missing: list[tuple[int, int]]
    duplicates: int
    last_seen: datetime
    version: int

    @property
    def missing_events(self) -> int:
        """How many events have not arrived."""
        return sum(last - first + 1 for first, last in self.missing)


class Place(msgspec.Struct, frozen=True, gc=False):
    """A location; see `topics.changes.Location`. ``currency`` is that of its sales.

    ``name`` and ``kind`` are null where something was heard of a location that is not
    registered, ``currency`` where neither a sale nor a product is known.
    """

    location_id: str
    name: str | None = None
    kind: str | None = None
    time_zone: str | None = None
    currency: str | None = None


class Product(msgspec.Struct, frozen=True, gc=False):
    """What the board shows of a product; see `topics.changes.Product`."""

    sku: str
    name: str
    unit: str


class LastSale(msgspec.Struct, frozen=True, gc=False):
    """The newest receipt of a till; ``total_minor`` in the currency of its location."""

    till_id: str
    occurred_at: datetime
    total_minor: int


Row = Level | Totals | Alert | Till

TOPICS: dict[str, type[Row]] = {
    registry.STOCK_LEVELS.name: Level,
    registry.CHECKOUT_TOTALS.name: Totals,
    registry.RESTOCK_ALERTS.name: Alert,
    registry.TILL_STATUS.name: Till,
}
"""The topics that the board follows."""


def _decoder(struct: type[Row]) -> Callable[[bytes], Row]:
    decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(struct)
    return decoder.decode


_DECODE = {topic: _decoder(struct) for topic, struct in TOPICS.items()}


def decode(topic: str, value: bytes) -> Row:
    """The row in ``value``; raises ``msgspec.MsgspecError`` where it is none of that topic."""
    return _DECODE[topic](value)


def read_row(topic: str, key: bytes | None, value: bytes | None) -> Row | None:
    """The row that a message brings; None for a tombstone. Raises as `decode` does."""
    return None if value is None else decode(topic, value)


def changed_at(row: Row) -> datetime:
    """When the newest event behind the row occurred."""
    match row:
        case Level() | Totals():
            return row.as_of
        case Alert():
            return row.cleared_at or row.raised_at
        case Till():
            return row.last_seen
