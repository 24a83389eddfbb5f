"""dbmate goes the way of a connection that is open: same server, same user, same encryption.

The server here has no TLS to try it with, so what libpq would tell of a connection is given.
"""

from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from clients.dbmate import url


def _connection(host: str = "db.example", *, encrypted: bool = False, **parameters: str) -> Any:
    info = SimpleNamespace(
        host=host,
        port=5433,
        user="own/er",
        password="p@ss:w/ord",
        dbname="the shop",
        get_parameters=lambda: parameters,
    )
    return SimpleNamespace(info=info, pgconn=SimpleNamespace(ssl_in_use=encrypted))


def _options(connection: Any) -> dict[str, list[str]]:
    return parse_qs(urlsplit(url(connection)).query)


def test_any_character_of_a_name_or_password_arrives() -> None:
    assert url(_connection()) == (
        "postgres://own%2Fer:p%40ss%3Aw%2Ford@db.example:5433/the%20shop?sslmode=disable"
    )


@pytest.mark.parametrize(("encrypted", "mode"), [(True, "require"), (False, "disable")])
def test_what_the_connection_came_to_agree_on_is_asked_for(encrypted: bool, mode: str) -> None:
    assert _options(_connection(encrypted=encrypted, sslmode="prefer")) == {"sslmode": [mode]}


def test_a_checked_server_is_checked_again_and_shown_the_same_certificate() -> None:
    files = {"sslrootcert": "/ca.pem", "sslcert": "/own.pem", "sslkey": "/own.key"}
    told = _options(_connection(encrypted=True, sslmode="verify-full", **files))
    assert told == {"sslmode": ["verify-full"]} | {name: [file] for name, file in files.items()}


def test_the_systems_authorities_are_dbmates_own() -> None:
    told = _options(_connection(encrypted=True, sslmode="verify-full", sslrootcert="system"))
    assert told == {"sslmode": ["verify-full"]}


def test_a_socket_is_named_by_its_folder() -> None:
    assert _options(_connection("/run/postgresql")) == {
        "sslmode": ["disable"],
        "host": ["/run/postgresql"],
        "port": ["5433"],
    }
