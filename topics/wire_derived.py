"""The fast twins of `topics.derived`: the rows that workers write and everybody else reads.

One struct serves both ways. Writing looks at nothing: a worker builds thousands a second, from
values that it has checked before. Reading checks everything, with the verdicts of the models in
`topics.derived`, which stay the reference: a property test holds both to them.
"""

from datetime import UTC, date
from typing import Literal, TypeVar

import msgspec
from pydantic import BaseModel, TypeAdapter

from topics import scalars as s
from topics.decoder import Decoder
from topics.derived import (
    AlertReason,
    CheckoutTotals,
    LevelOfProduct,
    ProductStock,
    RestockAlert,
    StockLevel,
    TillStatus,
)
from topics.quick_checks import admit_ids, good_ids, require_whole
from topics.wire_parts import Time

R = TypeVar("R", bound=msgspec.Struct)

Ranges = list[tuple[s.Count, s.Count]]
"""Sequence numbers as [first, last]."""


class WireStockLevel(msgspec.Struct, frozen=True, gc=False):
    """See `topics.derived.StockLevel`."""

    location_id: str
    sku: str
    on_hand: s.Signed
    in_carts: s.Signed
    available: s.Signed
    version: s.Count
    as_of: Time

    @property
    def key(self) -> str:
        """What its message is keyed by."""
        return f"{self.location_id}/{self.sku}"


class WireCheckoutTotals(msgspec.Struct, frozen=True, gc=False):
    """See `topics.derived.CheckoutTotals`."""

    location_id: str
    till_id: str | None
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
    as_of: Time

    @property
    def key(self) -> str:
        """What its message is keyed by."""
        place = self.location_id if self.till_id is None else f"{self.location_id}/{self.till_id}"
        return f"{place}/{self.business_date.isoformat()}"


class WireRestockAlert(msgspec.Struct, frozen=True, gc=False):
    """See `topics.derived.RestockAlert`."""

    location_id: str
    sku: str
    state: Literal["raised", "cleared"]
    reason: AlertReason
    on_hand: s.Signed
    reorder_point: s.Count | None
    suggested_quantity: s.Count
    raised_at: Time
    version: s.Count
    cleared_at: Time | None = None

    @property
    def key(self) -> str:
        """What its message is keyed by."""
        return f"{self.location_id}/{self.sku}"


class WireOlderEpoch(msgspec.Struct, frozen=True, gc=False):
    """See `topics.derived.OlderEpoch`."""

    epoch: s.Epoch
    last_sequence: s.Count
    missing: Ranges

    @property
    def missing_events(self) -> int:
        """How many of its events have not arrived."""
        return _numbers(self.missing)


class WireTillStatus(msgspec.Struct, frozen=True, gc=False):
    """See `topics.derived.TillStatus`."""

    location_id: str
    till_id: str
    epoch: s.Epoch
    last_sequence: s.Count
    missing: Ranges
    missing_count: s.Count
    older: list[WireOlderEpoch]
    quarantined: s.Count
    duplicates: s.Count
    forks: s.Count
    unlisted: s.Count
    last_seen: Time
    version: s.Count
    last_hash: s.Hash | None = None

    @property
    def key(self) -> str:
        """What its message is keyed by."""
        return f"{self.location_id}/{self.till_id}"

    @property
    def missing_events(self) -> int:
        """How many events have not arrived, in all open epochs."""
        return self.missing_count + sum(each.missing_events for each in self.older)

    @property
    def unnamed_missing(self) -> int:
        """How many numbers of the newest epoch are missing and not in `missing`, which is cut."""
        return self.missing_count - _numbers(self.missing)


class WireProductStock(msgspec.Struct, frozen=True, gc=False):
    """See `topics.derived.ProductStock`."""

    sku: str
    on_hand: s.Signed
    in_carts: s.Signed
    available: s.Signed
    locations_stocked: s.Count
    locations_empty: s.Count
    version: s.Count
    as_of: Time

    @property
    def key(self) -> str:
        """What its message is keyed by."""
        return self.sku


class WireLevelOfProduct(msgspec.Struct, frozen=True, gc=False):
    """See `topics.derived.LevelOfProduct`."""

    sku: str
    location_id: str
    on_hand: s.Signed | None
    in_carts: s.Signed | None
    as_of: Time | None
    offset: s.Count
    version: s.Count | None = None

    def __post_init__(self) -> None:
        require_whole(self.on_hand, self.in_carts, self.as_of)


AnyRow = WireStockLevel | WireCheckoutTotals | WireRestockAlert | WireTillStatus


def _numbers(ranges: Ranges) -> int:
    return sum(last - first + 1 for first, last in ranges)


def _decoder(
    struct: type[R], model: type[BaseModel], ids: tuple[str, ...], times: tuple[str, ...]
) -> Decoder[R]:
    """For the rows of one topic; ``ids`` and ``times`` name fields of the struct.

    They are checked here and not by the struct, which would check what is written as well.
    """

    def check(row: R) -> None:
        for name in ids:
            text = getattr(row, name)
            if text not in good_ids and text is not None:
                admit_ids(text)
        for name in times:
            at = getattr(row, name)
            if at is not None and at.tzinfo is not UTC:
                msgspec.structs.force_setattr(row, name, s.in_utc(at))

    return Decoder(struct, TypeAdapter(model), check)


_ITEM = ("location_id", "sku")
_TILL = ("location_id", "till_id")

decode_level = _decoder(WireStockLevel, StockLevel, _ITEM, ("as_of",))
decode_totals = _decoder(WireCheckoutTotals, CheckoutTotals, _TILL, ("as_of",))
decode_alert = _decoder(WireRestockAlert, RestockAlert, _ITEM, ("raised_at", "cleared_at"))
decode_status = _decoder(WireTillStatus, TillStatus, _TILL, ("last_seen",))
decode_product_stock = _decoder(WireProductStock, ProductStock, ("sku",), ("as_of",))
decode_level_of_product = _decoder(
    WireLevelOfProduct, LevelOfProduct, ("sku", "location_id"), ("as_of",)
)
