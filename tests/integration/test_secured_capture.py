"""Debezium comes to PostgreSQL over verified TLS: by certificate, or by a password from a file."""

import json
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from kafka import KafkaConsumer
from kafka.structs import TopicPartition
from psycopg import sql

from clients.connect import ConnectAccess
from clients.kafka import KafkaAccess
from clients.postgres import PostgresAccess
from clients.tls import Tls
from connectors.connect.errors import ConnectorError
from connectors.connect.rest import Connect
from connectors.debezium import keeper
from connectors.debezium.definition import NAME, ROLE, SourceDatabase, definition
from connectors.postgres.migrate import migrate
from local import connect as connect_service
from local import jars, postgres_clients
from local.identities import Identities
from local.ports import choose
from operations.topic_sync.sync import sync
from tests.conftest import running
from tests.integration.own_broker import own_broker
from tests.integration.process import PATIENCE_SECONDS
from tests.integration.secured_postgres import SecuredServer, secured
from topics.registry import PRODUCTS

PARTITIONS = 8

SECRET = "wisteria-4711"

TELLER = "org.apache.kafka.connect.mirror.MirrorHeartbeatConnector"
"""Publishes a name that its definition gives it, once a second."""

PROVIDERS = "org.apache.kafka.common.config.provider"

BY_PASSWORD = f"hostssl by_password {ROLE} 127.0.0.1/32 scram-sha-256\n"


@pytest.fixture(scope="module")
def server(services_folder: Path) -> Generator[SecuredServer]:
    """Migrated by its owner."""
    with secured(services_folder / "captured", BY_PASSWORD) as opened:
        migrate(opened.access("owner"))
        yield opened


@pytest.fixture(scope="module")
def kafka(services_folder: Path) -> Generator[str]:
    """A broker of its own: another test's Connect would join the same group, and be asked to judge
    a definition whose secrets it cannot read."""
    folder = services_folder / "captured-kafka"
    folder.mkdir()
    with own_broker(folder) as bootstrap:
        yield bootstrap


@pytest.fixture(scope="module")
def secrets(services_folder: Path) -> Path:
    """The folder from which Connect may take secrets."""
    folder = services_folder / "secrets"
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def connect(
    services_folder: Path, kafka: str, secrets: Path, identities: Identities
) -> Generator[ConnectAccess]:
    """A Connect worker that takes secrets from files."""
    sync(KafkaAccess(kafka), PARTITIONS, 1, change=True)
    (port,) = choose(1)
    folder, log = services_folder / "connect-secrets", services_folder / "connect-secrets.log"
    link = {"bootstrap.servers": kafka}
    service = connect_service.service(
        folder, port, lambda: link, jars.class_path(), log, identities, [secrets]
    )
    own = identities.certificate("operator"), identities.key("operator")
    with running(service):
        yield ConnectAccess(connect_service.address(port), Tls(identities.authorities, *own))


def by_certificate(server: SecuredServer) -> PostgresAccess:
    """The way of the role that captures, as the local stack has it."""
    own = server.identities
    tls = Tls(own.authorities, own.certificate_alone("cdc"), own.key("cdc"))
    return PostgresAccess(server.address).as_role(ROLE, tls)


def published(kafka: str, sku: str) -> bool:
    """Whether a product came to its topic."""
    consumer = KafkaConsumer(
        PRODUCTS.name, bootstrap_servers=kafka, auto_offset_reset="earliest", group_id=None
    )
    deadline = time.monotonic() + PATIENCE_SECONDS
    try:
        while time.monotonic() < deadline:
            for records in consumer.poll(500).values():
                if any(record.key == sku.encode() for record in records):
                    return True
        return False
    finally:
        consumer.close()


def book(dsn: str, sku: str) -> None:
    with psycopg.connect(dsn) as conn:
        conn.execute(
            "INSERT INTO products (sku, name, category, price_minor) VALUES (%s, 'A', 'c', 1)",
            (sku,),
        )


def test_changes_are_read_by_certificate_and_the_definition_holds_no_secret(
    kafka: str, connect: ConnectAccess, server: SecuredServer
) -> None:
    source = SourceDatabase(by_certificate(server), PARTITIONS, 1)
    keeper.apply(connect, source)
    try:
        book(postgres_clients.dsn(server.address, server.identities), "by-certificate")
        assert published(kafka, "by-certificate"), "the connector reads nothing"
        config = Connect(connect, NAME).config() or {}
        assert config["database.sslmode"] == "verify-full"
        assert "PRIVATE KEY" not in str(config) and "database.password" not in config
        with server.access("owner").connect() as conn:
            row = conn.execute(
                "SELECT version FROM pg_stat_ssl JOIN pg_stat_replication USING (pid)"
            ).fetchone()
        assert row == ("TLSv1.3",)
    finally:
        keeper.remove(connect, source)


def test_changes_are_read_by_a_password_that_stays_in_its_file(
    kafka: str, connect: ConnectAccess, server: SecuredServer, secrets: Path
) -> None:
    address = server.address.replace("/tillstream", "/by_password")
    owner = PostgresAccess(address, server.access("owner").tls, "tillstream")
    with server.access("owner").connect(autocommit=True) as conn:
        conn.execute("CREATE DATABASE by_password")
        conn.execute(sql.SQL("ALTER ROLE {} PASSWORD 'astor42'").format(sql.Identifier(ROLE)))
    migrate(owner)
    file = secrets / "cdc-password"
    file.write_text("astor42")
    way = PostgresAccess(address).as_role(ROLE, Tls(server.identities.authorities), file)
    source = SourceDatabase(way, PARTITIONS, 1)
    keeper.apply(connect, source)
    try:
        book(postgres_clients.dsn(address, server.identities), "by-password")
        assert published(kafka, "by-password"), "the connector reads nothing"
        assert "astor42" not in str(Connect(connect, NAME).config())
        assert keeper.check(connect, source).is_in_order
    finally:
        keeper.remove(connect, source)


def test_a_line_end_that_would_be_part_of_the_password_is_refused(
    server: SecuredServer, tmp_path: Path
) -> None:
    file = tmp_path / "password"
    file.write_text("astor42\n")
    way = PostgresAccess(server.address).as_role(ROLE, Tls(server.identities.authorities), file)
    with pytest.raises(ConnectorError, match="holds more than the password") as refused:
        definition(SourceDatabase(way, PARTITIONS, 1))
    assert "astor42" not in str(refused.value)


def test_javas_driver_is_given_a_file_of_authorities_or_told_so(server: SecuredServer) -> None:
    way = PostgresAccess(server.address).as_role(ROLE, Tls())
    with pytest.raises(ConnectorError, match="TILLSTREAM_POSTGRES_CA"):
        definition(SourceDatabase(way, PARTITIONS, 1))


@dataclass(frozen=True)
class Definer:
    """Somebody who may define connectors, and sees all that comes of it."""

    kafka: str
    connect: ConnectAccess
    log: Path

    def sees(self, name: str, **more: str) -> str:
        """What is said anywhere of a connector that publishes ``name``."""
        definition = json.dumps(self._definition(name) | more).encode()
        _, judged = self._ask("PUT", f"/connector-plugins/{TELLER}/config/validate", definition)
        status, answer = self._ask("PUT", "/connectors/teller/config", definition)
        try:
            how_it_went = self._ending() if status < 400 else ""
        finally:
            self._ask("DELETE", "/connectors/teller")
        logged = self.log.read_text(errors="replace")
        return "\n".join([judged, answer, how_it_went, logged, self._published()])

    def _definition(self, name: str) -> dict[str, str]:
        as_bytes = "org.apache.kafka.connect.converters.ByteArrayConverter"
        return {
            "name": "teller",
            "connector.class": TELLER,
            "source.cluster.alias": name,
            "target.cluster.alias": "here",
            "source.cluster.bootstrap.servers": self.kafka,
            "target.cluster.bootstrap.servers": self.kafka,
            "emit.heartbeats.interval.seconds": "1",
            "heartbeats.topic.replication.factor": "1",
            "key.converter": as_bytes,
            "value.converter": as_bytes,
        }

    def _ask(self, method: str, path: str, body: bytes | None = None) -> tuple[int, str]:
        status, text = self.connect.request(method, path, body, patience_seconds=PATIENCE_SECONDS)
        return status, text.decode()

    def _ending(self) -> str:
        """What Connect says of it once it has published its name, or failed."""
        before, told = self._published("heartbeats"), ""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            _, told = self._ask("GET", "/connectors?expand=info&expand=status")
            if "FAILED" in told or self._published("heartbeats") != before:
                return told
            time.sleep(0.5)
        raise AssertionError(f"the connector neither works nor fails: {told}")

    def _published(self, topic: str = "") -> str:
        """Every record of one topic, or of all."""
        consumer = KafkaConsumer(bootstrap_servers=self.kafka, auto_offset_reset="earliest")
        try:
            places = [
                TopicPartition(each, number)
                for each in sorted(consumer.topics())
                for number in consumer.partitions_for_topic(each) or ()
                if topic in ("", each)
            ]
            consumer.assign(places)
            ends, said = consumer.end_offsets(places), list[bytes]()
            while any((consumer.position(place) or 0) < end for place, end in ends.items()):
                for records in consumer.poll(500).values():
                    said += [(each.key or b"") + (each.value or b"") for each in records]
        finally:
            consumer.close()
        return b"\n".join(said).decode(errors="replace")


@pytest.fixture(scope="module")
def definer(services_folder: Path, kafka: str, connect: ConnectAccess) -> Definer:
    return Definer(kafka, connect, services_folder / "connect-secrets.log")


@pytest.fixture(scope="module")
def elsewhere(services_folder: Path) -> Path:
    """A folder beside the one from which Connect may take secrets."""
    folder = services_folder / "elsewhere"
    folder.mkdir()
    (folder / "password").write_text(f"password={SECRET}")
    return folder


def test_what_a_definition_gets_from_the_folder_is_seen(definer: Definer, secrets: Path) -> None:
    (secrets / "name").write_text("no-secret-at-all")
    assert "no-secret-at-all" in definer.sees(f"${{directory:{secrets}:name}}")


def _brought(provider: str, before: str = "") -> dict[str, str]:
    """Settings that bring a provider, under the name ``own``."""
    named = {"config.providers": "own", "config.providers.own.class": f"{PROVIDERS}.{provider}"}
    return {before + name: value for name, value in named.items()}


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("${directory:ELSEWHERE:password}", {}),
        ("${directory:SECRETS/../elsewhere:password}", {}),
        ("${directory:SECRETS:../elsewhere/password}", {}),
        ("${own:ELSEWHERE:password}", _brought("DirectoryConfigProvider")),
        ("${own:ELSEWHERE/password:password}", _brought("FileConfigProvider")),
        (
            "teller",
            {
                **_brought("FileConfigProvider", "producer.override."),
                "producer.override.client.id": "${own:ELSEWHERE/password:password}",
            },
        ),
        (
            "teller",
            {
                **_brought("FileConfigProvider", "target.cluster."),
                "target.cluster.client.id": "${own:ELSEWHERE/password:password}",
            },
        ),
    ],
    ids=[
        "by its path",
        "a step up",
        "by its name",
        *("a provider", "another"),
        "producer",
        "admin",
    ],
)
def test_a_definition_gets_nothing_from_a_file_elsewhere(
    definer: Definer, secrets: Path, elsewhere: Path, name: str, more: dict[str, str]
) -> None:
    def placed(text: str) -> str:
        return text.replace("ELSEWHERE", str(elsewhere)).replace("SECRETS", str(secrets))

    seen = definer.sees(placed(name), **{key: placed(value) for key, value in more.items()})
    assert SECRET.partition("-")[0] not in seen


def test_a_file_that_is_taken_for_signals_is_not_printed(
    kafka: str, connect: ConnectAccess, server: SecuredServer, definer: Definer, elsewhere: Path
) -> None:
    file = elsewhere / "no-signals"
    file.write_text(f"password={SECRET}\n")
    source = SourceDatabase(by_certificate(server), PARTITIONS, 1)
    asked = {"signal.enabled.channels": "source,file", "signal.file": str(file)}
    asked["signal.poll.interval.ms"] = "100"
    keeper.apply(connect, source)
    try:
        Connect(connect, NAME).put_config(definition(source) | asked)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while file.read_text() and time.monotonic() < deadline:
            time.sleep(0.2)
        assert not file.read_text(), "the file was not looked at: this shows nothing"
        time.sleep(1)
        assert SECRET.partition("-")[0] not in definer.log.read_text()
    finally:
        keeper.remove(connect, source)


@pytest.mark.parametrize("service", ["reader", "board", "worker", "client", "registration"])
def test_who_need_not_define_connectors_does_not_come_in(
    connect: ConnectAccess, identities: Identities, service: str
) -> None:
    own = Tls(identities.authorities, identities.certificate(service), identities.key(service))
    with pytest.raises(OSError):
        ConnectAccess(connect.url, own).request("GET", "/connectors", patience_seconds=5)
