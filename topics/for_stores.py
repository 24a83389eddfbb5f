"""Topics whose rows concern stores and no worker: whoever tells stores reads them."""

from topics.devices import Device
from topics.people import Customer, Employee
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

FOR_STORES = (DEVICES, EMPLOYEES, CUSTOMERS)
