"""Who may do what in PostgreSQL: every role tried on every table, on a real server."""

from collections.abc import Iterator
from itertools import product
from typing import LiteralString

import psycopg
import pytest
from psycopg import errors, sql
from psycopg.rows import DictRow, dict_row

from clients.postgres import PostgresAccess
from connectors.postgres.access import (
    BOARD,
    CDC,
    CLIENT,
    FUNCTIONS,
    MASTER_DATA,
    READER,
    REPLICATED,
    REPLICATION,
    ROLES,
    SECRETS,
    SINK,
    TABLES,
    WEBHOOKS,
)
from connectors.postgres.migrate import migrate
from tests.conftest import migrated_database

ORDERS: dict[str, LiteralString] = {
    "SELECT": "SELECT FROM {table} LIMIT 0",
    "INSERT": "INSERT INTO {table} DEFAULT VALUES",
    "UPDATE": "UPDATE {table} SET {column} = NULL WHERE false",
    "DELETE": "DELETE FROM {table} WHERE false",
    "TRUNCATE": "TRUNCATE {table}",
}
"""Each way to touch a table, so that nothing comes of it where it is allowed."""

ALLOWED = (errors.IntegrityError, errors.DataError)
"""What a server says of a row that it would have taken: it was allowed in, and the row is wrong."""


@pytest.fixture(scope="module")
def secured(postgres_server: str) -> str:
    """DSN of a database that was migrated itself: a copy's own doors are open to everybody."""
    return migrated_database(postgres_server)


def is_let(conn: psycopg.Connection, order: sql.Composed) -> bool:
    """Whether the server lets this role do it; nothing of it stays."""
    try:
        with conn.transaction(force_rollback=True):
            conn.execute(order)
    except errors.InsufficientPrivilege:
        return False
    except errors.WrongObjectType:  # a view cannot be truncated by anybody
        return False
    except ALLOWED:
        return True
    return True


def orders(conn: psycopg.Connection) -> Iterator[tuple[str, str, sql.Composed]]:
    """Table, privilege and what tries it."""
    for table, privilege in product(sorted(TABLES), ORDERS):
        name = sql.Identifier(table)
        row = conn.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 "
            "AND attidentity = '' LIMIT 1",
            (table,),
        ).fetchone()
        assert row is not None
        column = sql.Identifier(row[0])
        yield table, privilege, sql.SQL(ORDERS[privilege]).format(table=name, column=column)


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_role_can_do_what_is_declared_and_nothing_else(postgres: str, role: str) -> None:
    with psycopg.connect(postgres) as owner:
        tried = list(orders(owner))
    with psycopg.connect(postgres, user=role) as conn:
        for table, privilege, order in tried:
            # An UPDATE also reads what it looks for, so it is tried where both are declared.
            declared = privilege in TABLES[table].get(role, frozenset())
            assert is_let(conn, order) == declared, (
                f"{role} {'may not' if declared else 'may'} {privilege} {table}, against access.py"
            )


def test_every_table_is_declared(postgres: str) -> None:
    with psycopg.connect(postgres) as conn:
        found = conn.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace "
            "AND relkind IN ('r', 'p', 'v', 'm', 'f')"
        )
        assert {name for (name,) in found} == set(TABLES), (
            "say in connectors/postgres/access.py who may do what with it"
        )


def test_each_table_has_one_role_that_writes_it() -> None:
    for table, granted in TABLES.items():
        writers = {role for role, rights in granted.items() if rights - {"SELECT"}}
        assert (REPLICATION in writers) == (
            table in (*REPLICATED, "replicated_rows", "replicated_onward", "replication_state")
        ), table
        if table in REPLICATED:
            writers.remove(REPLICATION)
        if table in (*MASTER_DATA, "stock_movements"):
            assert writers == {BOARD, CLIENT}, table
        else:
            assert len(writers) <= 1, table


def test_a_secret_is_read_by_its_writer_alone() -> None:
    for table in SECRETS:
        assert len(TABLES[table]) == 1, f"{table} is read by {sorted(TABLES[table])}"


def test_nothing_is_open_to_everybody(secured: str) -> None:
    with psycopg.connect(secured, autocommit=True) as conn:
        stranger = f"stranger_{conn.info.dbname}"
        conn.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(stranger)))
        try:
            with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
                psycopg.connect(secured, user=stranger)
            open_to = conn.execute(
                "SELECT relname FROM pg_class, aclexplode(relacl) AS acl "
                "WHERE relnamespace = 'public'::regnamespace AND acl.grantee = 0"
            ).fetchall()
            assert open_to == []
        finally:
            conn.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(stranger)))


def test_functions_are_called_by_whom_they_are_declared_for(postgres: str) -> None:
    declared = {(each.signature, role) for each in FUNCTIONS for role in each.roles}
    with psycopg.connect(postgres) as conn:
        found = conn.execute(
            "SELECT p.oid::regprocedure::text, r.rolname FROM pg_proc AS p, pg_roles AS r "
            "WHERE p.pronamespace = 'public'::regnamespace AND r.rolname = ANY(%s) "
            "AND has_function_privilege(r.oid, p.oid, 'EXECUTE')",
            (list(ROLES),),
        ).fetchall()
    assert {(name.replace(",", ", "), role) for name, role in found} == declared


def test_what_was_granted_by_hand_is_taken_back(fresh_postgres: str) -> None:
    with psycopg.connect(fresh_postgres, autocommit=True) as conn:
        conn.execute("GRANT UPDATE ON stock_ledger TO tillstream_board")
        conn.execute("GRANT SELECT (secret) ON webhook_endpoints TO tillstream_reader")
        conn.execute("GRANT SELECT ON board_users TO PUBLIC")
        conn.execute("REVOKE SELECT ON stock_levels FROM tillstream_reader")
        migrate(PostgresAccess(fresh_postgres))
        row = conn.execute(
            "SELECT has_table_privilege('tillstream_board', 'stock_ledger', 'UPDATE'), "
            "has_column_privilege('tillstream_reader', 'webhook_endpoints', 'secret', 'SELECT'), "
            "has_table_privilege('tillstream_reader', 'board_users', 'SELECT'), "
            "has_table_privilege('tillstream_reader', 'stock_levels', 'SELECT')"
        ).fetchone()
    assert row == (False, False, False, True)


def test_a_strangers_table_in_the_database_is_left_alone(fresh_postgres: str) -> None:
    with psycopg.connect(fresh_postgres, autocommit=True) as conn:
        conn.execute("CREATE TABLE suppliers (name text)")
        conn.execute("GRANT SELECT ON suppliers TO PUBLIC")
        migrate(PostgresAccess(fresh_postgres))
        row = conn.execute("SELECT has_table_privilege('tillstream_cdc', 'suppliers', 'SELECT')")
        assert row.fetchone() == (True,)


# --- what a taken board, and others, can do to the audit log


def entry(dsn: str, subject: str) -> DictRow:
    """The newest entry about a thing."""
    with psycopg.Connection[DictRow].connect(dsn, row_factory=dict_row) as conn:
        question = "SELECT * FROM audit_log WHERE subject = %s ORDER BY entry_id DESC LIMIT 1"
        row = conn.execute(question, (subject,)).fetchone()
        assert row is not None
        return row


@pytest.mark.parametrize(
    "order",
    [
        "UPDATE stock_ledger SET quantity = quantity + 1",
        "DELETE FROM stock_ledger",
        "INSERT INTO stock_ledger SELECT * FROM stock_ledger",
        "UPDATE stock_levels SET on_hand = 0",
        "INSERT INTO audit_log (action, subject) VALUES ('sign_in', 'users/anna')",
        "UPDATE audit_log SET who = 'somebody else'",
        "DELETE FROM audit_log",
        "TRUNCATE audit_log",
        "ALTER TABLE audit_log DISABLE TRIGGER ALL",
        "DROP TRIGGER audit_log_stamp ON audit_log",
        "SET ROLE tillstream_sink",
        "SET SESSION AUTHORIZATION tillstream_sink",
        "SET session_replication_role = replica",
        "CREATE TABLE audit_log_of_my_own (entry text)",
        "CREATE TEMPORARY TABLE audit_log (LIKE public.audit_log)",
        "SELECT record_in_audit_log('products.delete', 'products/milk', '{}', NULL)",
        "SELECT * FROM webhook_endpoints",
        "SELECT pg_read_file('pg_hba.conf')",
        "COPY audit_log TO PROGRAM 'cat'",
        "ALTER ROLE tillstream_sink PASSWORD 'mine'",
        "CREATE ROLE another LOGIN",
    ],
)
def test_a_taken_board_rewrites_no_ledger_and_forges_no_entry(
    secured: str, order: LiteralString
) -> None:
    with psycopg.connect(secured, user=BOARD) as conn, pytest.raises(errors.InsufficientPrivilege):
        conn.execute(order)


def test_an_entry_says_when_and_through_whom_whatever_its_writer_says(fresh_postgres: str) -> None:
    with psycopg.connect(fresh_postgres, user=BOARD) as conn:
        conn.execute("SELECT set_config('tillstream.who', 'anna', true)")
        conn.execute("SELECT record_in_audit_log('sign_in', 'users/anna', NULL, NULL)")
    written = entry(fresh_postgres, "users/anna")
    assert (written["who"], written["database_role"]) == ("anna", BOARD)


def test_who_is_not_the_board_speaks_for_nobody(fresh_postgres: str) -> None:
    with psycopg.connect(fresh_postgres, user=CLIENT) as conn:
        conn.execute("SELECT set_config('tillstream.who', 'anna', true)")
        conn.execute(
            "INSERT INTO products (sku, name, category, price_minor) VALUES ('m', 'M', 'c', 1)"
        )
    written = entry(fresh_postgres, "products/m")
    assert written["who"] == f"database role {CLIENT} for anna"
    with psycopg.connect(fresh_postgres, user=WEBHOOKS) as conn:
        conn.execute(
            "SELECT record_in_audit_log('webhooks.add', 'webhooks/e', NULL, NULL, %s)",
            ("command line (a)",),
        )
    written = entry(fresh_postgres, "webhooks/e")
    assert written["who"] == f"database role {WEBHOOKS} for command line (a)"


def test_the_board_cannot_pass_for_another_program(fresh_postgres: str) -> None:
    with psycopg.connect(fresh_postgres, user=BOARD) as conn:
        conn.execute(
            "SELECT record_in_audit_log('sign_in', 'users/x', NULL, NULL, %s)",
            (f"database role {SINK}",),
        )
    written = entry(fresh_postgres, "users/x")
    assert written["who"] == f"database role {BOARD} for database role {SINK}"


def test_a_later_function_is_nobodys_until_it_is_given(fresh_postgres: str) -> None:
    with psycopg.connect(fresh_postgres, autocommit=True) as conn:
        conn.execute("CREATE FUNCTION later() RETURNS int LANGUAGE sql AS 'SELECT 1'")
    with (
        psycopg.connect(fresh_postgres, user=READER) as conn,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        conn.execute("SELECT later()")


def test_the_capture_role_replicates_and_no_other_does(postgres: str) -> None:
    with psycopg.connect(postgres) as conn:
        found = conn.execute(
            "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s) AND rolreplication",
            (list(ROLES),),
        ).fetchall()
    assert found == [(CDC,)]
