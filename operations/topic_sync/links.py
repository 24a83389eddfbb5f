"""Topics of the links between the centre and stores with a Kafka of their own, on either side."""

from collections.abc import Collection, Mapping
from types import MappingProxyType

from clients.kafka import KafkaAccess
from operations.kafka.admin import admin
from operations.kafka.reader import telling_where
from operations.topic_sync.findings import TopicFinding
from operations.topic_sync.sync import sync
from topics.access import AccessRule
from topics.mirrored import PARTITIONS, Side, links_among, specs
from topics.store_access import rules_of_link

Links = Mapping[str, Side]
"""Locations, and on which side of each one's link a cluster is."""

NO_LINKS: Links = MappingProxyType({})


def links_of(kafka: KafkaAccess, mirrored: Collection[str], own: str | None = None) -> Links:
    """The links of which a cluster has topics already, with those that are named: the stores
    ``mirrored`` here, or the one whose ``own`` cluster this is. Raises `KafkaAway`."""
    with telling_where(kafka), admin(kafka) as client:
        there = links_among(client.list_topics())
    named: dict[str, Side] = dict.fromkeys(mirrored, "centre")
    return {**there, **named, **({own: "store"} if own else {})}


def sync_links(
    kafka: KafkaAccess, links: Links, replication: int, *, change: bool
) -> list[TopicFinding]:
    """Compare the topics of all links, and with ``change`` create and set. Raises `SyncError`."""
    wanted = [spec for location_id, side in links.items() for spec in specs(location_id, side)]
    return sync(kafka, PARTITIONS, replication, change=change, specs=wanted) if wanted else []


def of_links(links: Links) -> set[AccessRule]:
    """What services do with these topics."""
    return {rule for each in links.items() for rule in rules_of_link(*each)}
