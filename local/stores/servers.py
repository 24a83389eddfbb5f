"""A store's own servers, trimmed for a small machine: Kafka, PostgreSQL, Connect for mirrors."""

from collections.abc import Mapping
from dataclasses import replace

from local import connect, kafka, kafka_links, kafka_rules, postgres, postgres_clients
from local.child import Service
from local.postgres_door import by_certificate
from local.stores.place import StorePlace

POSTGRES_SETTINGS: Mapping[str, object] = {
    "shared_buffers": "24MB",
    "max_wal_size": "128MB",
    "jit": "off",
    "max_parallel_workers": 0,
    "autovacuum_max_workers": 1,
}
"""A store's tables have some ten thousand rows, and one machine of two cores."""


def postgres_of(place: StorePlace) -> Service:
    """Its database, behind its own authority."""
    own = place.identities
    door = by_certificate(own.services_alone, own.certificate("postgres"), own.key("postgres"))
    door = replace(door, settings={**door.settings, **POSTGRES_SETTINGS})
    folder, log = place.home.folder / "postgres", place.home.log("postgres")
    return _named(postgres.service(folder, place.port("postgres"), log, door), place)


def kafka_of(place: StorePlace, class_path: str) -> Service:
    """Its broker, which is its own controller."""
    service = kafka.service(
        place.home.folder / "kafka",
        place.port("kafka"),
        place.port("kafka-controller"),
        class_path,
        place.home.log("kafka"),
        place.identities,
        kafka.SMALL_SETTINGS,
        kafka.SMALL,
    )
    return _named(service, place)


def connect_of(place: StorePlace, class_path: str) -> Service:
    """Runs both mirrors; it may read what it is shown and nothing else."""
    service = connect.service(
        place.home.folder / "connect",
        place.port("connect"),
        lambda: kafka_links.java_client(place.address("kafka"), place.identities, "connect"),
        class_path,
        place.home.log("connect"),
        place.identities,
        [place.shown.folder.absolute()],
        connect.MIRRORS,
        connect.MIRRORS_VISITORS,
    )
    return _named(service, place)


def admit_operator(place: StorePlace) -> None:
    """Let the store's operator make access rules in its Kafka; raises `StartError`."""
    kafka_rules.admit_operator(place.address("kafka"), place.identities)


def database(place: StorePlace) -> str:
    """The address of its PostgreSQL, without anybody's name."""
    return postgres.address(place.port("postgres"))


def settings(place: StorePlace) -> dict[str, str]:
    """What every process and command in the store is told."""
    return {
        "home": str(place.home.folder.absolute()),
        "store": place.location_id,
        "partitions": "1",
        "kafka": place.address("kafka"),
        "postgres": database(place),
        **postgres_clients.settings(place.identities),
    }


def _named(service: Service, place: StorePlace) -> Service:
    return replace(service, name=service.name + place.mark)
