"""The password of the role that Debezium connects as; a migration makes the role without one."""

from typing import Any

import psycopg
from psycopg import errors, sql

from clients.postgres import PostgresAccess
from connectors.postgres.errors import MigrationError

ROLE = "tillstream_cdc"


def give_password(conn: psycopg.Connection[Any], postgres: PostgresAccess, password: str) -> None:
    """Let `ROLE` log in with ``password``; nothing to do where it can already, or for none.

    So a role that a DBA has given its password needs no further rights of the migrating one.
    """
    if not password or _works(postgres, password):
        return
    # Encrypted here: a statement may end in the server's log.
    encrypted = conn.pgconn.encrypt_password(password.encode(), ROLE.encode()).decode()
    alter = sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(ROLE), encrypted)
    try:
        conn.execute(alter)
    except errors.InsufficientPrivilege as error:
        raise MigrationError(
            f"role {conn.info.user} may not set the password of {ROLE}, and the given one does "
            f"not work: ask a DBA to set it with ALTER ROLE {ROLE} PASSWORD"
        ) from error


def _works(postgres: PostgresAccess, password: str) -> bool:
    try:
        with postgres.connect(user=ROLE, password=password):
            return True
    except psycopg.OperationalError:
        return False
