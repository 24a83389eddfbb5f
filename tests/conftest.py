"""Real services for the tests, each started once, when a test first asks for it."""

import os
import subprocess
import tempfile
import uuid
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg import sql

from clients.connect import ConnectAccess
from clients.postgres import PostgresAccess
from clients.tls import Tls
from local import child, jars
from local import connect as connect_service
from local import kafka as kafka_service
from local.identities import Identities
from local.ports import choose
from local.vouching import prepare
from tests import open_postgres as postgres_service
from tests.memory import quick_folder
from tests.thrown_away import thrown_away

# A machine that is busy with other tests is slow, and that is no fault of an example.
settings.register_profile("shared", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared")

# Every JVM of the tests is young: without its second compiler a broker starts a second sooner and
# takes 7 s of CPU for that instead of 11, and what it is asked here it never repeats often enough.
os.environ.setdefault("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")

# Brokers of tests that are about something else take everybody in cleartext.
os.environ.setdefault("TILLSTREAM_KAFKA_PLAINTEXT", "true")


@contextmanager
def running(service: child.Service) -> Generator[child.Child]:
    """The service for the length of a block, stopped by its own pid."""
    process = child.start(service)
    try:
        yield process
    finally:
        process.stop()


@pytest.fixture(scope="session")
def services_folder() -> Generator[Path]:
    """Data and logs of the services; not under pytest's own folder, which only its owner enters."""
    folder = tempfile.mkdtemp(prefix="tillstream-tests-", dir=quick_folder())
    try:
        yield Path(folder)
    finally:
        # A thousand databases are a million files: Python takes a minute over them.
        subprocess.run(["rm", "-rf", folder], check=True)


@pytest.fixture(scope="session")
def kafka(services_folder: Path) -> Generator[str]:
    """Bootstrap servers of a real broker that holds nothing but what tests put there."""
    port, controller_port = choose(2)
    folder, log = services_folder / "kafka", services_folder / "logs" / "kafka.log"
    service = kafka_service.service(folder, port, controller_port, jars.class_path(), log)
    with running(thrown_away(service)):
        yield kafka_service.address(port)


@pytest.fixture(scope="session")
def identities(services_folder: Path) -> Identities:
    """Those of the services, as a local stack makes them."""
    return prepare(services_folder / "identities")


@pytest.fixture(scope="session")
def connect(services_folder: Path, kafka: str, identities: Identities) -> Generator[ConnectAccess]:
    """A real Connect worker on that broker, as operators reach it."""
    (port,) = choose(1)
    folder, log = services_folder / "connect", services_folder / "logs" / "connect.log"
    link = {"bootstrap.servers": kafka}
    service = connect_service.service(
        folder, port, lambda: link, jars.class_path(), log, identities
    )
    own = identities.certificate("operator"), identities.key("operator")
    with running(thrown_away(service)):
        yield ConnectAccess(connect_service.address(port), Tls(identities.authorities, *own))


def connect_settings(access: ConnectAccess) -> dict[str, str]:
    """The settings that lead there, by their names."""
    assert access.tls is not None
    files = {"ca": access.tls.authorities, "cert": access.tls.certificate, "key": access.tls.key}
    return {"connect": access.url} | {f"connect_{name}": str(path) for name, path in files.items()}


@pytest.fixture(scope="session")
def postgres_server(services_folder: Path) -> Generator[str]:
    """DSN of a real server's first database, which stays empty."""
    (port,) = choose(1)
    log = services_folder / "logs" / "postgres.log"
    service = postgres_service.service(services_folder / "postgres", port, log)
    with running(thrown_away(service)):
        yield postgres_service.address(port)


def new_database(server: str, template: str) -> str:
    """DSN of a new database, a copy of ``template``, to which nobody may be connected."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    # By its files: page by page through the log, as is the default, takes twice as long.
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(create.format(sql.Identifier(name), sql.Identifier(template)))
    return f"{server.rsplit('/', 1)[0]}/{name}"


def migrated_database(server: str) -> str:
    """DSN of a new database with all migrations applied."""
    from connectors.postgres.migrate import migrate

    dsn = new_database(server, "template1")
    migrate(PostgresAccess(dsn))
    return dsn


@pytest.fixture(scope="session")
def template(postgres_server: str) -> str:
    """Name of a migrated database: to copy it takes a fifth of the time of migrating another."""
    return migrated_database(postgres_server).rsplit("/", 1)[1]


@pytest.fixture(scope="session")
def postgres(postgres_server: str, template: str) -> str:
    """DSN of the migrated database that tests share: use ids of your own in it."""
    return new_database(postgres_server, template)


@pytest.fixture
def fresh_postgres(postgres_server: str, template: str) -> Generator[str]:
    """DSN of a migrated database that nobody has written to, and that goes with the test: some
    hundred of them, of 13 MB each, would fill the memory in which they may lie."""
    dsn = new_database(postgres_server, template)
    yield dsn
    name = sql.Identifier(dsn.rsplit("/", 1)[1])
    gone = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name)  # a test may lose it
    # A slot that a connector has left keeps its database, which goes with the server then.
    with (
        psycopg.connect(postgres_server, autocommit=True) as connection,
        suppress(psycopg.errors.ObjectInUse),
    ):
        connection.execute(gone)


@pytest.fixture
def shop() -> str:
    """A location that no other test uses."""
    return f"shop-{uuid.uuid4().hex[:8]}"
