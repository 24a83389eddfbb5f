"""Bytes to plain values, at the speed the workers need.

The structs mirror the pydantic models in `topics.events` and `topics.changes`, which stay the
reference: a property test feeds both the same bytes and expects the same verdict. What is
refused here is validated again by the reference, for its error text. Till events check their
ids and lines in ``__post_init__``, by `topics.quick_checks`, which also holds for a struct that
is built by hand.
"""

from datetime import UTC, date, datetime
from typing import Annotated, Literal

import msgspec
from pydantic import TypeAdapter

from topics import scalars as s
from topics.changes import AssortmentPolicy, Location, MovementReason, Product, StockMovement
from topics.decoder import Decoder
from topics.decoder import Refused as Refused
from topics.events import till_event_adapter
from topics.quick_checks import (
    admit_currency,
    admit_ids,
    good_currencies,
    good_ids,
    is_event_id,
    require_distinct_line_numbers,
)

_Time = Annotated[datetime, msgspec.Meta(tz=True)]


class WireLine(msgspec.Struct, frozen=True, gc=False):
    """One line of a cart or receipt; see `topics.events.Line`."""

    line_no: s.Count
    sku: str
    quantity: s.Quantity
    unit: s.Unit
    unit_price_minor: s.Count
    amount_minor: s.Amount


class WireDiscount(msgspec.Struct, frozen=True, gc=False):
    """See `topics.events.Discount`."""

    rule: s.Reference
    amount_minor: s.NotPositive


class WireTax(msgspec.Struct, frozen=True, gc=False):
    """See `topics.events.Tax`."""

    rate_basis_points: s.Count
    amount_minor: s.Amount


class WireTender(msgspec.Struct, frozen=True, gc=False):
    """See `topics.events.Tender`."""

    kind: s.TenderKind
    amount_minor: s.Amount


def _check_envelope(event: "WireEvent") -> None:
    if not is_event_id(event.event_id):
        raise ValueError("an event_id must be a UUID in its canonical form")
    if event.location_id not in good_ids or event.till_id not in good_ids:
        admit_ids(event.location_id, event.till_id)
    if event.occurred_at.tzinfo is not UTC:
        _set_to_utc(event)


def _set_to_utc(struct: "WireEvent | WireMovement") -> None:
    msgspec.structs.force_setattr(struct, "occurred_at", s.in_utc(struct.occurred_at))


def _check_lines(lines: tuple[WireLine, ...]) -> None:
    highest = -1
    rising = True
    for line in lines:
        if line.sku not in good_ids:
            admit_ids(line.sku)
        if line.line_no <= highest:
            rising = False
        highest = line.line_no
    if not rising:
        require_distinct_line_numbers(lines)


class WireEvent(msgspec.Struct, frozen=True, gc=False, tag_field="type"):
    """What every till event carries; see `topics.events.Envelope`."""

    event_id: str
    location_id: str
    till_id: str
    epoch: s.Count
    sequence: s.Positive
    occurred_at: _Time
    business_date: date

    def __post_init__(self) -> None:
        _check_envelope(self)


class WireCartOpened(WireEvent, frozen=True, gc=False, tag="cart_opened"):
    """See `topics.events.CartOpened`."""

    cart_id: s.Reference
    cashier_id: s.Reference | None = None


class WireLineAdded(WireEvent, frozen=True, gc=False, tag="line_added"):
    """See `topics.events.LineAdded`."""

    cart_id: s.Reference
    line: WireLine

    def __post_init__(self) -> None:
        _check_envelope(self)
        _check_lines((self.line,))


class WireLineVoided(WireEvent, frozen=True, gc=False, tag="line_voided"):
    """See `topics.events.LineVoided`."""

    cart_id: s.Reference
    line_no: s.Count


class WireCartAbandoned(WireEvent, frozen=True, gc=False, tag="cart_abandoned"):
    """See `topics.events.CartAbandoned`."""

    cart_id: s.Reference


class WireCartCompleted(WireEvent, frozen=True, gc=False, tag="cart_completed"):
    """See `topics.events.CartCompleted`."""

    cart_id: s.Reference
    receipt_no: s.Reference
    currency: str
    lines: tuple[WireLine, ...]
    discounts: tuple[WireDiscount, ...]
    taxes: tuple[WireTax, ...]
    tenders: tuple[WireTender, ...]
    total_minor: s.Signed
    customer_id: s.Reference | None = None
    cashier_id: s.Reference | None = None
    catalog_version: s.Reference | None = None

    def __post_init__(self) -> None:
        _check_envelope(self)
        _check_lines(self.lines)
        if self.currency not in good_currencies:
            admit_currency(self.currency)


class WireGoodsReturned(WireEvent, frozen=True, gc=False, tag="goods_returned"):
    """See `topics.events.GoodsReturned`."""

    return_id: s.Reference
    receipt_no: s.Reference
    lines: tuple[WireLine, ...]
    refund_minor: s.Count
    restock: bool

    def __post_init__(self) -> None:
        _check_envelope(self)
        _check_lines(self.lines)


class WireTillHeartbeat(WireEvent, frozen=True, gc=False, tag="till_heartbeat"):
    """See `topics.events.TillHeartbeat`."""


AnyWireEvent = (
    WireCartOpened
    | WireLineAdded
    | WireLineVoided
    | WireCartAbandoned
    | WireCartCompleted
    | WireGoodsReturned
    | WireTillHeartbeat
)


class WireMovement(msgspec.Struct, frozen=True, gc=False):
    """See `topics.changes.StockMovement`."""

    movement_id: s.Reference
    location_id: s.Identifier
    sku: s.Identifier
    quantity: s.Signed
    reason: MovementReason
    occurred_at: _Time
    reference: str | None = None

    def __post_init__(self) -> None:
        if self.occurred_at.tzinfo is not UTC:
            _set_to_utc(self)


class WirePolicy(msgspec.Struct, frozen=True, gc=False, rename={"deleted": "__deleted"}):
    """See `topics.changes.AssortmentPolicy`. Debezium marks a deleted row in ``__deleted``."""

    location_id: s.Identifier
    sku: s.Identifier
    listed: bool
    reorder_point: s.Count
    order_up_to: s.Count
    hysteresis: s.Count | None = None
    deleted: Literal["true", "false"] = "false"


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
    price_minor: s.Count
    currency: s.Currency
    tax_basis_points: s.Count
    gtin: str | None = None


decode_till_event: Decoder[AnyWireEvent] = Decoder(AnyWireEvent, till_event_adapter)
decode_movement: Decoder[WireMovement] = Decoder(WireMovement, TypeAdapter(StockMovement))
decode_policy: Decoder[WirePolicy] = Decoder(WirePolicy, TypeAdapter(AssortmentPolicy))
decode_location: Decoder[WireLocation] = Decoder(WireLocation, TypeAdapter(Location))
decode_product: Decoder[WireProduct] = Decoder(WireProduct, TypeAdapter(Product))
