"""A PostgreSQL of one's own that takes passwords over verified TLS, and nothing else."""

import os
import subprocess
import sys
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from clients.errors import AccessError
from clients.postgres import PostgresAccess
from clients.tls import Tls
from connectors.postgres.access import BOARD, CDC, OPERATOR, ROLES, SINK
from local.vouching import prepare
from tests.integration.process import HOME
from tests.integration.secured_postgres import SecuredServer, secured
from tillstream.database_roles import BOARD as BOARD_PROCESS
from tillstream.database_roles import SINK as SINK_PROCESS
from tillstream.settings import Settings

PASSWORDS = f"hostssl all {','.join(ROLES)} 127.0.0.1/32 scram-sha-256\n"
"""The owner, who gives the passwords, comes by certificate."""


@dataclass(frozen=True)
class OwnDatabase:
    """The server, and where its users' passwords lie."""

    server: SecuredServer
    folder: Path

    def password_file(self, role: str) -> Path:
        return self.folder / role

    def settings(self, role: str) -> dict[str, str]:
        """The environment of a process that comes as ``role``."""
        return {
            "TILLSTREAM_POSTGRES": self.server.address,
            "TILLSTREAM_POSTGRES_CA": str(self.server.identities.authorities),
            "TILLSTREAM_POSTGRES_PASSWORD_FILE": str(self.password_file(role)),
        }

    def owners(self) -> dict[str, str]:
        """The environment of the owner, who has a certificate."""
        own = self.server.identities
        return {
            "TILLSTREAM_POSTGRES": self.server.address,
            "TILLSTREAM_POSTGRES_CA": str(own.authorities),
            "TILLSTREAM_POSTGRES_CERT": str(own.certificate("owner")),
            "TILLSTREAM_POSTGRES_KEY": str(own.key("owner")),
            "TILLSTREAM_CDC_PASSWORD_FILE": str(self.password_file(CDC)),
        }


def tillstream(settings: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line, with these settings and no others."""
    kept = {name: each for name, each in os.environ.items() if not name.startswith("TILLSTREAM_")}
    return subprocess.run(
        [sys.executable, "-m", "tillstream", *arguments],
        cwd=HOME,
        env={**kept, **settings},
        input="a long enough password\n",
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def own(services_folder: Path) -> Generator[OwnDatabase]:
    """Migrated, and all roles have a password."""
    folder = services_folder / "own"
    with secured(folder, PASSWORDS) as server:
        database = OwnDatabase(server, folder)
        with server.access("owner").connect(autocommit=True) as owner:
            for role in ROLES:
                database.password_file(role).write_text(f"secret of {role}")
            done = tillstream(database.owners(), "migrate")
            assert done.returncode == 0, done.stdout + done.stderr
            for role in ROLES:
                order = sql.SQL("ALTER ROLE {} PASSWORD {}")
                owner.execute(order.format(sql.Identifier(role), f"secret of {role}"))
        yield database


def test_a_process_comes_as_its_own_role_by_the_password_in_its_file(own: OwnDatabase) -> None:
    for role, process in ((SINK, SINK_PROCESS), (BOARD, BOARD_PROCESS)):
        given = {
            "postgres": own.server.address,
            "postgres_ca": own.server.identities.authorities,
            "postgres_password_file": own.password_file(role),
        }
        settings = Settings.model_validate(given)
        with settings.postgres_access(process).connect() as conn:
            assert conn.info.user == role and conn.pgconn.ssl_in_use


def test_commands_work_over_it_each_with_its_roles_password(own: OwnDatabase) -> None:
    added = tillstream(
        own.settings(BOARD), "users", "add", "anna", "--role", "viewer", "--password-stdin"
    )
    assert added.returncode == 0, added.stderr
    listed = tillstream(own.settings(BOARD), "users", "list")
    assert "anna" in listed.stdout
    explained = tillstream(own.settings(OPERATOR), "explain", "nowhere", "nothing")
    assert "PostgreSQL did not" not in explained.stderr and "password" not in explained.stderr


def test_the_owners_migrations_go_over_it_by_certificate(own: OwnDatabase) -> None:
    again = tillstream(own.owners(), "migrate")
    assert (again.returncode, again.stdout) == (0, "the schema is up to date\n")


def test_a_wrong_password_is_told_without_it(own: OwnDatabase, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("astor42")
    settings = own.settings(BOARD) | {"TILLSTREAM_POSTGRES_PASSWORD_FILE": str(wrong)}
    done = tillstream(settings, "users", "list")
    assert done.returncode == 1 and "password authentication failed" in done.stderr
    assert "astor42" not in done.stdout + done.stderr


@pytest.mark.parametrize("content", [None, "", "\n"])
def test_a_password_file_without_a_password_is_named(
    own: OwnDatabase, tmp_path: Path, content: str | None
) -> None:
    file = tmp_path / "empty"
    if content is not None:
        file.write_text(content)
    settings = own.settings(BOARD) | {"TILLSTREAM_POSTGRES_PASSWORD_FILE": str(file)}
    done = tillstream(settings, "users", "list")
    assert done.returncode == 1 and f"no password in {file}" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_password_goes_to_a_server_that_is_checked_and_to_no_other(own: OwnDatabase) -> None:
    for mode in ("prefer", "require", "verify-ca"):
        dsn = f"{own.server.address}?sslmode={mode}"
        with pytest.raises(AccessError, match="a server that is not checked"):
            PostgresAccess(dsn, role=SINK, password_file=own.password_file(SINK))


def test_a_server_for_which_others_vouch_gets_no_password(own: OwnDatabase, tmp_path: Path) -> None:
    tls = Tls(prepare(tmp_path / "others").authorities)
    foreign = PostgresAccess(own.server.address, tls, SINK, own.password_file(SINK))
    with pytest.raises(psycopg.OperationalError, match="certificate verify failed"):
        foreign.connect()


def test_the_server_takes_nothing_but_that(own: OwnDatabase) -> None:
    secret = own.password_file(SINK).read_text()
    with pytest.raises(psycopg.OperationalError, match="no encryption"):
        own.server.knocks(sslmode="disable", user=SINK, password=secret)
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        own.server.access("sink").connect()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        own.server.knocks(user=SINK, password=own.password_file(BOARD).read_text())
