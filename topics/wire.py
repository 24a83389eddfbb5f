"""Bytes to plain values, at the speed the workers need.

The structs mirror the pydantic models in `topics.events` and `topics.changes`, which stay the
reference: a property test feeds both the same bytes and expects the same verdict. What is
refused here is validated again by the reference, for its error text.
"""

from datetime import date, datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

import msgspec
from pydantic import TypeAdapter, ValidationError

from topics import scalars as s
from topics.changes import AssortmentPolicy, Location, Product, StockMovement
from topics.events import till_event_adapter

T = TypeVar("T")

_ERRORS_TOLD = 3
"""Faults named for one refused message; a header should stay readable."""

_Time = Annotated[datetime, msgspec.Meta(tz=True)]


class WireLine(msgspec.Struct, frozen=True, gc=False):
    """One line of a cart or receipt; see `topics.events.Line`."""

    line_no: s.Count
    sku: s.Identifier
    quantity: s.Count
    unit: s.Unit
    unit_price_minor: s.Count
    amount_minor: s.Signed


class WireDiscount(msgspec.Struct, frozen=True, gc=False):
    """See `topics.events.Discount`."""

    rule: s.Reference
    amount_minor: s.NotPositive


class WireTax(msgspec.Struct, frozen=True, gc=False):
    """See `topics.events.Tax`."""

    rate_basis_points: s.Count
    amount_minor: s.Signed


class WireTender(msgspec.Struct, frozen=True, gc=False):
    """See `topics.events.Tender`."""

    kind: s.TenderKind
    amount_minor: s.Signed


class WireEvent(msgspec.Struct, frozen=True, gc=False, tag_field="type"):
    """What every till event carries; see `topics.events.Envelope`."""

    event_id: s.EventId
    location_id: s.Identifier
    till_id: s.Identifier
    epoch: s.Count
    sequence: s.Positive
    occurred_at: _Time
    business_date: date


class WireCartOpened(WireEvent, frozen=True, gc=False, tag="cart_opened"):
    """See `topics.events.CartOpened`."""

    cart_id: s.Reference
    cashier_id: s.Reference | None = None


class WireLineAdded(WireEvent, frozen=True, gc=False, tag="line_added"):
    """See `topics.events.LineAdded`."""

    cart_id: s.Reference
    line: WireLine


class WireLineVoided(WireEvent, frozen=True, gc=False, tag="line_voided"):
    """See `topics.events.LineVoided`."""

    cart_id: s.Reference
    line_no: s.Count


class WireCartAbandoned(WireEvent, frozen=True, gc=False, tag="cart_abandoned"):
    """See `topics.events.CartAbandoned`."""

    cart_id: s.Reference


def _require_distinct_line_numbers(lines: tuple[WireLine, ...]) -> None:
    if len(lines) > 1 and len({line.line_no for line in lines}) != len(lines):
        raise ValueError("line_no must be distinct within an event")


class WireCartCompleted(WireEvent, frozen=True, gc=False, tag="cart_completed"):
    """See `topics.events.CartCompleted`."""

    cart_id: s.Reference
    receipt_no: s.Reference
    currency: s.Currency
    lines: tuple[WireLine, ...]
    discounts: tuple[WireDiscount, ...]
    taxes: tuple[WireTax, ...]
    tenders: tuple[WireTender, ...]
    total_minor: s.Signed
    customer_id: s.Reference | None = None
    cashier_id: s.Reference | None = None
    catalog_version: s.Reference | None = None

    def __post_init__(self) -> None:
        _require_distinct_line_numbers(self.lines)


class WireGoodsReturned(WireEvent, frozen=True, gc=False, tag="goods_returned"):
    """See `topics.events.GoodsReturned`."""

    return_id: s.Reference
    receipt_no: s.Reference
    lines: tuple[WireLine, ...]
    refund_minor: s.Count
    restock: bool

    def __post_init__(self) -> None:
        _require_distinct_line_numbers(self.lines)


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
    reason: Literal[
        "delivery",
        "transfer_out",
        "transfer_in",
        "adjustment",
        "stocktake",
        "shrinkage",
        "vendor_return",
    ]
    occurred_at: _Time
    reference: str | None = None


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


class Refused(ValueError):
    """Bytes that are not what the topic's contract says. The text is the reference's verdict."""


class Decoder(Generic[T]):
    """Decodes the values of one topic; refuses with the reference model's words."""

    def __init__(self, wire_type: Any, reference: TypeAdapter[Any]) -> None:
        self._decode = msgspec.json.Decoder(wire_type).decode
        self._reference = reference

    def __call__(self, value: bytes | None) -> T:
        """The value, or `Refused`."""
        try:
            return self._decode(value)  # type: ignore[arg-type]
        except (msgspec.MsgspecError, ValueError, TypeError) as refusal:
            raise Refused(self._explain(value, refusal)) from refusal

    def _explain(self, value: bytes | None, refusal: Exception) -> str:
        if value is None:
            return "a tombstone, where a value was expected"
        try:
            self._reference.validate_json(value)
        except ValidationError as verdict:
            return "; ".join(_sentence(error) for error in verdict.errors()[:_ERRORS_TOLD])
        except ValueError as verdict:
            return str(verdict)
        return str(refusal)


def _sentence(error: Any) -> str:
    place = ".".join(str(part) for part in error["loc"])
    return f"{place}: {error['msg']}" if place else str(error["msg"])


decode_till_event: Decoder[AnyWireEvent] = Decoder(AnyWireEvent, till_event_adapter)
decode_movement: Decoder[WireMovement] = Decoder(WireMovement, TypeAdapter(StockMovement))
decode_policy: Decoder[WirePolicy] = Decoder(WirePolicy, TypeAdapter(AssortmentPolicy))
decode_location: Decoder[WireLocation] = Decoder(WireLocation, TypeAdapter(Location))
decode_product: Decoder[WireProduct] = Decoder(WireProduct, TypeAdapter(Product))
