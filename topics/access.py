"""Who may do what at Kafka: every service with the least that it needs, each thing by its name.

Nothing is allowed by prefix: a topic that is made later is nobody's until it is written here.
`tillstream topics sync` keeps a cluster to this. The broker's own principal stands above it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from identity.names import ServiceName
from topics.for_stores import CUSTOMERS, EMPLOYEES, OFFERS
from topics.mirrored import ADMISSION_ID
from topics.registry import (
    ACCEPTED,
    ALL,
    ASSORTMENT,
    DEAD_LETTERS,
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
    TopicSpec,
)
from topics.topic_spec import DEAD_LETTER_SUFFIX

Resource = Literal["topic", "group", "transactional-id", "cluster"]

Operation = Literal[
    "read", "write", "create", "delete", "alter", "describe", "describe-configs", "alter-configs"
]

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


class AccessRule(NamedTuple):
    """One service may, or must not, do one thing with one resource."""

    service: str
    resource: Resource
    name: str
    operation: Operation
    allows: bool = True

    @property
    def principal(self) -> str:
        """The service as Kafka writes it in its rules."""
        return f"User:{ServiceName(self.service).principal()}"


@dataclass(frozen=True, slots=True)
class ServiceAccess:
    """What one service does with topics, and ``more`` that it does with what is no topic."""

    service: str
    summary: str
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    makes: tuple[str, ...] = ()
    more: tuple[tuple[Resource, str, Operation], ...] = field(default=())

    def rules(self) -> Iterable[AccessRule]:
        """The same in Kafka's terms."""
        by_operation: tuple[tuple[Operation, tuple[str, ...]], ...] = (
            ("read", self.reads),
            ("write", self.writes),
            ("create", self.makes),
        )
        for operation, names in by_operation:
            for name in names:
                yield AccessRule(self.service, "topic", name, operation)
        for resource, name, operation in self.more:
            yield AccessRule(self.service, resource, name, operation)


def _names(*specs: Iterable[TopicSpec] | TopicSpec) -> tuple[str, ...]:
    each = [spec for some in specs for spec in ([some] if isinstance(some, TopicSpec) else some)]
    return tuple(dict.fromkeys(spec.name for spec in each))


_CAPTURED = tuple(
    name
    for name in _names(ALL)
    if name.startswith("cdc.") and not name.endswith(DEAD_LETTER_SUFFIX)
)

GATEWAY = ServiceAccess(
    "gateway",
    "passes on what tills say, tells them what the centre has of it, and what they sell by.",
    reads=_names(
        *(TILL_STATUS, STOCK_LEVELS, RECEIPTS),
        *(PRODUCTS, LOCATIONS, ASSORTMENT, PRICING, EMPLOYEES, CUSTOMERS),
    ),
    writes=_names(TILL_EVENTS),
)
"""What a gateway does on the centre's Kafka, be it as a service or as its store."""

SERVICES = (
    ServiceAccess(
        "worker",
        "keeps stock, totals, alerts and till status. It reads what it writes: whoever opens a "
        "partition asks which transactions were left open there.",
        reads=_names(INPUTS, SET_ASIDE, GENERATIONS, OUTPUTS, ACCEPTED, DEAD_LETTERS),
        writes=_names(OUTPUTS, ACCEPTED, DEAD_LETTERS, GENERATIONS),
    ),
    ServiceAccess(
        "products",
        "adds up stock over all locations.",
        reads=_names(PRODUCTS_INPUTS, SET_ASIDE, GENERATIONS, PRODUCT_STOCK, PRODUCTS_DEAD_LETTERS),
        writes=_names(LEVELS_BY_PRODUCT, PRODUCT_STOCK, PRODUCTS_DEAD_LETTERS, GENERATIONS),
    ),
    ServiceAccess(
        "receipts",
        "says each accepted sale and return once.",
        reads=_names(RECEIPTS_INPUTS, SET_ASIDE, RECEIPTS, RECEIPTS_DEAD_LETTERS),
        writes=_names(RECEIPTS, RECEIPTS_DEAD_LETTERS),
    ),
    ServiceAccess(
        "sink",
        "copies topics into PostgreSQL, and shows how much waits.",
        reads=_names(INPUTS, OUTPUTS, DEAD_LETTERS),
        more=(("cluster", CLUSTER, "describe"),),
    ),
    ServiceAccess("webhooks", "tells alerts.", reads=_names(OUTPUTS)),
    ServiceAccess(
        "board",
        "shows what is derived, and whether master data that was changed on it is published.",
        reads=_names(OUTPUTS, KEPT_ON_PAGES),
    ),
    ServiceAccess(
        "shadow",
        "tries other agents beside the live ones, into topics of its own; see `operations.shadow`.",
        reads=_names(INPUTS, SET_ASIDE),
    ),
    ServiceAccess("simulator", "sells as tills do.", writes=_names(TILL_EVENTS)),
    GATEWAY,
    ServiceAccess(
        "admission",
        "moves on what stores send, each for itself alone; see `topics.store_access`.",
        writes=_names(TILL_EVENTS, STOCK_MOVEMENTS, OFFERS),
        more=(("group", ADMISSION_ID, "read"), ("transactional-id", ADMISSION_ID, "write")),
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
        reads=_names(ALL),
        writes=_names(spec for spec in INPUTS if spec is not TILL_UPKEEP),
        more=(("group", ANY, "read"),),
    ),
    ServiceAccess(
        "operator",
        "whoever gives commands, and the workers that commands start.",
        more=(
            *(("topic", name, each) for name in _names(ALL) for each in ADMINISTERS),
            *(("cluster", CLUSTER, each) for each in ("alter", "describe", "describe-configs")),
            *(("group", each, "describe") for each in (CONNECT_GROUP, ADMISSION_ID)),
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
    return allowed | {_not_in_group("client", each) for each in (CONNECT_GROUP, ADMISSION_ID)}


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
