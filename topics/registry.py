"""Every topic: its key, what it holds, how long it keeps it, and which topic takes its dead.

`tillstream topics sync` makes a cluster agree with this list.
"""

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, TypeAdapter

from topics.changes import AssortmentPolicy, Location, Product, StockMovement
from topics.derived import CheckoutTotals, RestockAlert, StockLevel, TillStatus
from topics.events import till_event_adapter

Cleanup = Literal["delete", "compact"]

DAY_MS = 24 * 60 * 60 * 1000

FOREVER_MS = -1

EVENT_BYTES_MAX = 1024 * 1024
"""Largest message that a client may send: Kafka's own default, which every client assumes.

The broker refuses a larger one before it can be lost; a smaller limit would refuse long carts.
"""

DEAD_LETTER_BYTES_MAX = EVENT_BYTES_MAX + 64 * 1024
"""Room for the headers that a dead letter adds to a message that was itself at the limit."""

DEAD_LETTER_SUFFIX = ".dead-letter"


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """What a topic must be.

    ``by_location`` topics share one partition count and are placed by location alone.
    ``model`` is a pydantic model or adapter for the value, None where the value is opaque.
    """

    name: str
    summary: str
    key: str
    model: type[BaseModel] | TypeAdapter[object] | None
    cleanup: Cleanup
    retention_ms: int
    by_location: bool = True
    message_bytes_max: int = EVENT_BYTES_MAX


TILL_EVENTS = TopicSpec(
    "till.cart-events",
    "What tills say: carts, sales, returns, heartbeats.",
    "location_id",
    till_event_adapter,  # pyright: ignore[reportArgumentType] - an adapter of a union of models
    "delete",
    FOREVER_MS,
)
STOCK_MOVEMENTS = TopicSpec(
    "cdc.stock-movements",
    "Deliveries, transfers, adjustments and stocktakes booked in the database.",
    "location_id",
    StockMovement,
    "delete",
    FOREVER_MS,
)
ASSORTMENT = TopicSpec(
    "cdc.assortment",
    "Which location sells what, and when to reorder it.",
    "location_id",
    AssortmentPolicy,
    "delete",
    FOREVER_MS,
)
PRODUCTS = TopicSpec(
    "cdc.products",
    "The catalog.",
    "sku",
    Product,
    "compact",
    FOREVER_MS,
    by_location=False,
)
LOCATIONS = TopicSpec(
    "cdc.locations",
    "The places that hold stock.",
    "location_id",
    Location,
    "compact",
    FOREVER_MS,
)
STOCK_LEVELS = TopicSpec(
    "stock.levels",
    "On hand, in carts and available, by location and SKU.",
    "location_id/sku",
    StockLevel,
    "compact",
    FOREVER_MS,
)
CHECKOUT_TOTALS = TopicSpec(
    "checkout.totals",
    "Totals of a location and of each till, by business date.",
    "location_id/business_date or location_id/till_id/business_date",
    CheckoutTotals,
    "compact",
    FOREVER_MS,
)
RESTOCK_ALERTS = TopicSpec(
    "restock.alerts",
    "The history of alerts: one raised per crossing.",
    "location_id/sku",
    RestockAlert,
    "delete",
    FOREVER_MS,
)
TILL_STATUS = TopicSpec(
    "till.status",
    "Sequence, duplicates and gaps of each till.",
    "till_id",
    TillStatus,
    "compact",
    FOREVER_MS,
)

INPUTS = (TILL_EVENTS, STOCK_MOVEMENTS, ASSORTMENT, PRODUCTS, LOCATIONS)
OUTPUTS = (STOCK_LEVELS, CHECKOUT_TOTALS, RESTOCK_ALERTS, TILL_STATUS)


def dead_letter_of(spec: TopicSpec) -> TopicSpec:
    """The topic beside an input that takes what cannot be applied, byte for byte."""
    return TopicSpec(
        spec.name + DEAD_LETTER_SUFFIX,
        f"Messages of {spec.name} that could not be applied, with the reason in the headers.",
        "as received",
        None,
        "delete",
        FOREVER_MS,
        spec.by_location,
        DEAD_LETTER_BYTES_MAX,
    )


DEAD_LETTERS = tuple(dead_letter_of(spec) for spec in INPUTS)

ALL = INPUTS + OUTPUTS + DEAD_LETTERS

BY_NAME = {spec.name: spec for spec in ALL}
