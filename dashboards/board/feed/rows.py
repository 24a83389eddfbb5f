"""What the board reads, from a derived topic or from the table of the same rows.

The structs mirror the models in `topics.derived` and `topics.changes`, which stay the
reference; a test holds fields and verdicts to them. They are decoded as structs because a replay
brings tens of thousands of rows a second, and the board shares its core with viewers.
"""

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec

from topics import registry
from topics import scalars as s

AlertReason = Literal["below_reorder_point", "out_of_stock", "negative_stock"]

_Time = Annotated[datetime, msgspec.Meta(tz=True)]
_Ranges = list[tuple[s.Count, s.Count]]
"""Sequence numbers as [first, last]."""


class Level(msgspec.Struct, frozen=True, gc=False):
    """See `topics.derived.StockLevel`."""

    location_id: s.Identifier
    sku: s.Identifier
    on_hand: s.Signed
    in_carts: s.Signed
    available: s.Signed
    version: s.Count
    as_of: _Time


class Totals(msgspec.Struct, frozen=True, gc=False):
    """See `topics.derived.CheckoutTotals`."""

    location_id: s.Identifier
    till_id: s.Identifier | None
    business_date: date
    receipts: s.Count
    returns: s.Count
    units: s.Count
    weight_grams: s.Count
    gross_minor: s.Signed
    discount_minor: s.Signed
    tax_minor: s.Signed
    net_sales_minor: s.Signed
    open_carts: s.Count
    discrepancies: s.Count
    version: s.Count
    as_of: _Time


class Alert(msgspec.Struct, frozen=True, gc=False):
    """See `topics.derived.RestockAlert`."""

    location_id: s.Identifier
    sku: s.Identifier
    state: Literal["raised", "cleared"]
    reason: AlertReason
    on_hand: s.Signed
    reorder_point: s.Count | None
    suggested_quantity: s.Count
    raised_at: _Time
    version: s.Count
    cleared_at: _Time | None = None


class OlderEpoch(msgspec.Struct, frozen=True, gc=False):
    """See `topics.derived.OlderEpoch`."""

    epoch: s.Epoch
    missing: _Ranges

    @property
    def missing_events(self) -> int:
        """How many of its events have not arrived."""
        return _numbers(self.missing)


class Till(msgspec.Struct, frozen=True, gc=False):
    """See `topics.derived.TillStatus`. A till is known by location and id: "1" is in many shops."""

    location_id: s.Identifier
    till_id: s.Identifier
    epoch: s.Epoch
    last_sequence: s.Count
    missing: _Ranges
    missing_count: s.Count
    older: list[OlderEpoch]
    quarantined: s.Count
    duplicates: s.Count
    forks: s.Count
    unlisted: s.Count
    last_seen: _Time
    version: s.Count

    @property
    def missing_events(self) -> int:
        """How many events have not arrived, in all open epochs."""
        return self.missing_count + sum(each.missing_events for each in self.older)

    @property
    def unnamed_missing(self) -> int:
        """How many numbers of the newest epoch are missing and not in `missing`, which is cut."""
        return self.missing_count - _numbers(self.missing)


def _numbers(ranges: _Ranges) -> int:
    return sum(last - first + 1 for first, last in ranges)


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


Ident = tuple[str, ...]
"""The parts of a key."""


Row = Level | Totals | Alert | Till

TOPICS: dict[str, type[Row]] = {
    registry.STOCK_LEVELS.name: Level,
    registry.CHECKOUT_TOTALS.name: Totals,
    registry.RESTOCK_ALERTS.name: Alert,
    registry.TILL_STATUS.name: Till,
}
"""The topics that the board follows."""


class Gone(msgspec.Struct, frozen=True, gc=False):
    """A tombstone: there is no such row any more. ``struct`` is what it was."""

    struct: type[Row]
    ident: Ident

    @property
    def location_id(self) -> str:
        """Where it was."""
        return self.ident[0]


def ident_of(row: Row | Gone) -> Ident:
    """The parts of a row's key: its location, and what tells it from others of that location."""
    match row:
        case Level() | Alert():
            return row.location_id, row.sku
        case Till():
            return row.location_id, row.till_id
        case Totals():
            till = () if row.till_id is None else (row.till_id,)
            return row.location_id, *till, row.business_date.isoformat()
        case Gone():
            return row.ident


def times_of(row: Row) -> tuple[datetime, ...]:
    """All times in a row."""
    match row:
        case Level() | Totals():
            return (row.as_of,)
        case Alert():
            return (row.raised_at,) if row.cleared_at is None else (row.raised_at, row.cleared_at)
        case Till():
            return (row.last_seen,)


def changed_at(row: Row | Gone) -> datetime | None:
    """When the newest event behind the row occurred; a tombstone does not say."""
    return None if isinstance(row, Gone) else times_of(row)[-1]
