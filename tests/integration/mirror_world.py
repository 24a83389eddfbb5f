"""A store's Kafka and Connect beside the centre's Kafka, and a line between them that may be cut.

Each side has an authority of its own; at the centre the store is `store/shop-1`, and nobody may do
more than the tables of access say.
"""

import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kafka.structs import TopicPartition

from clients import blocking_kafka
from clients.connect import ConnectAccess
from clients.kafka import KafkaAccess
from clients.tls import Tls
from connectors.mirrormaker import keeper
from connectors.mirrormaker.definition import StoreLink
from local import child, jars, kafka, kafka_links, kafka_rules
from local import connect as connect_service
from local.identities import Identities
from local.kafka_links import BROKER
from local.ports import choose
from local.vouching import prepare
from tests.integration.own_broker import tillstream
from tests.integration.process import PATIENCE_SECONDS
from tests.thrown_away import thrown_away
from tests.till_faults.link import Line

SHOP = "shop-1"

PARTITIONS_OF_CENTRE = 4


@dataclass(frozen=True, slots=True)
class Cluster:
    """One side: its broker's address, and who may come in."""

    bootstrap: str
    identities: Identities
    partitions: int

    def tls(self, service: str) -> Tls:
        """The identity of a service."""
        own = self.identities
        return Tls(own.authorities, own.certificate(service), own.key(service))

    def access(self, service: str, bootstrap: str = "") -> KafkaAccess:
        """As a service of that side; the broker itself may do anything."""
        return KafkaAccess(bootstrap or self.bootstrap, self.tls(service))

    def settings(self, service: str) -> dict[str, str]:
        """For the command line, by name."""
        tls = self.tls(service)
        files = {"ca": tls.authorities, "cert": tls.certificate, "key": tls.key}
        told = {f"kafka_{name}": str(file) for name, file in files.items()}
        return {
            **told,
            "home": str(self.identities.folder / "home"),
            "partitions": str(self.partitions),
            "kafka_plaintext": "false",
        }

    def sync(self, *options: str) -> None:
        """`tillstream topics sync`."""
        status, output, errors = tillstream(
            self.bootstrap, "topics", "sync", *options, **self.settings("operator")
        )
        assert status == 0, output + errors

    def topics(self) -> set[str]:
        """All that there are."""
        with blocking_kafka.admin(self.access(BROKER)) as admin:
            return set(admin.list_topics())

    def records(self, topic: str, partition: int = 0, start: int = 0) -> list[Any]:
        """What a reader of what is committed is given, from ``start`` to the end."""
        place = TopicPartition(topic, partition)
        consumer = blocking_kafka.consumer(
            self.access(BROKER), auto_offset_reset="earliest", isolation_level="read_committed"
        )
        try:
            consumer.assign([place])
            consumer.seek(place, start)
            end, found = consumer.end_offsets([place])[place], list[Any]()
            while consumer.position(place) < end:
                for records in consumer.poll(500).values():
                    found += records
            return found
        finally:
            consumer.close()

    def end(self, topic: str) -> int:
        """The offset behind the last record of a topic."""
        place = TopicPartition(topic, 0)
        consumer = blocking_kafka.consumer(self.access(BROKER))
        try:
            return consumer.end_offsets([place])[place]
        finally:
            consumer.close()

    @contextmanager
    def producing(self, service: str, **options: Any) -> Generator[Any]:
        """A producer of a service."""
        producer = blocking_kafka.producer(self.access(service), acks="all", **options)
        try:
            yield producer
        finally:
            producer.close()

    def say(self, service: str, topic: str, values: Sequence[bytes | None], **more: Any) -> None:
        """Write values to a topic of one partition, in order."""
        with self.producing(service, linger_ms=5) as producer:
            for value in values:
                producer.send(topic, value, SHOP.encode(), partition=0, **more)
            producer.flush()


@dataclass
class MirrorWorld:
    """Both sides, the line between them, and Connect in the store."""

    store: Cluster
    centre: Cluster
    line: Line
    connect: ConnectAccess
    service: child.Service
    worker: child.Child

    @property
    def link(self) -> StoreLink:
        """What the definitions are made of."""
        own = self.centre.identities.of_store(SHOP)
        centre = self.centre.access(own, self.line.address.removeprefix("https://"))
        return StoreLink(SHOP, self.store.access("connect"), centre)

    def apply(self) -> Mapping[str, str]:
        """Bring the mirrors to their definitions."""
        return keeper.apply(self.connect, self.link)

    def kill_connect(self) -> None:
        """As a power cut would."""
        self.worker.stop()

    def start_connect(self) -> None:
        """Again."""
        self.worker = child.start(self.service)

    def settings(self) -> dict[str, str]:
        """Of the role that watches, and of the commands about mirrors."""
        link = self.link
        assert link.centre.tls is not None and link.store.tls is not None
        assert self.connect.tls is not None
        named: dict[str, Any] = {
            "kafka": self.store.bootstrap,
            "centre_kafka": link.centre.servers,
            "centre_kafka_ca": link.centre.tls.authorities,
            "centre_kafka_cert": link.centre.tls.certificate,
            "centre_kafka_key": link.centre.tls.key,
            "mirror_cert": link.store.tls.certificate,
            "mirror_key": link.store.tls.key,
            "connect": self.connect.url,
            "connect_ca": self.connect.tls.authorities,
            "connect_cert": self.connect.tls.certificate,
            "connect_key": self.connect.tls.key,
        }
        told = {name: str(value) for name, value in named.items()}
        return {**self.store.settings("mirrors"), **told}


def eventually(holds: Callable[[], bool], lost: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until it holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, lost
        time.sleep(0.1)


@contextmanager
def _broker(folder: Path, bootstrap: int, identities: Identities, **others: str) -> Iterator[None]:
    (controller,) = choose(1)
    service = kafka.service(
        folder / "kafka",
        bootstrap,
        controller,
        jars.class_path(),
        folder / "kafka.log",
        identities,
        {
            name.replace("_", "."): value.replace("CONTROLLER_PORT", str(controller))
            for name, value in others.items()
        },
    )
    process = child.start(thrown_away(service))
    try:
        kafka_rules.admit_operator(kafka.address(bootstrap), identities)
        yield
    finally:
        process.stop()


@contextmanager
def mirror_world(folder: Path) -> Generator[MirrorWorld]:
    """All of it for the length of a block; the mirrors are not yet defined."""
    here, there, link = choose(3)
    identities = folder / "identities"
    identities.mkdir(parents=True)
    store = Cluster(kafka.address(here), prepare(identities / "store"), 1)
    centre = Cluster(
        kafka.address(there), prepare(identities / "centre", stores=[SHOP]), PARTITIONS_OF_CENTRE
    )
    line = Line(f"https://{kafka.address(link)}")
    for side in ("store", "centre"):
        (folder / side).mkdir()
    try:
        with (
            _broker(folder / "store", here, store.identities),
            _broker(folder / "centre", there, centre.identities, **_second_door(there, link, line)),
        ):
            store.sync("--own", SHOP)
            centre.sync("--mirrored", SHOP)
            yield from _with_connect(folder, store, centre, line)
    finally:
        line.close()


def _with_connect(
    folder: Path, store: Cluster, centre: Cluster, line: Line
) -> Iterator[MirrorWorld]:
    (port,) = choose(1)
    service = thrown_away(
        connect_service.service(
            folder / "connect",
            port,
            lambda: kafka_links.java_client(store.bootstrap, store.identities, "connect"),
            jars.class_path(),
            folder / "connect.log",
            store.identities,
            [folder / "identities"],
            connect_service.MIRRORS,
            connect_service.MIRRORS_VISITORS,
        )
    )
    access = ConnectAccess(connect_service.address(port), store.tls("operator"))
    world = MirrorWorld(store, centre, line, access, service, child.start(service))
    try:
        yield world
    finally:
        world.worker.stop()


def _second_door(main: int, link: int, line: Line) -> dict[str, str]:
    """A listener of the link's own, whose advertised address leads over the line and not around."""
    advertised = line.address.removeprefix("https://")
    return {
        "listeners": (
            f"SSL://{kafka.address(main)},LINK://{kafka.address(link)},"
            "CONTROLLER://127.0.0.1:CONTROLLER_PORT"
        ),
        "advertised_listeners": f"SSL://{kafka.address(main)},LINK://{advertised}",
        "listener_security_protocol_map": "SSL:SSL,LINK:SSL,CONTROLLER:SSL",
    }
