"""PostgreSQL behind the door of the local stack, or another, and ways to it."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from clients.postgres import PostgresAccess
from clients.tls import Tls
from connectors.postgres import access
from identity import files
from identity.authority import Authority, new_key
from identity.names import Name
from local import postgres
from local.identities import Identities
from local.ports import choose
from local.postgres_door import SERVICES, PostgresDoor, by_certificate
from local.vouching import prepare
from tests.conftest import running

NOW = datetime.now(UTC)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class SecuredServer:
    """The server as the local stack starts it, migrated by its owner."""

    address: str
    port: int
    identities: Identities
    folder: Path

    def access(self, service: str, role: str = "") -> PostgresAccess:
        """The way of a service; as ``role``, or as its own."""
        own = self.identities
        tls = Tls(own.authorities, own.certificate(service), own.key(service))
        return PostgresAccess(self.address, tls, role or SERVICES[service][0])

    def knocks(self, **options: str) -> psycopg.Connection:
        """Come in by libpq's own options, beside the server's address and authorities."""
        given = {"sslmode": "verify-full", "sslrootcert": str(self.identities.authorities)}
        return psycopg.connect(make_conninfo(self.address, **{**given, **options}))

    def issued(
        self, name: Name, folder: Path, begins: timedelta = -DAY, ends: timedelta = DAY
    ) -> PostgresAccess:
        """The way of somebody for whom the stack's own authority vouches; times are from now."""
        chain, key = self.identities.issuing
        authority = Authority(files.read_certificates(chain), files.read_key(key))
        return self.way(authority, name, folder, begins, ends)

    def foreign(self, name: Name, folder: Path) -> PostgresAccess:
        """The way of somebody of the same name, for whom another authority vouches."""
        root = Authority.root("root", not_before=NOW, not_after=NOW + timedelta(days=9))
        return self.way(root, name, folder)

    def way(
        self,
        authority: Authority,
        name: Name,
        folder: Path,
        begins: timedelta = -DAY,
        ends: timedelta = DAY,
    ) -> PostgresAccess:
        """The way of somebody for whom ``authority`` vouches, to the sink's role."""
        key = new_key()
        certificate = authority.issue(
            key.public_key(),
            name,
            not_before=NOW + begins,
            not_after=NOW + ends,
            client=True,
            server=False,
        )
        files.write_key(folder / "own.key", key)
        files.write_certificates(folder / "own.pem", (certificate, *authority.chain))
        tls = Tls(self.identities.authorities, folder / "own.pem", folder / "own.key")
        return PostgresAccess(self.address, tls, access.SINK)


@contextmanager
def secured(folder: Path, rules: str = "") -> Generator[SecuredServer]:
    """A server that takes whom the local stack's takes; with ``rules``, whom those take before."""
    own = prepare(folder / "identities")
    usual = by_certificate(own.services_alone, own.certificate("postgres"), own.key("postgres"))
    door = PostgresDoor(rules + usual.rules, usual.names, usual.settings, usual.files)
    (port,) = choose(1)
    log = folder / "postgres.log"
    with running(postgres.service(folder / "postgres", port, log, door)):
        yield SecuredServer(postgres.address(port), port, own, folder / "postgres")
