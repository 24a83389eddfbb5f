"""What a till says: the events of ``till.cart-events``, keyed by location.

Every model refuses unknown types and out-of-range values and accepts unknown extra fields, so
that an older reader survives a newer till.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, TypeAdapter, model_validator

from topics.audit_events import (
    AgeChecked,
    CashMoved,
    DrawerOpened,
    Noted,
    ShiftClosed,
    ShiftCounted,
    ShiftOpened,
    TenderRequested,
    TenderSettled,
    Unreadable,
)
from topics.event_parts import LATE, Discount, Envelope, Line, RulesApplied, Tax, Tender
from topics.event_parts import Contract as Contract
from topics.scalars import Amount, Currency, Identifier, Number, Reference


class CartOpened(Envelope):
    """A cart exists at the till."""

    type: Literal["cart_opened"]
    cart_id: Reference
    cashier_id: Reference | None = None


class LineAdded(Envelope):
    """A line joined the cart: ``in_carts`` grows by its quantity."""

    type: Literal["line_added"]
    cart_id: Reference
    line: Line


class LineVoided(Envelope):
    """A line left the cart: ``in_carts`` shrinks by that line's quantity."""

    type: Literal["line_voided"]
    cart_id: Reference
    line_no: Number


class CartAbandoned(Envelope):
    """The cart is gone without a sale; its lines leave ``in_carts``."""

    type: Literal["cart_abandoned"]
    cart_id: Reference


class CartSuspended(Envelope):
    """The cart waits to be resumed, here or at another till; its lines leave ``in_carts``."""

    type: Literal["cart_suspended"]
    cart_id: Reference


def _require_distinct_line_numbers(lines: tuple[Line, ...]) -> None:
    # The ledger knows a stock effect by its line number: two alike would count as one.
    if len({line.line_no for line in lines}) != len(lines):
        raise ValueError("line_no must be distinct within an event")


class CartResumed(Envelope):
    """A suspended cart goes on at this till: ``lines`` are in ``in_carts`` again."""

    type: Literal["cart_resumed"]
    cart_id: Reference
    from_till_id: Identifier
    lines: tuple[Line, ...]

    @model_validator(mode="after")
    def _line_numbers_are_distinct(self) -> Self:
        _require_distinct_line_numbers(self.lines)
        return self


class CartCompleted(Envelope):
    """A sale. It carries the whole cart, so it stands alone where earlier events never came.

    Identity: sum of line amounts + discounts = ``total_minor`` = sum of tenders. A sale that
    breaks it has still happened and is counted as a discrepancy.
    """

    type: Literal["cart_completed"]
    cart_id: Reference
    receipt_no: Reference
    currency: Currency
    lines: tuple[Line, ...]
    discounts: tuple[Discount, ...]
    taxes: tuple[Tax, ...]
    tenders: tuple[Tender, ...]
    total_minor: Amount
    customer_id: Reference | None = None
    cashier_id: Reference | None = None
    rules: RulesApplied | None = None

    @model_validator(mode="after")
    def _line_numbers_are_distinct(self) -> Self:
        _require_distinct_line_numbers(self.lines)
        return self


class GoodsReturned(Envelope):
    """Goods came back; they return to stock only where ``restock`` says so.

    ``verified`` is by what the till knew that they were bought: its own journal (``till``), its
    ``store``, or more to come; its lines have the numbers of the receipt's then.
    ``receipt_location_id`` is where they were bought, where the till knows it for another store's.
    """

    type: Literal["goods_returned"]
    return_id: Reference
    receipt_no: Reference
    lines: tuple[Line, ...]
    refund_minor: Number
    restock: bool
    cashier_id: Reference | None = None
    verified: Reference | None = None
    receipt_location_id: Identifier | None = None

    @model_validator(mode="after")
    def _line_numbers_are_distinct(self) -> Self:
        _require_distinct_line_numbers(self.lines)
        return self


class TillHeartbeat(Envelope):
    """The till is alive; nothing else changed."""

    type: Literal["till_heartbeat"]


TillEvent = Annotated[
    CartOpened
    | LineAdded
    | LineVoided
    | CartAbandoned
    | CartSuspended
    | CartResumed
    | CartCompleted
    | GoodsReturned
    | TillHeartbeat
    | ShiftOpened
    | ShiftCounted
    | ShiftClosed
    | CashMoved
    | TenderRequested
    | TenderSettled
    | AgeChecked
    | DrawerOpened
    | Noted
    | Unreadable,
    Field(discriminator="type"),
]

till_event_adapter: TypeAdapter[TillEvent] = TypeAdapter(TillEvent, config=LATE)
"""Validates one event; the reference that the fast decoder in `topics.wire` is held to."""

Receipt = Annotated[CartCompleted | GoodsReturned, Field(discriminator="type")]

receipt_adapter: TypeAdapter[Receipt] = TypeAdapter(Receipt, config=LATE)
"""Validates a receipt: the event that made it, without what only an older or newer till knows."""
