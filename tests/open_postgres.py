"""A PostgreSQL that lets everybody in as whom they say they are: for tests of what is in it.

What stands at the door of the real one is tried by `tests/integration/test_database_door.py`.
"""

from pathlib import Path

from local import postgres
from local.child import Service
from local.postgres_door import OWNER, PostgresDoor

OPEN = PostgresDoor(rules="host all all 127.0.0.1/32 trust\n")


def service(folder: Path, port: int, log: Path) -> Service:
    """The server with its data in ``folder``."""
    return postgres.service(folder, port, log, OPEN)


def address(port: int, database: str = OWNER, role: str = OWNER) -> str:
    """DSN of a database of the server on ``port``, as its owner."""
    return postgres.address(port, database).replace("//", f"//{role}@")
