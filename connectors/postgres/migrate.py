"""Brings a database to the newest schema, once, however many ask at the same time.

dbmate applies the files of ``migrations/``; what it lacks is done here: one migrator at a time,
and a file that was edited after it had been applied is refused instead of ignored. Roles are made
before, and given what `access` declares afterwards.
"""

import hashlib
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from clients.postgres import PostgresAccess
from clients.statements import statement
from connectors.postgres import roles
from connectors.postgres.capture_role import give_password
from connectors.postgres.dbmate import apply
from connectors.postgres.errors import MigrationError
from connectors.postgres.granting import grant

MIGRATIONS = Path(__file__).parent / "migrations"

_LOCK_KEY = 0x7411_57EA
"""Number of the advisory lock: any, so long as no other program on the database takes it."""

_LOCK_WAIT_SECONDS_MAX = 300
"""Shorter gives up on a long index build; longer hides a migrator that hangs."""

_LOCK_POLL_SECONDS = 0.2

_Connection = psycopg.Connection[tuple[object, ...]]


def migrate(
    postgres: PostgresAccess,
    cdc_password: str = "",
    migrations: Path = MIGRATIONS,
    audit_days: int | None = None,
) -> list[str]:
    """Apply the files that are missing; their names, in order.

    ``cdc_password`` becomes the password of the role that Debezium connects as, unless it works
    already; empty leaves the role alone. ``audit_days`` is how long entries of the audit log are
    kept from now on; None leaves that as it is. Raises `MigrationError`.
    """
    files = {path.name.split("_")[0]: path for path in sorted(migrations.glob("*.sql"))}
    try:
        with postgres.connect(autocommit=True) as conn, _only_migrator(conn):
            before = _applied(conn)
            _refuse_lost(before - files.keys())
            _refuse_edited(conn, files)
            roles.make(conn)
            try:
                apply(conn, migrations)
            finally:
                _remember_hashes(conn, files)
            grant(conn)
            give_password(conn, postgres, cdc_password)
            if audit_days is not None:
                conn.execute(statement(__file__, "keep_audit_log"), {"days": audit_days})
            return [files[version].name for version in sorted(_applied(conn) - before)]
    except psycopg.Error as error:
        raise MigrationError(f"the database does not let itself be migrated: {error}") from error


@contextmanager
def _only_migrator(conn: _Connection) -> Generator[None]:
    """Hold the advisory lock of migrators; it goes with the connection, however that ends.

    Waiting inside ``pg_advisory_lock`` would hold a snapshot, for which CREATE INDEX
    CONCURRENTLY in the other migrator waits in its turn: so ask, and ask again.
    """
    deadline = time.monotonic() + _LOCK_WAIT_SECONDS_MAX
    while conn.execute("SELECT pg_try_advisory_lock(%s)", (_LOCK_KEY,)).fetchone() != (True,):
        if time.monotonic() > deadline:
            raise MigrationError(
                f"another migration has been running for {_LOCK_WAIT_SECONDS_MAX} s; "
                "its session is in pg_locks, where locktype is 'advisory'"
            )
        time.sleep(_LOCK_POLL_SECONDS)
    yield


def _applied(conn: _Connection) -> set[str]:
    if not _exists(conn, "schema_migrations"):
        return set()
    return {str(version) for (version,) in conn.execute("SELECT version FROM schema_migrations")}


def _refuse_lost(versions: set[str]) -> None:
    if versions:
        raise MigrationError(
            f"migration {', '.join(sorted(versions))} was applied to this database, but its file "
            "is not here: the database is newer than this checkout"
        )


def _refuse_edited(conn: _Connection, files: dict[str, Path]) -> None:
    if not _exists(conn, "migration_hashes"):
        return
    for version, known in conn.execute("SELECT version, sha256 FROM migration_hashes"):
        path = files[str(version)]
        if _sha256(path) != known:
            raise MigrationError(
                f"{path.name} was edited after it had been applied: restore it, "
                "and put the change into a new migration"
            )


def _remember_hashes(conn: _Connection, files: dict[str, Path]) -> None:
    """Also after a failure: the files before the one that failed are applied."""
    if conn.closed or not _exists(conn, "migration_hashes"):
        return
    with conn.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO migration_hashes (version, file_name, sha256) VALUES (%s, %s, %s) "
            "ON CONFLICT DO NOTHING",
            [(v, files[v].name, _sha256(files[v])) for v in sorted(_applied(conn))],
        )


def _exists(conn: _Connection, table: str) -> bool:
    return conn.execute("SELECT to_regclass(%s) IS NOT NULL", (table,)).fetchone() == (True,)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
