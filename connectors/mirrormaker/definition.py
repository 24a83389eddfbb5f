"""The definitions of both mirrors, from where the two clusters are and who the store is there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from clients import java_kafka
from clients.kafka import KafkaAccess
from connectors.connect.errors import ConnectorError
from connectors.connect.secrets import held_in
from topics.mirrored import down_topics, up_topics

UP = "mirror-up"
DOWN = "mirror-down"
"""The connectors' names in Connect. With the alias of their source they name a position: a mirror
that is called otherwise begins with the first record again."""

STORE = "store"
CENTRE = "centre"
"""The clusters' aliases."""

REFRESH_SECONDS = 10
"""How soon a mirror that found its source away looks for topics again: until then it runs without a
task. Kafka's 600 keep a store's feed away for ten minutes after a cut; each look lists topics."""

ADMIN_MS = 10_000
"""For which a mirror that starts while the other side is silent holds up Connect; by Kafka's minute
nothing goes for as long, and shorter takes a slow line for one that is cut."""

LINGER_MS = 20
BATCH_BYTES = 256 * 1024
"""Of what waits to go together: with lz4, a day in the dark drained six times as fast as by Kafka's
0 ms and 16 KiB, and a sale was 20 ms later. More would show on the board."""

RECORD_BYTES_MAX = 9 * 1024 * 1024
"""As the largest that brokers take. A mirror that meets a larger one stops for good, and by Kafka's
own default it would: one megabyte, before it is compressed."""

_MIRROR = "org.apache.kafka.connect.mirror"
_BYTES = "org.apache.kafka.connect.converters.ByteArrayConverter"

_INTERNAL = (".internal", "-internal")
"""Topics that end so are MirrorMaker's own to it, and it passes over them without a word."""


@dataclass(frozen=True, slots=True)
class StoreLink:
    """A store's Kafka and the centre's, as Connect in the store reaches both.

    Files that they name must lie at the same paths on Connect's machine, where its
    DirectoryConfigProvider may read them.
    """

    location_id: str
    store: KafkaAccess
    centre: KafkaAccess


class Direction(NamedTuple):
    """One mirror: its connector, its topics, the alias of where it reads, and that cluster."""

    connector: str
    topics: tuple[str, ...]
    source: str
    access: KafkaAccess


def directions(link: StoreLink) -> tuple[Direction, Direction]:
    """Both, up first."""
    return (
        Direction(UP, up_topics(link.location_id), STORE, link.store),
        Direction(DOWN, down_topics(link.location_id), CENTRE, link.centre),
    )


def definitions(link: StoreLink) -> dict[str, dict[str, str]]:
    """What Connect should be told, by the connector's name; raises `ConnectorError`."""
    _check(link)
    up, down = directions(link)
    store, centre = _client(link.store), _client(link.centre)
    return {
        UP: {
            **_common(UP, up.topics, STORE, CENTRE),
            **_prefixed("source.cluster.", store),
            **_prefixed("target.cluster.", centre),
            # Connect's own producer writes to the store.
            **_prefixed("producer.override.", centre),
        },
        DOWN: {
            **_common(DOWN, down.topics, CENTRE, STORE),
            **_prefixed("source.cluster.", centre),
            **_prefixed("target.cluster.", store),
        },
    }


def _common(name: str, topics: Sequence[str], source: str, target: str) -> dict[str, str]:
    return {
        "name": name,
        "connector.class": f"{_MIRROR}.MirrorSourceConnector",
        "tasks.max": "1",
        "topics": ",".join(each.replace(".", r"\.") for each in topics),
        # By default some names are left out, and a store may bear one of them.
        "topics.exclude": "",
        "source.cluster.alias": source,
        "target.cluster.alias": target,
        "replication.policy.class": f"{_MIRROR}.IdentityReplicationPolicy",
        "replication.factor": "-1",
        "sync.topic.configs.enabled": "false",
        "sync.topic.acls.enabled": "false",
        "emit.offset-syncs.enabled": "false",
        "heartbeats.replication.enabled": "false",
        "refresh.topics.interval.seconds": str(REFRESH_SECONDS),
        "admin.timeout.ms": str(ADMIN_MS),
        "consumer.isolation.level": "read_committed",
        "consumer.auto.offset.reset": "earliest",
        "key.converter": _BYTES,
        "value.converter": _BYTES,
        "header.converter": _BYTES,
        "errors.tolerance": "none",
        "producer.override.acks": "all",
        "producer.override.enable.idempotence": "true",
        "producer.override.linger.ms": str(LINGER_MS),
        "producer.override.batch.size": str(BATCH_BYTES),
        # Every client reads gzip without a library of its own; its fastest level is enough.
        "producer.override.compression.type": "gzip",
        "producer.override.compression.gzip.level": "1",
        "producer.override.max.request.size": str(RECORD_BYTES_MAX),
    }


def _client(access: KafkaAccess) -> dict[str, str]:
    """Settings by which Java's clients come to a cluster; secrets are only named."""
    if access.login is not None:
        raise ConnectorError(f"mirrors come to {access} by a certificate, and by no password")
    newest = {"ssl.enabled.protocols": "TLSv1.3"} if access.tls is not None else {}
    return {**java_kafka.properties(access, held_in), **newest}


def _prefixed(prefix: str, settings: Mapping[str, str]) -> dict[str, str]:
    return {prefix + name: value for name, value in settings.items()}


def _check(link: StoreLink) -> None:
    if link.location_id.endswith(_INTERNAL):
        raise ConnectorError(
            f"MirrorMaker takes down.{link.location_id} for a topic of its own, and would carry "
            "nothing: name the location otherwise"
        )
    if set(link.store.each_server()) & set(link.centre.each_server()):
        raise ConnectorError(
            f"store and centre are one cluster, {link.centre}: nothing is to be mirrored"
        )
