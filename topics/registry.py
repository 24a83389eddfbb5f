"""Every topic: its key, what it holds, how long it keeps it, and which topic takes its dead.

`tillstream topics sync` makes a cluster agree with this list.
"""

from topics.changes import AssortmentPolicy, Location, Product, StockMovement
from topics.dead_letters import RetriedLetters
from topics.decisions import ALERT_HANDLING as ALERT_HANDLING
from topics.decisions import DECISIONS as DECISIONS
from topics.decisions import DOCUMENTS as DOCUMENTS
from topics.decisions import RESTOCK_PROPOSALS as RESTOCK_PROPOSALS
from topics.derived import (
    CheckoutTotals,
    LevelOfProduct,
    ProductStock,
    RestockAlert,
    StockLevel,
    TillStatus,
)
from topics.events import receipt_adapter, till_event_adapter
from topics.for_stores import FOR_STORES as FOR_STORES
from topics.for_stores import OFFERS as OFFERS
from topics.for_stores import PRICES as PRICES
from topics.for_stores import PRICING as PRICING
from topics.for_stores import RECALLS as RECALLS
from topics.for_stores import RULE_TABLES as RULE_TABLES
from topics.for_stores import TOLD_BY as TOLD_BY
from topics.topic_spec import DEAD_LETTER_BYTES_MAX, DEAD_LETTER_SUFFIX, FOREVER_MS
from topics.topic_spec import PARTITIONS_DEFAULT as PARTITIONS_DEFAULT
from topics.topic_spec import TopicSpec as TopicSpec
from topics.topic_spec import kafka_configs as kafka_configs
from topics.upkeep import Generation, SetAside, till_upkeep_adapter

TILL_EVENTS = TopicSpec(
    "till.cart-events",
    "What tills say: carts, sales, returns, heartbeats.",
    "location_id",
    till_event_adapter,
    "delete",
    FOREVER_MS,
    stamped_by_broker=True,
    synced=True,
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
    "Sequence, duplicates, forks and gaps of each till.",
    "location_id/till_id",
    TillStatus,
    "compact",
    FOREVER_MS,
)
LEVELS_BY_PRODUCT = TopicSpec(
    "stock.levels-by-product",
    "Levels on their way to where their SKU is added up: from one agent to another.",
    "sku/location_id",
    LevelOfProduct,
    "compact",
    FOREVER_MS,
    by_location=False,
)
"""As wide as the topics by location, for one application reads both; in the partition of the SKU.
Compacted, it always holds what each location last said, so whoever was away has missed nothing. A
level that is gone is a value here, too: as a tombstone it would have an end, and be missed."""
ACCEPTED = TopicSpec(
    "checkout.accepted",
    "Sales and returns that count, on their way to the receipts: again with each rebuild.",
    "location_id/till_id/epoch/sequence",
    receipt_adapter,
    "compact",
    FOREVER_MS,
    message_bytes_max=DEAD_LETTER_BYTES_MAX,
)
"""Written by who judges till events, in the same transaction as what they change, so that nobody
else has to judge them. Compacted, it holds each once, and a reader that was away misses nothing."""
RECEIPTS = TopicSpec(
    "checkout.receipts",
    "Each accepted sale and return once: no duplicates, forks or training.",
    "location_id/till_id/epoch/sequence",
    receipt_adapter,
    "delete",
    FOREVER_MS,
    message_bytes_max=DEAD_LETTER_BYTES_MAX,
)
PRODUCT_STOCK = TopicSpec(
    "stock.by-product",
    "On hand, in carts and available of each SKU, over all locations.",
    "sku",
    ProductStock,
    "compact",
    FOREVER_MS,
    by_location=False,
)

TILL_UPKEEP = TopicSpec(
    "till.upkeep",
    "What operators decide: a till is forgotten, a gap closed, a row said again.",
    "location_id",
    till_upkeep_adapter,
    "delete",
    FOREVER_MS,
)

INPUTS = (TILL_EVENTS, STOCK_MOVEMENTS, ASSORTMENT, PRODUCTS, LOCATIONS, TILL_UPKEEP)
OUTPUTS = (STOCK_LEVELS, CHECKOUT_TOTALS, RESTOCK_ALERTS, TILL_STATUS)
FURTHER_OUTPUTS = (PRODUCT_STOCK, RECEIPTS)
"""Those of the applications beside the first."""
PRODUCTS_INPUTS = (STOCK_LEVELS, LEVELS_BY_PRODUCT)
"""What the application `agents.products` reads."""
RECEIPTS_INPUTS = (ACCEPTED,)
"""What the application `agents.receipts` reads."""
KEPT_ON_PAGES = (PRODUCTS, LOCATIONS, ASSORTMENT, *PRICING)
"""Master data that people change on the board, which hears here that a change is published."""


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
PRODUCTS_DEAD_LETTERS = tuple(dead_letter_of(spec) for spec in PRODUCTS_INPUTS)
RECEIPTS_DEAD_LETTERS = tuple(dead_letter_of(spec) for spec in RECEIPTS_INPUTS)
ALL_DEAD_LETTERS = (*DEAD_LETTERS, *PRODUCTS_DEAD_LETTERS, *RECEIPTS_DEAD_LETTERS)

RETRIED = TopicSpec(
    "tillstream.dead-letters-retried",
    "Which dead letters have been sent back, so that none is sent twice.",
    "dead-letter topic/partition",
    RetriedLetters,
    "compact",
    FOREVER_MS,
    by_location=False,
)

SET_ASIDE = TopicSpec(
    "tillstream.set-aside",
    "Input messages that operators moved to the dead letters, by topic-partition-offset.",
    "topic-partition-offset",
    SetAside,
    "compact",
    FOREVER_MS,
)
"""In the partition of the message that it names. A worker reads it before it folds anything."""

GENERATIONS = TopicSpec(
    "tillstream.generations",
    "Which generation of state each application id builds and lives on; earlier words hold.",
    "application id",
    Generation,
    "delete",
    FOREVER_MS,
    by_location=False,
)
"""All in its first partition: its words have one order, so that a number is taken once."""

ALL = (
    *(*INPUTS, *OUTPUTS, *FURTHER_OUTPUTS, LEVELS_BY_PRODUCT, ACCEPTED, *DECISIONS),
    *FOR_STORES,
    *TOLD_BY,
    *(*ALL_DEAD_LETTERS, RETRIED, SET_ASIDE, GENERATIONS),
)

BY_NAME = {spec.name: spec for spec in ALL}
