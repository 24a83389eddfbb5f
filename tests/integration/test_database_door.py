"""The door of the local stack's PostgreSQL: who is let in, and as whom, on the real server."""

import shutil
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg import errors

from clients.postgres import PostgresAccess
from clients.tls import Tls
from connectors.postgres import access
from connectors.postgres.migrate import migrate
from identity import files
from identity.authority import Authority
from identity.names import Name, ServiceName, StoreName, TillName
from local import postgres_clients
from local.postgres_door import OWNER, SERVICES
from local.vouching import prepare
from tests.integration.secured_postgres import SecuredServer, secured
from tests.integration.test_database_roles import entry

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def server(services_folder: Path) -> Generator[SecuredServer]:
    """Migrated by its owner."""
    with secured(services_folder / "door") as opened:
        migrate(opened.access("owner"))
        yield opened


@pytest.mark.parametrize(
    ("service", "role"), [(name, role) for name, roles in SERVICES.items() for role in roles]
)
def test_a_service_comes_in_as_its_own_role(server: SecuredServer, service: str, role: str) -> None:
    with server.access(service, role).connect() as conn:
        row = conn.execute(
            "SELECT current_user, version, ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
        ).fetchone()
        assert row == (role, "TLSv1.3", True)


def test_every_role_has_a_service_and_no_other_is_named() -> None:
    named = {role for roles in SERVICES.values() for role in roles}
    assert named == {OWNER, *access.ROLES}


@pytest.mark.parametrize("service", sorted({*SERVICES, "worker", "kafka", "metrics"}))
def test_a_certificate_opens_the_door_for_no_other_role(
    server: SecuredServer, service: str
) -> None:
    for role in {OWNER, "postgres", *access.ROLES} - set(SERVICES.get(service, ())):
        with pytest.raises(psycopg.OperationalError, match="certificate authentication failed"):
            server.access(service, role).connect()


def test_the_role_that_made_the_cluster_does_not_come_in(server: SecuredServer) -> None:
    for service in SERVICES:
        with pytest.raises(psycopg.OperationalError, match="certificate authentication failed"):
            server.access(service, "postgres").connect()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(host=str(server.folder / "data"), user="postgres")


@pytest.mark.parametrize("user", ["postgres", OWNER, access.SINK, access.READER])
def test_cleartext_is_refused(server: SecuredServer, user: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="no encryption"):
        server.knocks(sslmode="disable", user=user)


def test_nobody_comes_in_without_a_certificate(server: SecuredServer) -> None:
    with pytest.raises(psycopg.OperationalError, match="requires a valid client certificate"):
        server.knocks(user=access.READER, sslcertmode="disable")


def test_a_password_is_no_certificate(server: SecuredServer) -> None:
    with server.access("owner").connect() as conn:
        conn.execute("ALTER ROLE tillstream_reader PASSWORD 'astor42'")
    with pytest.raises(psycopg.OperationalError, match="requires a valid client certificate"):
        server.knocks(user=access.READER, password="astor42", sslcertmode="disable")


def test_a_foreign_authority_vouches_for_nobody(server: SecuredServer, tmp_path: Path) -> None:
    with pytest.raises(psycopg.OperationalError, match=r"unknown ca"):
        server.foreign(ServiceName("sink"), tmp_path).connect()


def test_who_issues_for_devices_makes_no_service(server: SecuredServer, tmp_path: Path) -> None:
    devices = server.identities.devices
    taken = Authority(files.read_certificates(devices[0]), files.read_key(devices[1]))
    with pytest.raises(psycopg.OperationalError, match="unknown ca"):
        server.way(taken, ServiceName("sink"), tmp_path).connect()


@pytest.mark.parametrize(
    "name",
    [
        TillName("shop-1", "sink"),
        TillName("service", "sink"),
        StoreName("sink"),
        ServiceName("sink.board"),
        ServiceName("Sink"),
        ServiceName("tillstream_sink"),
    ],
    ids=str,
)
def test_a_name_that_looks_like_a_services_is_none(
    server: SecuredServer, tmp_path: Path, name: Name
) -> None:
    with pytest.raises(psycopg.OperationalError, match="certificate authentication failed"):
        server.issued(name, tmp_path).connect()


@pytest.mark.parametrize(
    ("begins", "ends"), [(-400, -1), (1, 2), (365, 366)], ids=["over", "tomorrow", "a year ahead"]
)
def test_a_certificate_opens_in_its_time_only(
    server: SecuredServer, tmp_path: Path, begins: int, ends: int
) -> None:
    days = timedelta(days=begins), timedelta(days=ends)
    with pytest.raises(psycopg.OperationalError, match=r"expired|bad certificate"):
        server.issued(ServiceName("sink"), tmp_path, *days).connect()


def test_nothing_older_than_tls_1_3_is_spoken(server: SecuredServer) -> None:
    with pytest.raises(psycopg.OperationalError, match="protocol version"):
        server.knocks(ssl_max_protocol_version="TLSv1.2", user=access.READER)


def test_a_server_of_another_authority_is_not_believed(
    server: SecuredServer, tmp_path: Path
) -> None:
    other = prepare(tmp_path / "others")
    tls = Tls(other.authorities, other.certificate("sink"), other.key("sink"))
    with pytest.raises(psycopg.OperationalError, match="certificate verify failed"):
        PostgresAccess(server.address, tls, access.SINK).connect()


def test_a_server_of_another_name_is_not_believed(server: SecuredServer) -> None:
    elsewhere = server.address.replace("127.0.0.1", "127.0.0.2")
    # The address is checked against the name that was asked for, wherever the packets go.
    tls = server.access("sink").tls
    with pytest.raises(psycopg.OperationalError, match="does not match host name"):
        PostgresAccess(f"{elsewhere}?hostaddr=127.0.0.1", tls, access.SINK).connect()


def test_the_key_beside_the_data_is_the_servers_alone(server: SecuredServer) -> None:
    for name in ("server.key", "server.crt", "pg_hba.conf", "pg_ident.conf"):
        assert (server.folder / "data" / name).stat().st_mode & 0o077 == 0, name


def test_what_is_told_to_programs_lets_them_book_and_read(server: SecuredServer) -> None:
    told = postgres_clients.dsn(server.address, server.identities)
    with psycopg.connect(told) as conn:
        conn.execute(
            "INSERT INTO stock_movements (location_id, sku, quantity, reason) "
            "VALUES ('a', 'b', 1, 'delivery')"
        )
        conn.execute("SELECT * FROM stock_levels")
        with pytest.raises(errors.InsufficientPrivilege):
            conn.execute("INSERT INTO stock_ledger DEFAULT VALUES")


def test_an_entry_of_the_log_names_the_certificate(server: SecuredServer) -> None:
    for service in ("board", "operator"):
        with server.access(service, access.BOARD).connect() as conn:
            conn.execute("SELECT set_config('tillstream.who', 'anna', true)")
            conn.execute(
                "SELECT record_in_audit_log('sign_in', %s, NULL, NULL)", (f"users/{service}",)
            )
        dsn = postgres_clients.dsn(server.address, server.identities, "owner")
        written = entry(dsn, f"users/{service}")
        assert (written["who"], written["database_role"]) == ("anna", access.BOARD)
        assert written["shown_by"] == f"cert:CN={service},OU=service,O=Tillstream"


def test_another_authority_ends_every_key_of_before(services_folder: Path) -> None:
    folder = services_folder / "lost"
    with secured(folder) as opened:
        migrate(opened.access("owner"))
        own = opened.identities
        lost = folder / "lost.pem", folder / "lost.key"
        for file, kept in zip((own.certificate("sink"), own.key("sink")), lost, strict=True):
            shutil.copy(file, kept)
        PostgresAccess(opened.address, Tls(own.authorities, *lost), access.SINK).connect().close()
    for file in own.issuing:
        file.unlink()
    with secured(folder) as opened:
        opened.access("sink").connect().close()
        with pytest.raises(psycopg.OperationalError, match="unknown ca"):
            PostgresAccess(opened.address, Tls(own.authorities, *lost), access.SINK).connect()
