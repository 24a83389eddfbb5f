"""What a till says: the events of ``till.cart-events``, keyed by location.

Every model refuses unknown types and out-of-range values and accepts unknown extra fields, so
that an older reader survives a newer till.
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from topics.scalars import (
    Amount,
    BusinessDate,
    Count,
    Currency,
    EventId,
    Identifier,
    NotPositive,
    Positive,
    Quantity,
    Reference,
    Signed,
    TenderKind,
    Unit,
    UtcTime,
)


class Contract(BaseModel):
    """Base of every model that crosses a boundary: strict in values, open to new fields."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class Line(Contract):
    """One line of a cart or receipt.

    ``quantity`` is in the product's base unit; 0 is allowed and moves nothing.
    ``unit_price_minor`` is per each, or per kilogram where the unit is gram. ``amount_minor`` is
    what was charged for the line and may differ from quantity times unit price.
    """

    line_no: Count
    sku: Identifier
    quantity: Quantity
    unit: Unit
    unit_price_minor: Count
    amount_minor: Amount


class Discount(Contract):
    """A reduction of the whole receipt by a named rule; never positive."""

    rule: Reference
    amount_minor: NotPositive


class Tax(Contract):
    """Tax contained in the amounts, by rate in basis points (1,900 is 19 %)."""

    rate_basis_points: Count
    amount_minor: Amount


class Tender(Contract):
    """What the customer paid with."""

    kind: TenderKind
    amount_minor: Amount


class Envelope(Contract):
    """What every till event carries.

    ``epoch`` rises when a till is re-imaged or replaced. ``sequence`` runs from 1 without gaps
    within a till's epoch, over all event types.
    """

    event_id: EventId
    location_id: Identifier
    till_id: Identifier
    epoch: Count
    sequence: Positive
    occurred_at: UtcTime
    business_date: BusinessDate


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
    line_no: Count


class CartAbandoned(Envelope):
    """The cart is gone without a sale; its lines leave ``in_carts``."""

    type: Literal["cart_abandoned"]
    cart_id: Reference


def _require_distinct_line_numbers(lines: tuple[Line, ...]) -> None:
    # The ledger knows a stock effect by its line number: two alike would count as one.
    if len({line.line_no for line in lines}) != len(lines):
        raise ValueError("line_no must be distinct within an event")


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
    total_minor: Signed
    customer_id: Reference | None = None
    cashier_id: Reference | None = None
    catalog_version: Reference | None = None

    @model_validator(mode="after")
    def _line_numbers_are_distinct(self) -> Self:
        _require_distinct_line_numbers(self.lines)
        return self


class GoodsReturned(Envelope):
    """Goods came back; they return to stock only where ``restock`` says so."""

    type: Literal["goods_returned"]
    return_id: Reference
    receipt_no: Reference
    lines: tuple[Line, ...]
    refund_minor: Count
    restock: bool

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
    | CartCompleted
    | GoodsReturned
    | TillHeartbeat,
    Field(discriminator="type"),
]

till_event_adapter: TypeAdapter[TillEvent] = TypeAdapter(TillEvent)
"""Validates one event; the reference that the fast decoder in `topics.wire` is held to."""
