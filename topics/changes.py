"""What the database says: row changes from Debezium, already unwrapped to the row.

The key is a plain string (the location, or the SKU for products). A tombstone is a deleted row.
"""

from typing import Literal

from pydantic import ConfigDict, Field

from topics.events import Contract
from topics.scalars import (
    Amount,
    Count,
    Currency,
    Identifier,
    Number,
    Ordinal,
    Reference,
    Text,
    Unit,
    UtcTime,
)

MovementReason = Literal[
    "delivery",
    "transfer_out",
    "transfer_in",
    "adjustment",
    "stocktake",
    "shrinkage",
    "vendor_return",
]


class StockMovement(Contract):
    """One booked change of stock that no till made. ``quantity`` is signed.

    The same (``movement_id``, ``location_id``, ``sku``) seen twice changes nothing. ``number``
    ascends by one within its ``origin``, which books for one location; rows from before it was
    there have none.
    """

    movement_id: Reference
    location_id: Identifier
    sku: Identifier
    quantity: Amount
    reason: MovementReason
    reference: Text | None = None
    occurred_at: UtcTime
    origin: Reference | None = None
    number: Ordinal | None = None


class AssortmentPolicy(Contract):
    """Whether a location sells a SKU, and when to reorder it, in the product's base unit.

    ``hysteresis`` is how far above ``reorder_point`` an alert clears; the worker's setting
    where it is null. ``__deleted`` is Debezium's mark of a row that is gone, ``__source_ts_ms``
    when the database changed it, in milliseconds since 1970: an older row that comes later, sent
    back or replayed, changes nothing.
    """

    model_config = ConfigDict(validate_by_name=True)

    location_id: Identifier
    sku: Identifier
    listed: bool
    reorder_point: Number
    order_up_to: Number
    hysteresis: Number | None = None
    deleted: Literal["true", "false"] = Field("false", alias="__deleted")
    changed_ms: Count | None = Field(None, alias="__source_ts_ms")


class Product(Contract):
    """A product of the catalog. ``price_minor`` is per each, or per kilogram for gram.

    Variants share a ``style`` and differ in ``colour`` and ``size``. ``replaces_sku`` is the one
    that it came in place of, ``pack_size`` how many base units a supplier's pack holds,
    ``cost_minor`` what one each, or one kilogram, costs to buy.
    """

    sku: Identifier
    gtin: Text | None = None
    name: Text
    category: Text
    unit: Unit
    price_minor: Number
    currency: Currency
    tax_basis_points: Number
    style: Reference | None = None
    colour: Text | None = None
    size: Text | None = None
    image: Text | None = None
    replaces_sku: Identifier | None = None
    supplier: Reference | None = None
    pack_size: Ordinal | None = None
    cost_minor: Number | None = None


class Location(Contract):
    """A place that holds stock."""

    location_id: Identifier
    name: Text
    kind: Literal["shop", "warehouse", "online"]
    time_zone: Text
    region: Text | None = None
