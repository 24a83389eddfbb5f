"""Bytes to plain values, at the speed the workers need.

The structs mirror the pydantic models in `topics.events` and `topics.changes`, which stay the
reference: a property test feeds both the same bytes and expects the same verdict. What is
refused here is validated again by the reference, for its error text. Till events check their
ids and lines in ``__post_init__``, by `topics.quick_checks`, which also holds for a struct that
is built by hand.
"""

from pydantic import TypeAdapter

from topics import scalars as s
from topics.changes import AssortmentPolicy, Location, Product, StockMovement
from topics.decoder import Decoder
from topics.decoder import Refused as Refused
from topics.events import till_event_adapter
from topics.quick_checks import admit_currency, good_currencies
from topics.upkeep import till_upkeep_adapter
from topics.wire_audit import (
    WireAgeChecked,
    WireCashMoved,
    WireDrawerOpened,
    WireNoted,
    WireShiftClosed,
    WireShiftCounted,
    WireShiftOpened,
    WireTenderRequested,
    WireTenderSettled,
    WireUnreadable,
)
from topics.wire_parts import (
    WireDiscount,
    WireEvent,
    WireLine,
    WireRulesApplied,
    WireTax,
    WireTender,
    check_envelope,
    check_lines,
)
from topics.wire_rows import (
    AnyWireUpkeep,
    WireLocation,
    WireMovement,
    WirePolicy,
    WireProduct,
)


class WireCartOpened(WireEvent, frozen=True, gc=False, tag="cart_opened"):
    """See `topics.events.CartOpened`."""

    cart_id: s.Reference
    cashier_id: s.Reference | None = None


class WireLineAdded(WireEvent, frozen=True, gc=False, tag="line_added"):
    """See `topics.events.LineAdded`."""

    cart_id: s.Reference
    line: WireLine

    def __post_init__(self) -> None:
        check_envelope(self)
        check_lines((self.line,))


class WireLineVoided(WireEvent, frozen=True, gc=False, tag="line_voided"):
    """See `topics.events.LineVoided`."""

    cart_id: s.Reference
    line_no: s.Number


class WireCartAbandoned(WireEvent, frozen=True, gc=False, tag="cart_abandoned"):
    """See `topics.events.CartAbandoned`."""

    cart_id: s.Reference


class WireCartSuspended(WireEvent, frozen=True, gc=False, tag="cart_suspended"):
    """See `topics.events.CartSuspended`."""

    cart_id: s.Reference


class WireCartResumed(WireEvent, frozen=True, gc=False, tag="cart_resumed"):
    """See `topics.events.CartResumed`."""

    cart_id: s.Reference
    from_till_id: s.Identifier
    lines: tuple[WireLine, ...]

    def __post_init__(self) -> None:
        check_envelope(self)
        check_lines(self.lines)


class WireCartCompleted(WireEvent, frozen=True, gc=False, tag="cart_completed"):
    """See `topics.events.CartCompleted`."""

    cart_id: s.Reference
    receipt_no: s.Reference
    currency: str
    lines: tuple[WireLine, ...]
    discounts: tuple[WireDiscount, ...]
    taxes: tuple[WireTax, ...]
    tenders: tuple[WireTender, ...]
    total_minor: s.Amount
    customer_id: s.Reference | None = None
    cashier_id: s.Reference | None = None
    rules: WireRulesApplied | None = None

    def __post_init__(self) -> None:
        check_envelope(self)
        check_lines(self.lines)
        if self.currency not in good_currencies:
            admit_currency(self.currency)


class WireGoodsReturned(WireEvent, frozen=True, gc=False, tag="goods_returned"):
    """See `topics.events.GoodsReturned`."""

    return_id: s.Reference
    receipt_no: s.Reference
    lines: tuple[WireLine, ...]
    refund_minor: s.Number
    restock: bool
    cashier_id: s.Reference | None = None
    verified: s.Reference | None = None
    receipt_location_id: s.Identifier | None = None

    def __post_init__(self) -> None:
        check_envelope(self)
        check_lines(self.lines)


class WireTillHeartbeat(WireEvent, frozen=True, gc=False, tag="till_heartbeat"):
    """See `topics.events.TillHeartbeat`."""


AnyWireEvent = (
    WireCartOpened
    | WireLineAdded
    | WireLineVoided
    | WireCartAbandoned
    | WireCartSuspended
    | WireCartResumed
    | WireCartCompleted
    | WireGoodsReturned
    | WireTillHeartbeat
    | WireShiftOpened
    | WireShiftCounted
    | WireShiftClosed
    | WireCashMoved
    | WireTenderRequested
    | WireTenderSettled
    | WireAgeChecked
    | WireDrawerOpened
    | WireNoted
    | WireUnreadable
)

decode_till_event: Decoder[AnyWireEvent] = Decoder(AnyWireEvent, till_event_adapter)
decode_movement: Decoder[WireMovement] = Decoder(WireMovement, TypeAdapter(StockMovement))
decode_policy: Decoder[WirePolicy] = Decoder(WirePolicy, TypeAdapter(AssortmentPolicy))
decode_location: Decoder[WireLocation] = Decoder(WireLocation, TypeAdapter(Location))
decode_product: Decoder[WireProduct] = Decoder(WireProduct, TypeAdapter(Product))
decode_till_upkeep: Decoder[AnyWireUpkeep] = Decoder(AnyWireUpkeep, till_upkeep_adapter)
