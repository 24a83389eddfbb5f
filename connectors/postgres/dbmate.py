"""Runs dbmate on the database that a psycopg connection is connected to."""

import subprocess
import sysconfig
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import psycopg

from connectors.postgres.errors import MigrationError

PROGRAM = Path(sysconfig.get_path("scripts")) / "dbmate"

_TLS_PARAMETERS = ("sslmode", "sslrootcert", "sslcert", "sslkey")

_TLS_MODES = ("require", "verify-ca", "verify-full")
"""Modes of libpq that dbmate's driver knows by the same name; the others negotiate."""


def apply(conn: psycopg.Connection[Any], migrations: Path) -> None:
    """Apply what is missing from the folder ``migrations``, or raise `MigrationError`.

    Nothing of the caller's environment or folder reaches dbmate, which would take options from
    both. The address goes through the environment, as arguments are everyone's to read.
    """
    command = [str(PROGRAM), "--no-dump-schema", "--migrations-dir", str(migrations), "migrate"]
    environment = {"DATABASE_URL": url(conn)}
    done = subprocess.run(command, env=environment, cwd="/", capture_output=True, text=True)
    if done.returncode:
        raise MigrationError(_cause(done.stdout + done.stderr))


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
        return {name: given[name] for name in _TLS_PARAMETERS if name in given}
    return {"sslmode": "require" if conn.pgconn.ssl_in_use else "disable"}


def _cause(output: str) -> str:
    """dbmate's last lines: the file that it was applying, and what the server said of it."""
    applying = [line for line in output.splitlines() if line.startswith("Applying:")]
    error = output.partition("Error: ")[2].strip() or output.strip()
    name = applying[-1].removeprefix("Applying: ").partition("Error:")[0] if applying else ""
    return f"{name.strip() or 'dbmate'} failed: {error}"
