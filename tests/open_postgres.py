"""A PostgreSQL that lets everybody in as whom they say they are: for tests of what is in it.

What stands at the door of the real one is tried by `tests/integration/test_database_door.py`.
"""

from dataclasses import replace
from pathlib import Path

from local import postgres
from local.child import Service
from local.postgres_door import OWNER, PostgresDoor

OPEN = PostgresDoor(rules="host all all 127.0.0.1/32 trust\n")


def service(folder: Path, port: int, log: Path) -> Service:
    """The server with its data in ``folder``, which outlive its being killed, but no power cut: to
    sync them takes most of a small commit's time where others keep the disk busy. Nobody tidies up
    by itself: each of some hundred databases would be looked at every minute, for nothing."""
    made = postgres.service(folder, port, log, OPEN)
    quick = ("-c", "fsync=off", "-c", "autovacuum=off")
    return replace(made, command=[*made.command, *quick])


def address(port: int, database: str = OWNER, role: str = OWNER) -> str:
    """DSN of a database of the server on ``port``, as its owner."""
    return postgres.address(port, database).replace("//", f"//{role}@")
