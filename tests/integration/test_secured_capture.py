"""Debezium comes to PostgreSQL over verified TLS: by certificate, or by a password from a file."""

import time
from collections.abc import Generator
from pathlib import Path

import psycopg
import pytest
from kafka import KafkaConsumer
from psycopg import sql

from clients.connect import ConnectAccess
from clients.kafka import KafkaAccess
from clients.postgres import PostgresAccess
from clients.tls import Tls
from connectors.debezium import keeper
from connectors.debezium.definition import NAME, ROLE, SourceDatabase, definition
from connectors.debezium.errors import ConnectorError
from connectors.debezium.rest import Connect
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
        folder, port, lambda: link, jars.class_path(), log, identities, secrets
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
