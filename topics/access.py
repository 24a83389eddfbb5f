"""Who may do what at Kafka: every service with the least that it needs, each thing by its name.

Nothing is allowed by prefix: a topic that is made later is nobody's until it is written here.
`tillstream topics sync` keeps a cluster to this. The broker's own principal stands above it.
"""

from collections.abc import Iterable

from topics.access_terms import AccessRule as AccessRule
from topics.access_terms import Operation as Operation
from topics.access_terms import Resource as Resource
from topics.access_terms import ServiceAccess as ServiceAccess
from topics.access_terms import names_of
from topics.for_stores import (
    CUSTOMERS,
    DEVICES,
    EMPLOYEES,
    OFFERS,
    STORE_CUSTOMERS,
    STORE_STATUS,
)
from topics.mirrored import ADMISSION_ID, FEED_WRITERS, FEEDS_ID
from topics.registry import (
    ACCEPTED,
    ALL,
    ASSORTMENT,
    DEAD_LETTERS,
    DOCUMENTS,
    GENERATIONS,
    INPUTS,
    KEPT_ON_PAGES,
    LEVELS_BY_PRODUCT,
    LOCATIONS,
    OUTPUTS,
    PRICING,
    PRODUCT_STOCK,
    PRODUCTS,
    PRODUCTS_DEAD_LETTERS,
    PRODUCTS_INPUTS,
    RECEIPTS,
    RECEIPTS_DEAD_LETTERS,
    RECEIPTS_INPUTS,
    SET_ASIDE,
    STOCK_LEVELS,
    STOCK_MOVEMENTS,
    TILL_EVENTS,
    TILL_STATUS,
    TILL_UPKEEP,
)
from topics.topic_spec import DEAD_LETTER_SUFFIX

CLUSTER = "kafka-cluster"
"""Kafka's own name of the resource that is the cluster."""

ANY = "*"
"""Kafka's own name of all groups, whatever they are called."""

OFFSETS = "__consumer_offsets"
"""Kafka's own; who is told of a transaction is told which topics are in it."""

CONNECT_GROUP = "tillstream-connect"

CONNECT_TOPICS = ("connect.configs", "connect.offsets", "connect.status")

HEARTBEATS = "__debezium-heartbeat.tillstream"
"""Where Debezium says that it lives."""

ADMINISTERS: tuple[Operation, ...] = (
    *("read", "write", "create", "delete", "alter"),
    *("describe-configs", "alter-configs"),
)
"""With a topic; to read it includes that it is shown."""


_CAPTURED = tuple(
    name
    for name in names_of(ALL)
    if name.startswith("cdc.") and not name.endswith(DEAD_LETTER_SUFFIX)
)

GATEWAY = ServiceAccess(
    "gateway",
    "passes on what tills say, tells them what the centre has of it, and what they sell by.",
    reads=names_of(
        *(TILL_STATUS, STOCK_LEVELS, RECEIPTS),
        *(PRODUCTS, LOCATIONS, ASSORTMENT, PRICING, EMPLOYEES, CUSTOMERS),
    ),
    writes=names_of(TILL_EVENTS),
)
"""What a gateway does on the centre's Kafka, be it as a service or as its store."""

_GROUPS = (CONNECT_GROUP, ADMISSION_ID, FEEDS_ID)
"""In which services keep positions."""

SERVICES = (
    ServiceAccess(
        "worker",
        "keeps stock, totals, alerts and till status. It reads what it writes: whoever opens a "
        "partition asks which transactions were left open there.",
        reads=names_of(INPUTS, SET_ASIDE, GENERATIONS, OUTPUTS, ACCEPTED, DEAD_LETTERS),
        writes=names_of(OUTPUTS, ACCEPTED, DEAD_LETTERS, GENERATIONS),
    ),
    ServiceAccess(
        "products",
        "adds up stock over all locations.",
        reads=names_of(
            PRODUCTS_INPUTS, SET_ASIDE, GENERATIONS, PRODUCT_STOCK, PRODUCTS_DEAD_LETTERS
        ),
        writes=names_of(LEVELS_BY_PRODUCT, PRODUCT_STOCK, PRODUCTS_DEAD_LETTERS, GENERATIONS),
    ),
    ServiceAccess(
        "receipts",
        "says each accepted sale and return once.",
        reads=names_of(RECEIPTS_INPUTS, SET_ASIDE, RECEIPTS, RECEIPTS_DEAD_LETTERS),
        writes=names_of(RECEIPTS, RECEIPTS_DEAD_LETTERS),
    ),
    ServiceAccess(
        "sink",
        "copies topics into PostgreSQL, and shows how much waits.",
        reads=names_of(INPUTS, OUTPUTS, DEAD_LETTERS),
        more=(("cluster", CLUSTER, "describe"),),
    ),
    ServiceAccess("webhooks", "tells alerts.", reads=names_of(OUTPUTS)),
    ServiceAccess(
        "board",
        "shows what is derived, what stores say of themselves, and whether master data that was "
        "changed on it is published.",
        reads=names_of(OUTPUTS, KEPT_ON_PAGES, STORE_STATUS),
    ),
    ServiceAccess(
        "shadow",
        "tries other agents beside the live ones, into topics of its own; see `operations.shadow`.",
        reads=names_of(INPUTS, SET_ASIDE),
    ),
    ServiceAccess("simulator", "sells as tills do.", writes=names_of(TILL_EVENTS)),
    GATEWAY,
    ServiceAccess(
        "admission",
        "moves on what stores send, each for itself alone; see `topics.store_access`.",
        writes=names_of(TILL_EVENTS, STOCK_MOVEMENTS, OFFERS, STORE_STATUS),
        more=(("group", ADMISSION_ID, "read"), ("transactional-id", ADMISSION_ID, "write")),
    ),
    ServiceAccess(
        "feeds",
        "tells each store what is its own, in its feed; see `topics.store_access`.",
        reads=names_of(
            *(PRODUCTS, LOCATIONS, ASSORTMENT, PRICING, EMPLOYEES, CUSTOMERS, DEVICES),
            *(DOCUMENTS, STOCK_LEVELS, RECEIPTS, TILL_STATUS, STORE_STATUS, STORE_CUSTOMERS),
        ),
        writes=names_of(STORE_CUSTOMERS),
        more=(
            ("group", FEEDS_ID, "read"),
            *(
                ("transactional-id", f"{FEEDS_ID}-{writer}", "write")
                for writer in range(FEED_WRITERS)
            ),
        ),
    ),
    ServiceAccess(
        "connect",
        "brings what the database changes.",
        reads=CONNECT_TOPICS,
        writes=(*_CAPTURED, *CONNECT_TOPICS, HEARTBEATS),
        makes=(*CONNECT_TOPICS, HEARTBEATS),
        more=(
            ("group", CONNECT_GROUP, "read"),
            *(("topic", name, "describe-configs") for name in CONNECT_TOPICS),
        ),
    ),
    ServiceAccess(
        "client",
        "any program of the user's: it may write the inputs and read everything.",
        reads=names_of(ALL),
        writes=names_of(spec for spec in INPUTS if spec is not TILL_UPKEEP),
        more=(("group", ANY, "read"),),
    ),
    ServiceAccess(
        "operator",
        "whoever gives commands, and the workers that commands start.",
        more=(
            *(("topic", name, each) for name in names_of(ALL) for each in ADMINISTERS),
            *(("cluster", CLUSTER, each) for each in ("alter", "describe", "describe-configs")),
            *(("group", each, "describe") for each in _GROUPS),
            ("topic", OFFSETS, "describe"),
        ),
    ),
)
"""By what each does. The state of an application is its own, see `rules_of_state`."""

STATE_KEEPERS = ("worker", "products", "receipts")
"""Services that keep a state."""


def static_rules() -> set[AccessRule]:
    """All that does not depend on how applications are called."""
    allowed = {rule for each in SERVICES for rule in each.rules()}
    return allowed | {_not_in_group("client", each) for each in _GROUPS}


def rules_of_state(
    service: str, state_id: str, changelog: str, partitions: int
) -> Iterable[AccessRule]:
    """What ``service`` does with a state: its group, its changelog, one transactional id for each
    partition. Operators tend it, and nobody else's program may enter its group."""
    yield AccessRule(service, "group", state_id, "read")
    for operation in ("read", "write", "create"):
        yield AccessRule(service, "topic", changelog, operation)
    for partition in range(partitions):
        yield AccessRule(service, "transactional-id", f"{state_id}-{partition}", "write")
    yield AccessRule("client", "topic", changelog, "read")
    yield _not_in_group("client", state_id)


def rules_of_tending(state_id: str, changelog: str, partitions: int) -> Iterable[AccessRule]:
    """What operators do with a state, beside running workers on it."""
    yield from rules_of_state("operator", state_id, changelog, partitions)
    for operation in ADMINISTERS:
        yield AccessRule("operator", "topic", changelog, operation)
    for operation in ("describe", "delete"):
        yield AccessRule("operator", "group", state_id, operation)


def _not_in_group(service: str, group: str) -> AccessRule:
    return AccessRule(service, "group", group, "read", allows=False)
