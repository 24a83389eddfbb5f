"""Topics whose rows concern stores and no worker: whoever tells stores reads them."""

from topics.devices import Device
from topics.people import Customer, Employee
from topics.pricing import Offer, Price, Recall
from topics.rule_tables import RuleTable
from topics.store_customers import StoreCustomer
from topics.store_status import StoreStatus
from topics.topic_spec import FOREVER_MS, TopicSpec

DEVICES = TopicSpec(
    "cdc.devices",
    "Which devices a location has, and whether each may take part.",
    "location_id",
    Device,
    "delete",
    FOREVER_MS,
)
EMPLOYEES = TopicSpec(
    "cdc.employees",
    "Whom a card and a PIN let in at a till, and what they may do.",
    "employee_id",
    Employee,
    "compact",
    FOREVER_MS,
    by_location=False,
)
CUSTOMERS = TopicSpec(
    "cdc.customers",
    "Who buys, by a random id; names and contacts are sealed under a key of each customer's own.",
    "customer_id",
    Customer,
    "compact",
    FOREVER_MS,
    by_location=False,
)

PRICES = TopicSpec(
    "cdc.prices",
    "What products cost at a time, everywhere or at one location.",
    "sku",
    Price,
    "delete",
    FOREVER_MS,
    by_location=False,
)
OFFERS = TopicSpec(
    "cdc.offers",
    "Offers of a location's own, within the centre's limit.",
    "location_id",
    Offer,
    "delete",
    FOREVER_MS,
)
RECALLS = TopicSpec(
    "cdc.recalls",
    "Products, or lots of them, that may not be sold.",
    "sku",
    Recall,
    "delete",
    FOREVER_MS,
    by_location=False,
)
RULE_TABLES = TopicSpec(
    "cdc.rule-tables",
    "Decision tables, whole, a row for each version.",
    "table_name",
    RuleTable,
    "delete",
    FOREVER_MS,
    by_location=False,
)

PRICING = (PRICES, OFFERS, RECALLS, RULE_TABLES)
"""What a till charges by. Each key has many rows, so nothing is compacted away."""

FOR_STORES = (DEVICES, EMPLOYEES, CUSTOMERS, *PRICING)

STORE_STATUS = TopicSpec(
    "store.status",
    "How far each store is with what it is told, by its own word.",
    "location_id",
    StoreStatus,
    "compact",
    FOREVER_MS,
)
STORE_CUSTOMERS = TopicSpec(
    "tillstream.store-customers",
    "Who has bought where, so that a store is told of its own customers and no others.",
    "location_id/customer_id",
    StoreCustomer,
    "compact",
    FOREVER_MS,
)

TOLD_BY = (STORE_STATUS, STORE_CUSTOMERS)
"""What no database says, and decides what a store is told."""
