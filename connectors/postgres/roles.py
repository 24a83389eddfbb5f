"""The roles of `access`, made where they are missing. They belong to the whole cluster: another
database may have made them already, or makes them now."""

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import errors, sql

from clients.statements import statement
from connectors.postgres.access import CDC, ROLES
from connectors.postgres.errors import MigrationError


def make(conn: psycopg.Connection[Any]) -> None:
    """Make what is missing; raises `MigrationError` that says what an administrator must run.

    The owner becomes a member of each, to look after its sessions: to see what they wait for, and
    to end them.
    """
    found = _found(conn)
    _refuse_mighty(found)
    missing = sorted(ROLES.keys() - found.keys())
    try:
        for name in missing:
            _make_one(conn, name)
    except errors.InsufficientPrivilege as error:
        todo = "; ".join(_create(name, conn.info.user).as_string() for name in missing)
        raise MigrationError(
            f"role {conn.info.user} may make no roles, so a DBA must run once: {todo}"
        ) from error


def _found(conn: psycopg.Connection[Any]) -> Mapping[str, bool]:
    values = {"roles": list(ROLES), "replicates": CDC}
    return dict(conn.execute(statement(__file__, "read_roles"), values).fetchall())


def _refuse_mighty(found: Mapping[str, bool]) -> None:
    wrong = sorted(name for name, is_right in found.items() if not is_right)
    if wrong:
        todo = "; ".join(f"ALTER ROLE {name} {_powers(name)}" for name in wrong)
        raise MigrationError(f"a role has other powers, so a DBA must run once: {todo}")


def _make_one(conn: psycopg.Connection[Any], name: str) -> None:
    try:
        conn.execute(_create(name, conn.info.user))
    except (errors.DuplicateObject, errors.UniqueViolation):
        return  # another database's migration was quicker


def _create(name: str, owner: str) -> sql.Composed:
    powers = sql.SQL("LOGIN REPLICATION" if name == CDC else "LOGIN")
    order = sql.SQL("CREATE ROLE {} {} ROLE {}")
    return order.format(sql.Identifier(name), powers, sql.Identifier(owner))


def _powers(name: str) -> str:
    replication = "REPLICATION" if name == CDC else "NOREPLICATION"
    return f"LOGIN {replication} NOSUPERUSER NOCREATEROLE NOCREATEDB NOBYPASSRLS"
