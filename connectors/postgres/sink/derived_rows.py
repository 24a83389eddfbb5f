"""The values of the derived topics as structs whose fields are the columns of their tables.

They mirror the pydantic models in `topics.derived`, which stay the reference; a test feeds both
the same bytes.
"""

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

import msgspec

from topics import scalars as s

_Time = Annotated[datetime, msgspec.Meta(tz=True)]
_Ranges = list[tuple[int, int]]


def _set_to_utc(struct: Any, *names: str) -> None:
    """ValueError for a time that no reader could hold in UTC: one such would stop them all."""
    for name in names:
        at = getattr(struct, name)
        if at is not None and at.tzinfo is not UTC:
            msgspec.structs.force_setattr(struct, name, s.in_utc(at))


class Level(msgspec.Struct, frozen=True, gc=False):
    """See `topics.derived.StockLevel`."""

    location_id: s.Identifier
    sku: s.Identifier
    on_hand: s.Signed
    in_carts: s.Signed
    available: s.Signed
    version: s.Count
    as_of: _Time

    def __post_init__(self) -> None:
        if self.as_of.tzinfo is not UTC:
            _set_to_utc(self, "as_of")


class Totals(msgspec.Struct, frozen=True, gc=False):
    """See `topics.derived.CheckoutTotals`."""

    location_id: s.Identifier
    till_id: s.Identifier | None
    business_date: date
    receipts: s.Count
    returns: s.Count
    units: s.Count
    weight_grams: s.Count
    returned_units: s.Count
    returned_weight_grams: s.Count
    gross_minor: s.Signed
    discount_minor: s.Signed
    tax_minor: s.Signed
    refund_minor: s.Count
    net_sales_minor: s.Signed
    tenders: dict[s.TenderKind, s.Signed]
    open_carts: s.Count
    discrepancies: s.Count
    version: s.Count
    as_of: _Time

    def __post_init__(self) -> None:
        if self.as_of.tzinfo is not UTC:
            _set_to_utc(self, "as_of")


class Alert(msgspec.Struct, frozen=True, gc=False):
    """See `topics.derived.RestockAlert`."""

    location_id: s.Identifier
    sku: s.Identifier
    state: Literal["raised", "cleared"]
    reason: Literal["below_reorder_point", "out_of_stock", "negative_stock"]
    on_hand: s.Signed
    reorder_point: s.Count | None
    suggested_quantity: s.Count
    raised_at: _Time
    version: s.Count
    cleared_at: _Time | None = None

    def __post_init__(self) -> None:
        _set_to_utc(self, "raised_at", "cleared_at")


class Older(msgspec.Struct, frozen=True, gc=False):
    """See `topics.derived.OlderEpoch`."""

    epoch: s.Epoch
    last_sequence: s.Count
    missing: _Ranges


class Status(msgspec.Struct, frozen=True, gc=False):
    """See `topics.derived.TillStatus`."""

    location_id: s.Identifier
    till_id: s.Identifier
    epoch: s.Epoch
    last_sequence: s.Count
    missing: _Ranges
    missing_count: s.Count
    older: list[Older]
    quarantined: s.Count
    duplicates: s.Count
    forks: s.Count
    unlisted: s.Count
    last_seen: _Time
    version: s.Count
    last_hash: s.Hash | None = None

    def __post_init__(self) -> None:
        if self.last_seen.tzinfo is not UTC:
            _set_to_utc(self, "last_seen")
