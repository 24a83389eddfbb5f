"""What a store may do at the centre's Kafka, and what services do with its topics on either side.

Each rule names its topic in full, as those of services do. `tillstream topics sync` keeps them.
"""

from collections.abc import Iterator
from typing import NamedTuple

from identity.names import StoreName
from topics.access import ADMINISTERS, CONNECT_TOPICS, GATEWAY, AccessRule, Operation, Resource
from topics.mirrored import (
    REPORTS_UP,
    UP,
    Side,
    down_topics,
    inputs_of,
    letters_topic,
    specs,
    up_topic,
    up_topics,
)
from topics.registry import ASSORTMENT, LOCATIONS, PRODUCTS
from topics.replicated import REPLICATION_ID


class StoreRule(NamedTuple):
    """One store may do one thing with one topic."""

    location_id: str
    resource: Resource
    name: str
    operation: Operation
    allows: bool = True

    @property
    def principal(self) -> str:
        """The store as Kafka writes it in its rules."""
        return principal_of(self.location_id)


def principal_of(location_id: str) -> str:
    """A store as Kafka writes it in its rules."""
    return f"User:{StoreName(location_id).principal()}"


def rules_of_store(location_id: str) -> set[StoreRule]:
    """What the store of that location may do whose gateway stands at the centre's Kafka: what its
    gateway does."""
    return {
        StoreRule(location_id, rule.resource, rule.name, rule.operation) for rule in GATEWAY.rules()
    }


def rules_of_mirrored(location_id: str) -> set[StoreRule]:
    """What the store of that location may do that has a Kafka of its own: its mirrors write what
    it sends and read what it is sent. They need no group, and make no topic."""
    write = {StoreRule(location_id, "topic", each, "write") for each in up_topics(location_id)}
    read = {StoreRule(location_id, "topic", each, "read") for each in down_topics(location_id)}
    return write | read


def rules_of_link(location_id: str, side: Side) -> set[AccessRule]:
    """What services do with the topics of a store, on one side of its link."""
    return {*_tended(location_id, side), *(_BY_SIDE[side](location_id))}


def _tended(location_id: str, side: Side) -> Iterator[AccessRule]:
    for spec in specs(location_id, side):
        yield AccessRule("client", "topic", spec.name, "read")
        for operation in ADMINISTERS:
            yield AccessRule("operator", "topic", spec.name, operation)


def _at_centre(location_id: str) -> Iterator[AccessRule]:
    for what, name in zip(UP, up_topics(location_id), strict=True):
        yield AccessRule("admission", "topic", name, "read")
        yield AccessRule("admission", "topic", letters_topic(location_id, what), "write")
    yield from _fed(location_id)


def _fed(location_id: str) -> Iterator[AccessRule]:
    """Who writes feeds reads them, too: what a store was told is known from there alone."""
    for name in down_topics(location_id):
        yield AccessRule("feeds", "topic", name, "read")
        yield AccessRule("feeds", "topic", name, "write")


def _in_store(location_id: str) -> Iterator[AccessRule]:
    """The gateway says and hears, worker and sink read what was said, Connect carries it, and who
    watches sees how far it is. A program of the user's may write the inputs, as at the centre. Who
    replicates tells workers what came down, and the centre how far the store is with its
    feed."""
    for name in inputs_of(location_id).values():
        yield AccessRule("worker", "topic", name, "read")
        yield AccessRule("sink", "topic", name, "read")
        yield AccessRule("client", "topic", name, "write")
    for name in up_topics(location_id):
        yield AccessRule("gateway", "topic", name, "write")
        yield AccessRule("connect", "topic", name, "read")
        yield AccessRule("mirrors", "topic", name, "read")
    for name in down_topics(location_id):
        yield AccessRule("gateway", "topic", name, "read")
        yield AccessRule("connect", "topic", name, "write")
    yield AccessRule("replication", "topic", down_topics(location_id)[0], "read")
    for spec in (PRODUCTS, ASSORTMENT, LOCATIONS):
        yield AccessRule("replication", "topic", spec.name, "write")
    yield AccessRule("replication", "transactional-id", REPLICATION_ID, "write")
    yield AccessRule("replication", "topic", up_topic(location_id, REPORTS_UP), "write")
    offsets = CONNECT_TOPICS[1]
    yield AccessRule("mirrors", "topic", offsets, "read")
    yield AccessRule("mirrors", "topic", offsets, "write")


_BY_SIDE = {"centre": _at_centre, "store": _in_store}
