"""Brings what roles may do in a database to what `access` declares.

Only differences are touched, in one transaction: whoever works meanwhile keeps what he has.
Tables that are not declared are somebody else's, and left alone.
"""

from collections.abc import Collection, Iterator
from typing import Any, LiteralString, NamedTuple

import psycopg
from psycopg import sql

from clients.statements import statement
from connectors.postgres.access import FUNCTIONS, ROLES, TABLES, TEMPORARY

PUBLIC = "public"
"""Everybody: a key word to PostgreSQL, and no role. Also the name of the schema of our tables."""

_GIVE: dict[str, LiteralString] = {
    "SELECT": "GRANT SELECT ON {} TO {}",
    "INSERT": "GRANT INSERT ON {} TO {}",
    "UPDATE": "GRANT UPDATE ON {} TO {}",
    "DELETE": "GRANT DELETE ON {} TO {}",
}


class Grant(NamedTuple):
    """One role may do one thing with one table."""

    table: str
    role: str
    privilege: str


def grant(conn: psycopg.Connection[Any]) -> None:
    """Give what is missing and take what is too much; raises ``psycopg.Error``."""
    with conn.transaction():
        tables = _tables(conn)
        wanted, found = set(_declared(tables)), _found(conn, tables)
        for table, role in sorted({each[:2] for each in found - wanted}):
            # Also what was given for single columns; the rest comes back below.
            conn.execute(_told("REVOKE ALL ON {} FROM {}", table, role))
            found = {each for each in found if each[:2] != (table, role)}
        for table, role, privilege in sorted(wanted - found):
            conn.execute(_told(_GIVE[privilege], table, role))
        _open_database(conn)
        _open_functions(conn)


def _declared(tables: Collection[str]) -> Iterator[Grant]:
    for table in tables:
        for role, privileges in TABLES[table].items():
            yield from (Grant(table, role, privilege) for privilege in privileges)


def _tables(conn: psycopg.Connection[Any]) -> list[str]:
    found = conn.execute(statement(__file__, "read_tables"), {"tables": list(TABLES)})
    return [name for (name,) in found]


def _found(conn: psycopg.Connection[Any], tables: Collection[str]) -> set[Grant]:
    values = {"tables": list(tables), "roles": [PUBLIC, *ROLES]}
    return {Grant(*row) for row in conn.execute(statement(__file__, "read_grants"), values)}


def _open_database(conn: psycopg.Connection[Any]) -> None:
    """Who may enter: our roles, and whoever is a member of one.

    Where the database is somebody else's, PostgreSQL warns and leaves it as it is.
    """
    database = conn.info.dbname
    conn.execute(_told("REVOKE ALL ON DATABASE {} FROM {}", database, PUBLIC))
    conn.execute(_told("REVOKE ALL ON SCHEMA {} FROM {}", PUBLIC, PUBLIC))
    for role in ROLES:
        conn.execute(_told("GRANT CONNECT ON DATABASE {} TO {}", database, role))
        conn.execute(_told("GRANT USAGE ON SCHEMA {} TO {}", PUBLIC, role))
    for role in TEMPORARY:
        conn.execute(_told("GRANT TEMPORARY ON DATABASE {} TO {}", database, role))


def _open_functions(conn: psycopg.Connection[Any]) -> None:
    for function in FUNCTIONS:
        there = "SELECT to_regprocedure(%s) IS NOT NULL"
        if conn.execute(there, (function.signature,)).fetchone() == (True,):
            for role in sorted(function.roles):
                order = sql.SQL("GRANT EXECUTE ON FUNCTION {} TO {}")
                conn.execute(order.format(sql.SQL(function.signature), sql.Identifier(role)))


def _told(order: LiteralString, thing: str, role: str) -> sql.Composed:
    who = sql.SQL("PUBLIC") if role == PUBLIC else sql.Identifier(role)
    return sql.SQL(order).format(sql.Identifier(thing), who)
