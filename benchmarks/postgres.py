"""The benchmark's own PostgreSQL, set up as the local stack sets it up."""

import uuid
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg
from psycopg import sql

from clients.postgres import PostgresAccess
from connectors.postgres.migrate import migrate
from local import child, postgres
from local.ports import choose
from local.postgres_door import OWNER, PostgresDoor

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Database:
    """A running server."""

    dsn: str
    pid: int

    def fresh(self) -> str:
        """DSN of a new database with all migrations applied."""
        name = f"bench_{uuid.uuid4().hex[:12]}"
        with PostgresAccess(self.dsn).connect(autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        dsn = f"{self.dsn.rsplit('/', 1)[0]}/{name}"
        migrate(PostgresAccess(dsn))
        return dsn

    def drop(self, dsn: str) -> None:
        """Delete a database that `fresh` made."""
        name = sql.Identifier(dsn.rsplit("/", 1)[1])
        with PostgresAccess(self.dsn).connect(autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {}").format(name))

    def cpu_seconds(self) -> float:
        """What the server and all its backends have used so far, those that ended included."""
        server = psutil.Process(self.pid)
        return sum(map(cpu_seconds, [server, *server.children()]))


def cpu_seconds(process: psutil.Process) -> float:
    """CPU that a process and its children that ended have used; 0 where it is gone."""
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return times.user + times.system + times.children_user + times.children_system


@contextmanager
def own_postgres(folder: Path) -> Generator[Database]:
    """An empty server that keeps its data in ``folder``."""
    (port,) = choose(1)
    everybody = PostgresDoor(rules="host all all 127.0.0.1/32 trust\n")
    service = postgres.service(folder / "postgres", port, folder / "postgres.log", everybody)
    process = child.start(service)
    try:
        dsn = postgres.address(port).replace("//", f"//{OWNER}@")
        yield Database(dsn, process.pid)
    finally:
        process.stop()
