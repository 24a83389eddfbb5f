"""The fast twins of `topics.changes` and `topics.upkeep`: row changes and operators' decisions."""

from datetime import UTC
from typing import Literal

import msgspec

from topics import scalars as s
from topics.changes import MovementReason
from topics.wire_parts import Time


class WireMovement(msgspec.Struct, frozen=True, gc=False):
    """See `topics.changes.StockMovement`."""

    movement_id: s.Reference
    location_id: s.Identifier
    sku: s.Identifier
    quantity: s.Amount
    reason: MovementReason
    occurred_at: Time
    reference: str | None = None
    origin: s.Reference | None = None
    number: s.Ordinal | None = None

    def __post_init__(self) -> None:
        if self.occurred_at.tzinfo is not UTC:
            msgspec.structs.force_setattr(self, "occurred_at", s.in_utc(self.occurred_at))


class WirePolicy(
    msgspec.Struct,
    frozen=True,
    gc=False,
    rename={"deleted": "__deleted", "changed_ms": "__source_ts_ms"},
):
    """See `topics.changes.AssortmentPolicy`. Debezium marks a deleted row in ``__deleted``."""

    location_id: s.Identifier
    sku: s.Identifier
    listed: bool
    reorder_point: s.Number
    order_up_to: s.Number
    hysteresis: s.Number | None = None
    deleted: Literal["true", "false"] = "false"
    changed_ms: s.Count | None = None


class WireLocation(msgspec.Struct, frozen=True, gc=False):
    """See `topics.changes.Location`."""

    location_id: s.Identifier
    name: str
    kind: Literal["shop", "warehouse", "online"]
    time_zone: str
    region: str | None = None


class WireProduct(msgspec.Struct, frozen=True, gc=False):
    """See `topics.changes.Product`."""

    sku: s.Identifier
    name: str
    category: str
    unit: s.Unit
    price_minor: s.Number
    currency: s.Currency
    tax_basis_points: s.Number
    gtin: str | None = None
    style: s.Reference | None = None
    colour: str | None = None
    size: str | None = None
    image: str | None = None
    replaces_sku: s.Identifier | None = None
    supplier: s.Reference | None = None
    pack_size: s.Ordinal | None = None
    cost_minor: s.Number | None = None


class WireTillForgotten(msgspec.Struct, frozen=True, gc=False, tag="till_forgotten"):
    """See `topics.upkeep.TillForgotten`."""

    location_id: s.Identifier
    till_id: s.Identifier
    up_to_epoch: s.Epoch
    after_offset: s.Number
    decided_by: str
    decided_at: Time

    def __post_init__(self) -> None:
        _set_decision_to_utc(self)


class WireGapClosed(msgspec.Struct, frozen=True, gc=False, tag="gap_closed"):
    """See `topics.upkeep.GapClosed`."""

    location_id: s.Identifier
    till_id: s.Identifier
    epoch: s.Epoch
    up_to_sequence: s.Number
    after_offset: s.Number
    decided_by: str
    decided_at: Time

    def __post_init__(self) -> None:
        _set_decision_to_utc(self)


class WireRowRestated(msgspec.Struct, frozen=True, gc=False, tag="row_restated"):
    """See `topics.upkeep.RowRestated`."""

    location_id: s.Identifier
    topic: Literal["stock.levels", "checkout.totals", "restock.alerts", "till.status"]
    key: str
    after_offset: s.Number
    decided_by: str
    decided_at: Time

    def __post_init__(self) -> None:
        _set_decision_to_utc(self)


def _set_decision_to_utc(struct: WireTillForgotten | WireGapClosed | WireRowRestated) -> None:
    msgspec.structs.force_setattr(struct, "decided_at", s.in_utc(struct.decided_at))


AnyWireUpkeep = WireTillForgotten | WireGapClosed | WireRowRestated
