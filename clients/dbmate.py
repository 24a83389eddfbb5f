"""How dbmate reaches the database that a connection is open to."""

from typing import Any
from urllib.parse import quote, urlencode

import psycopg

_TLS_PARAMETERS = ("sslmode", "sslrootcert", "sslcert", "sslkey")

_TLS_MODES = ("require", "verify-ca", "verify-full")
"""Modes of libpq that dbmate's driver knows by the same name; the others negotiate."""


def url(conn: psycopg.Connection[Any]) -> str:
    """The address as dbmate's driver wants it, which knows no DSN and asks for TLS unasked."""
    info = conn.info
    password = f":{quote(info.password, safe='')}" if info.password else ""
    options = _tls(conn)
    place = f"{info.host}:{info.port}"
    if info.host.startswith("/"):
        options |= {"host": info.host, "port": str(info.port)}
        place = ""
    user, name = quote(info.user, safe=""), quote(info.dbname, safe="")
    return f"postgres://{user}{password}@{place}/{name}?{urlencode(options)}"


def _tls(conn: psycopg.Connection[Any]) -> dict[str, str]:
    given = conn.info.get_parameters()
    if given.get("sslmode") in _TLS_MODES:
        told = {name: given[name] for name in _TLS_PARAMETERS if name in given}
        # The system's authorities are those that Go's driver trusts unless it is told others.
        return {name: value for name, value in told.items() if value != "system"}
    return {"sslmode": "require" if conn.pgconn.ssl_in_use else "disable"}
