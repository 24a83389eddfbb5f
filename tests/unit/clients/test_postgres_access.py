"""One value says how PostgreSQL is reached."""

from pathlib import Path

import pytest

from clients.errors import AccessError
from clients.postgres import PostgresAccess
from clients.tls import Tls
from tests.certificates import Identity

DSN = "postgresql://owner:astor42@db.example:5433/shop?sslmode=disable"
ADDRESS = {
    "user": "owner",
    "password": "astor42",
    "host": "db.example",
    "port": "5433",
    "dbname": "shop",
}


def test_a_dsn_says_it_all() -> None:
    assert PostgresAccess(DSN).parts() == ADDRESS | {"sslmode": "disable"}
    keywords = "host=db.example port=5433 user=owner password=astor42 dbname=shop sslmode=disable"
    assert PostgresAccess(keywords).parts() == PostgresAccess(DSN).parts()
    assert PostgresAccess(PostgresAccess(DSN).conninfo()).parts() == PostgresAccess(DSN).parts()


def test_tls_goes_above_the_dsn_and_checks_the_server(identity: Identity) -> None:
    tls = Tls(identity.authority, identity.certificate, identity.key)
    assert PostgresAccess(DSN, tls).parts() == ADDRESS | {
        "sslmode": "verify-full",
        "sslrootcert": str(identity.authority),
        "sslcert": str(identity.certificate),
        "sslkey": str(identity.key),
    }


def test_without_authorities_the_systems_are_trusted() -> None:
    trusted = {"sslmode": "verify-full", "sslrootcert": "system"}
    assert PostgresAccess(DSN, Tls()).parts() == ADDRESS | trusted


def test_no_password_is_printed() -> None:
    assert "astor42" not in repr(PostgresAccess(DSN, Tls(Path("authority.pem"))))


@pytest.mark.parametrize("dsn", ["nonsense", "postgresql://db/shop?nonsense=1", "host"])
def test_what_is_no_dsn_is_refused(dsn: str) -> None:
    with pytest.raises(AccessError, match="is no DSN"):
        PostgresAccess(dsn)


def test_a_refusal_does_not_print_the_password() -> None:
    with pytest.raises(AccessError) as refused:
        PostgresAccess("postgresql://owner:astor42@db:port:x/shop?nonsense=1")
    assert "astor42" not in str(refused.value)
