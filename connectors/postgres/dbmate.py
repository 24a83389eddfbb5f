"""Runs dbmate on the database that a psycopg connection is connected to."""

import subprocess
import sysconfig
from pathlib import Path
from typing import Any

import psycopg

from clients.dbmate import url
from connectors.postgres.errors import MigrationError

PROGRAM = Path(sysconfig.get_path("scripts")) / "dbmate"


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


def _cause(output: str) -> str:
    """dbmate's last lines: the file that it was applying, and what the server said of it."""
    applying = [line for line in output.splitlines() if line.startswith("Applying:")]
    error = output.partition("Error: ")[2].strip() or output.strip()
    name = applying[-1].removeprefix("Applying: ").partition("Error:")[0] if applying else ""
    return f"{name.strip() or 'dbmate'} failed: {error}"
