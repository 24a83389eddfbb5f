"""What the board reads, from a derived topic or from the table of the same rows.

Rows of a table are built without the checks that a topic's pass: the sink has made them.
"""

from datetime import datetime

import msgspec

from topics.derived_records import Gone, Ident
from topics.wire_derived import (
    AnyRow,
    WireCheckoutTotals,
    WireOlderEpoch,
    WireRestockAlert,
    WireStockLevel,
    WireTillStatus,
)

Level = WireStockLevel
Totals = WireCheckoutTotals
Alert = WireRestockAlert
Till = WireTillStatus
OlderEpoch = WireOlderEpoch

Row = AnyRow


class ShownLocation(msgspec.Struct, frozen=True, gc=False):
    """A location; see `topics.changes.Location`. ``currency`` is that of its sales.

    ``name`` and ``kind`` are null where something was heard of a location that is not
    registered, ``currency`` where neither a sale nor a product is known.
    """

    location_id: str
    name: str | None = None
    kind: str | None = None
    time_zone: str | None = None
    currency: str | None = None


class ShownProduct(msgspec.Struct, frozen=True, gc=False):
    """What the board shows of a product; see `topics.changes.Product`."""

    sku: str
    name: str
    unit: str


class LeftFor(msgspec.Struct, frozen=True, gc=False):
    """Products that left a location and came in nowhere yet, the first of them at ``since``."""

    location_id: str
    products: int
    since: datetime


class LastSale(msgspec.Struct, frozen=True, gc=False):
    """The newest receipt of a till; ``total_minor`` in the currency of its location."""

    till_id: str
    occurred_at: datetime
    total_minor: int


def ident_of(row: Row | Gone) -> Ident:
    """The parts of a row's key: its location, and what tells it from others of that location."""
    return row.ident if isinstance(row, Gone) else tuple(row.key.split("/"))


def changed_at(row: Row | Gone) -> datetime | None:
    """When the newest event behind the row occurred; a tombstone does not say."""
    match row:
        case Level() | Totals():
            return row.as_of
        case Alert():
            return row.cleared_at or row.raised_at
        case Till():
            return row.last_seen
        case Gone():
            return None
