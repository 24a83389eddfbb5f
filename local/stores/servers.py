"""A store's own servers, trimmed for a small machine: Kafka, PostgreSQL, Connect for mirrors."""

from collections.abc import Mapping
from dataclasses import replace

from local import connect, kafka, kafka_links, kafka_rules, postgres, postgres_clients
from local.child import Service
from local.postgres_door import by_certificate
from local.stores.site import StoreSite

POSTGRES_SETTINGS: Mapping[str, object] = {
    "shared_buffers": "24MB",
    "max_wal_size": "128MB",
    "jit": "off",
    "max_parallel_workers": 0,
    "autovacuum_max_workers": 1,
}
"""A store's tables have some ten thousand rows, and one machine of two cores."""


def postgres_of(site: StoreSite) -> Service:
    """Its database, behind its own authority."""
    own = site.identities
    door = by_certificate(own.services_alone, own.certificate("postgres"), own.key("postgres"))
    door = replace(door, settings={**door.settings, **POSTGRES_SETTINGS})
    folder, log = site.home.folder / "postgres", site.home.log("postgres")
    return _named(postgres.service(folder, site.port("postgres"), log, door), site)


def kafka_of(site: StoreSite, class_path: str) -> Service:
    """Its broker, which is its own controller."""
    service = kafka.service(
        site.home.folder / "kafka",
        site.port("kafka"),
        site.port("kafka-controller"),
        class_path,
        site.home.log("kafka"),
        site.identities,
        kafka.SMALL_SETTINGS,
        kafka.SMALL,
    )
    return _named(service, site)


def connect_of(site: StoreSite, class_path: str) -> Service:
    """Runs both mirrors; it may read what it is shown and nothing else."""
    service = connect.service(
        site.home.folder / "connect",
        site.port("connect"),
        lambda: kafka_links.java_client(site.address("kafka"), site.identities, "connect"),
        class_path,
        site.home.log("connect"),
        site.identities,
        [site.shown.folder.absolute()],
        connect.MIRRORS,
        connect.MIRRORS_VISITORS,
    )
    return _named(service, site)


def admit_operator(site: StoreSite) -> None:
    """Let the store's operator make access rules in its Kafka; raises `StartError`."""
    kafka_rules.admit_operator(site.address("kafka"), site.identities)


def database(site: StoreSite) -> str:
    """The address of its PostgreSQL, without anybody's name."""
    return postgres.address(site.port("postgres"))


def settings(site: StoreSite) -> dict[str, str]:
    """What every process and command in the store is told."""
    return {
        "home": str(site.home.folder.absolute()),
        "store": site.location_id,
        "partitions": "1",
        "kafka": site.address("kafka"),
        "postgres": database(site),
        **postgres_clients.settings(site.identities),
    }


def _named(service: Service, site: StoreSite) -> Service:
    return replace(service, name=service.name + site.mark)
