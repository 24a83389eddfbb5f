"""What till events are made of: lines, discounts, taxes, tenders, and the envelope of each."""

from pydantic import BaseModel, ConfigDict

from topics.scalars import (
    Amount,
    BusinessDate,
    Epoch,
    EventId,
    Hash,
    Identifier,
    NotPositive,
    Number,
    Ordinal,
    Quantity,
    Reference,
    TenderKind,
    Text,
    Unit,
    UtcTime,
)

LATE = ConfigDict(defer_build=True)
"""What a model or adapter checks by is made when it is first asked: to make all takes a command
or a worker, which asks few or none of them, a tenth of a second at each start."""


class Contract(BaseModel):
    """Base of every model that crosses a boundary: strict in values, open to new fields."""

    model_config = LATE | ConfigDict(strict=True, extra="ignore", frozen=True)


class Line(Contract):
    """One line of a cart or receipt.

    ``quantity`` is in the product's base unit; 0 is allowed and moves nothing.
    ``unit_price_minor`` is per each, or per kilogram where the unit is gram. ``amount_minor`` is
    what was charged for the line and may differ from quantity times unit price.
    """

    line_no: Number
    sku: Identifier
    quantity: Quantity
    unit: Unit
    unit_price_minor: Number
    amount_minor: Amount
    lot: Reference | None = None
    expires_on: BusinessDate | None = None
    serial: Reference | None = None


class Discount(Contract):
    """A reduction of the whole receipt by a named rule; never positive."""

    rule: Reference
    amount_minor: NotPositive


class Tax(Contract):
    """Tax contained in the amounts, by rate in basis points (1,900 is 19 %)."""

    rate_basis_points: Number
    amount_minor: Amount


class Tender(Contract):
    """What the customer paid with."""

    kind: TenderKind
    amount_minor: Amount


class RuleNote(Contract):
    """What a row of a decision table had written down with a sale; no lines are the whole cart."""

    rule: Reference
    note: Text
    line_nos: tuple[Number, ...] = ()


class RulesApplied(Contract):
    """By what a till decided a sale: which version of each decision table, and the categories that
    its catalog had for the products. With lines, customer and the discounts that no table gave,
    anybody comes to the same discounts."""

    tables: dict[Reference, Ordinal]
    categories: dict[Identifier, Text] = {}
    notes: tuple[RuleNote, ...] = ()


class Chain(Contract):
    """An event's place in its till's journal: the hash before it, and its own."""

    prev: Hash
    hash: Hash


class Envelope(Contract):
    """What every till event carries.

    ``epoch`` rises when a till is re-imaged or replaced. ``sequence`` runs from 1 without gaps
    within a till's epoch, over all event types. A ``training`` event is journalled and counts
    nowhere. ``catalog_version`` is a number; a text is what older tills said.
    """

    event_id: EventId
    location_id: Identifier
    till_id: Identifier
    epoch: Epoch
    sequence: Ordinal
    occurred_at: UtcTime
    business_date: BusinessDate
    chain: Chain | None = None
    training: bool = False
    catalog_version: Number | Reference | None = None
    features_version: Number | Reference | None = None
    build: Reference | None = None
