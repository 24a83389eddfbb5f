"""The schema on a real PostgreSQL: what it refuses, and how it gets there."""

import shutil
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import LiteralString, cast, get_args
from uuid import uuid4

import psycopg
import pytest
from psycopg import errors, sql
from pydantic import BaseModel

from clients.postgres import PostgresAccess
from connectors.postgres.access import MASTER_DATA, ROLES
from connectors.postgres.errors import MigrationError
from connectors.postgres.migrate import MIGRATIONS, migrate
from local import child
from local.ports import choose
from tests import open_postgres as postgres_service
from topics.changes import AssortmentPolicy, Location, Product, StockMovement
from topics.derived import CheckoutTotals, RestockAlert, StockLevel, TillStatus
from topics.devices import Device
from topics.documents import StoreDocument
from topics.handling import AlertHandling, RestockProposal
from topics.people import Customer, Employee
from topics.pricing import Offer, Price, Recall
from topics.rule_tables import RuleTable

CDC = "tillstream_cdc"

CAPTURED = (
    *("products", "locations", "assortment", "stock_movements"),
    *("alert_handling", "restock_proposals", "documents", "devices", "employees", "customers"),
    *("prices", "offers", "recalls", "rule_tables"),
)
"""What Debezium publishes."""

ALL_FILES = [path.name for path in sorted(MIGRATIONS.glob("*.sql"))]


def new_database(server: str) -> str:
    """DSN of an empty database."""
    name = f"test_{uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as conn:
        conn.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return f"{server.rsplit('/', 1)[0]}/{name}"


@pytest.fixture
def database(postgres_server: str) -> str:
    return new_database(postgres_server)


@pytest.fixture
def rows(postgres: str) -> Generator[psycopg.Connection]:
    """A connection whose changes are rolled back, so that tests do not meet."""
    with psycopg.connect(postgres) as conn:
        yield conn
        conn.rollback()


# --- how it gets there


def test_a_second_run_has_nothing_to_apply(database: str) -> None:
    assert migrate(PostgresAccess(database)) == ALL_FILES
    assert migrate(PostgresAccess(database)) == []


def test_migrators_at_the_same_time_wait_for_each_other(database: str) -> None:
    with ThreadPoolExecutor(3) as pool:
        applied = list(pool.map(migrate, [PostgresAccess(database)] * 3))
    assert sorted(applied) == [[], [], ALL_FILES], "a migration was applied twice or not at all"


def test_an_applied_file_that_was_edited_is_refused_by_name(database: str, tmp_path: Path) -> None:
    files = shutil.copytree(MIGRATIONS, tmp_path / "migrations")
    migrate(PostgresAccess(database), migrations=files)
    edited = files / "0004_derived_tables.sql"
    edited.write_text(edited.read_text() + "-- a late thought\n")
    with pytest.raises(MigrationError, match=r"0004_derived_tables\.sql was edited"):
        migrate(PostgresAccess(database), migrations=files)


def test_a_migration_that_fails_is_named_and_leaves_the_ones_before_it(
    database: str, tmp_path: Path
) -> None:
    files = shutil.copytree(MIGRATIONS, tmp_path / "migrations")
    broken = files / "9000_broken.sql"
    broken.write_text("-- migrate:up\nSELECT nonsense;\n-- migrate:down\n")
    with pytest.raises(MigrationError, match=r'9000_broken\.sql failed: .*"nonsense"'):
        migrate(PostgresAccess(database), migrations=files)
    broken.write_text("-- migrate:up\nSELECT 1;\n-- migrate:down\n")
    assert migrate(PostgresAccess(database), migrations=files) == ["9000_broken.sql"]


def test_a_database_from_a_newer_checkout_is_left_alone(database: str, tmp_path: Path) -> None:
    files = shutil.copytree(MIGRATIONS, tmp_path / "migrations")
    newer = files / "9000_newer.sql"
    newer.write_text("-- migrate:up\nSELECT 1;\n-- migrate:down\n")
    migrate(PostgresAccess(database), migrations=files)
    with pytest.raises(MigrationError, match=r"9000 was applied .* newer than this checkout"):
        migrate(PostgresAccess(database))


def test_a_database_that_is_not_there_is_said_to_be_so(postgres_server: str) -> None:
    with pytest.raises(MigrationError, match="nowhere"):
        migrate(PostgresAccess(f"{postgres_server.rsplit('/', 1)[0]}/nowhere"))


# --- what the business may say


def test_an_outsider_can_insert_the_contract_columns_in_any_order(
    rows: psycopg.Connection,
) -> None:
    rows.execute(
        "INSERT INTO stock_movements (movement_id, location_id, sku, quantity, reason, "
        "reference, occurred_at) VALUES ('m', 'nowhere-yet', 'x', -1, 'shrinkage', NULL, now())"
    )
    rows.execute(
        "INSERT INTO assortment (location_id, sku, listed, reorder_point, order_up_to) "
        "VALUES ('nowhere-yet', 'x', true, 1, 2)"
    )
    rows.execute(
        "INSERT INTO products (sku, gtin, name, category, unit, price_minor, currency, "
        "tax_basis_points) VALUES ('x', NULL, 'X', 'c', 'gram', 1, 'EUR', 700)"
    )
    rows.execute(
        "INSERT INTO locations (location_id, name, kind, time_zone, region) "
        "VALUES ('nowhere-yet', 'N', 'online', 'America/Argentina/Buenos_Aires', NULL)"
    )


def test_a_movement_needs_no_more_than_what_moved_where_and_why(rows: psycopg.Connection) -> None:
    row = rows.execute(
        "INSERT INTO stock_movements (location_id, sku, quantity, reason) "
        "VALUES ('a', 'b', 1, 'delivery') RETURNING movement_id <> '', occurred_at = now()"
    ).fetchone()
    assert row == (True, True)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE stock_movements SET quantity = 2",
        "DELETE FROM stock_movements",
        "TRUNCATE stock_movements",
    ],
)
def test_a_booked_movement_stays_as_it_was(rows: psycopg.Connection, change: LiteralString) -> None:
    rows.execute(
        "INSERT INTO stock_movements (location_id, sku, quantity, reason) "
        "VALUES ('append-only', 'b', 1, 'delivery')"
    )
    with pytest.raises(errors.RestrictViolation, match="stock_movements is append-only"):
        rows.execute(change)


@pytest.mark.parametrize("table", MASTER_DATA)
def test_a_truncate_that_readers_would_not_hear_of_is_refused(
    rows: psycopg.Connection, table: str
) -> None:
    with pytest.raises(errors.RestrictViolation, match=f"truncate of {table} is refused"):
        rows.execute(sql.SQL("TRUNCATE {}").format(sql.Identifier(table)))


def test_the_key_of_a_policy_cannot_change(rows: psycopg.Connection) -> None:
    rows.execute("INSERT INTO assortment (location_id, sku) VALUES ('a', 'b')")
    rows.execute("UPDATE assortment SET listed = false, sku = 'b' WHERE location_id = 'a'")
    with pytest.raises(errors.RestrictViolation, match=r"\(a, b\) cannot change"):
        rows.execute("UPDATE assortment SET sku = 'c' WHERE location_id = 'a'")


MOVEMENT: LiteralString = (
    "INSERT INTO stock_movements (movement_id, location_id, sku, quantity, reason, occurred_at) "
    "VALUES ({}, {}, {}, {}, {}, {})"
)
POLICY: LiteralString = (
    "INSERT INTO assortment (location_id, sku, reorder_point, order_up_to, hysteresis) "
    "VALUES ({}, {}, {}, {}, {})"
)
PRODUCT: LiteralString = (
    "INSERT INTO products (sku, name, unit, price_minor, currency, tax_basis_points, category) "
    "VALUES ({}, {}, {}, {}, {}, {}, 'c')"
)
VARIANT: LiteralString = (
    "INSERT INTO products (sku, name, category, price_minor, style, replaces_sku, supplier, "
    "pack_size, cost_minor) VALUES ('b', 'n', 'c', 1, {}, {}, {}, {}, {})"
)
LOCATION: LiteralString = (
    "INSERT INTO locations (location_id, name, kind, time_zone) VALUES ({}, {}, {}, {})"
)
NOON = "2026-11-21T12:00:00Z"


@pytest.mark.parametrize(
    ("statement", "values"),
    [
        pytest.param(MOVEMENT, ("", "a", "b", 1, "delivery", NOON), id="movement without id"),
        pytest.param(MOVEMENT, ("m" * 129, "a", "b", 1, "delivery", NOON), id="movement id long"),
        pytest.param(MOVEMENT, ("m", "", "b", 1, "delivery", NOON), id="location without id"),
        pytest.param(MOVEMENT, ("m", "a/b", "b", 1, "delivery", NOON), id="location with slash"),
        pytest.param(MOVEMENT, ("m", "a\n", "b", 1, "delivery", NOON), id="location with newline"),
        pytest.param(MOVEMENT, ("m", "a", "b" * 65, 1, "delivery", NOON), id="sku too long"),
        pytest.param(MOVEMENT, ("m", "a", "b", 10**12 + 1, "delivery", NOON), id="quantity large"),
        pytest.param(MOVEMENT, ("m", "a", "b", -(10**12) - 1, "delivery", NOON), id="far below"),
        pytest.param(MOVEMENT, ("m", "a", "b", 1, "sale", NOON), id="reason of a till"),
        pytest.param(MOVEMENT, ("m", "a", "b", 1, "delivery", "infinity"), id="never"),
        pytest.param(MOVEMENT, ("m", "a", "b", 1, "delivery", "11111-01-01 Z"), id="far future"),
        pytest.param(POLICY, ("a", "b", -1, 0, None), id="reorder point negative"),
        pytest.param(POLICY, ("a", "b", 0, -1, None), id="order up to negative"),
        pytest.param(POLICY, ("a", "b", 0, 0, -1), id="hysteresis negative"),
        pytest.param(POLICY, ("a", "b", 10**12 + 1, 0, None), id="reorder point large"),
        pytest.param(POLICY, ("a", "b", 0, 10**12 + 1, None), id="order up to large"),
        pytest.param(POLICY, ("a", "b", 0, 0, 10**12 + 1), id="hysteresis large"),
        pytest.param(PRODUCT, ("b", " ", "each", 1, "EUR", 0), id="name blank"),
        pytest.param(PRODUCT, ("b", "n" * 1025, "each", 1, "EUR", 0), id="name too long"),
        pytest.param(PRODUCT, ("b", "n", "litre", 1, "EUR", 0), id="unit unknown"),
        pytest.param(PRODUCT, ("b", "n", "each", -1, "EUR", 0), id="price negative"),
        pytest.param(PRODUCT, ("b", "n", "each", 10**12 + 1, "EUR", 0), id="price large"),
        pytest.param(PRODUCT, ("b", "n", "each", 1, "eur", 0), id="currency in small letters"),
        pytest.param(PRODUCT, ("b", "n", "each", 1, "EUR", -1), id="tax negative"),
        pytest.param(VARIANT, ("", None, None, None, None), id="style without name"),
        pytest.param(VARIANT, ("s" * 129, None, None, None, None), id="style too long"),
        pytest.param(VARIANT, (None, "b", None, None, None), id="replaces itself"),
        pytest.param(VARIANT, (None, "a/b", None, None, None), id="replaces no SKU"),
        pytest.param(VARIANT, (None, None, "", None, None), id="supplier without name"),
        pytest.param(VARIANT, (None, None, None, 0, None), id="empty pack"),
        pytest.param(VARIANT, (None, None, None, None, -1), id="cost negative"),
        pytest.param(LOCATION, ("a", "n", "kiosk", "UTC"), id="kind unknown"),
        pytest.param(LOCATION, ("..", "n", "shop", "UTC"), id="location of dots alone"),
        pytest.param(LOCATION, ("a", "n", "shop", "Europe/Atlantis"), id="time zone unknown"),
        pytest.param(LOCATION, ("a", "n", "shop", "XYZ3"), id="time zone made up"),
    ],
)
def test_what_the_contract_forbids_is_refused_at_the_source(
    rows: psycopg.Connection, statement: LiteralString, values: tuple[object, ...]
) -> None:
    with pytest.raises(errors.CheckViolation):
        rows.execute(sql.SQL(statement).format(*values))


def test_two_locations_that_kafka_would_take_for_one_are_refused(
    rows: psycopg.Connection,
) -> None:
    rows.execute(sql.SQL(LOCATION).format("kafka.a_b", "n", "shop", "UTC"))
    with pytest.raises(errors.UniqueViolation, match="locations_told_apart_by_kafka"):
        rows.execute(sql.SQL(LOCATION).format("kafka_a.b", "n", "shop", "UTC"))


def up_to(folder: Path, version: str) -> Path:
    """The migrations as they were with the one of that version as the last."""
    folder.mkdir()
    for path in MIGRATIONS.glob("*.sql"):
        if path.name[:4] <= version:
            shutil.copy(path, folder)
    return folder


def test_locations_that_clash_already_stay_and_no_more_can_come(
    database: str, tmp_path: Path
) -> None:
    migrate(PostgresAccess(database), migrations=up_to(tmp_path / "before", "0013"))
    with psycopg.connect(database, autocommit=True) as conn:
        for name in ("a.b", "a_b", "c"):
            conn.execute(sql.SQL(LOCATION).format(name, "n", "shop", "UTC"))
        migrate(PostgresAccess(database))
        conn.execute("UPDATE locations SET name = 'still here'")
        row = conn.execute("SELECT pg_get_indexdef('locations_told_apart_by_kafka'::regclass)")
        assert "{a_b}" in str(row.fetchone()), "nothing names which of them clashes"
        with pytest.raises(errors.UniqueViolation):
            conn.execute("UPDATE locations SET location_id = 'a.b' WHERE location_id = 'c'")


def test_what_was_booked_before_bounds_and_numbers_stays_as_it_is(
    database: str, tmp_path: Path
) -> None:
    migrate(PostgresAccess(database), migrations=up_to(tmp_path / "before", "0011"))
    with psycopg.connect(database, autocommit=True) as conn:
        conn.execute(sql.SQL(MOVEMENT).format("m", "a", "b", 2**53 - 1, "delivery", NOON))
        conn.execute(
            "INSERT INTO till_status VALUES ('t', 'a', 1, 9, '[[2, 3], [5, 5]]', 0, now(), 7)"
        )
        migrate(PostgresAccess(database))
        row = conn.execute("SELECT quantity, origin, number FROM stock_movements").fetchone()
        assert row == (2**53 - 1, None, None)
        row = conn.execute("SELECT location_id, till_id, missing_count FROM till_status").fetchone()
        assert row == ("a", "t", 3)


def test_the_same_movement_is_booked_once(rows: psycopg.Connection) -> None:
    one = sql.SQL(MOVEMENT).format("m", "a", "b", 1, "delivery", NOON)
    rows.execute(one)
    rows.execute(sql.SQL(MOVEMENT).format("m", "other", "b", -1, "transfer_out", NOON))
    with pytest.raises(errors.UniqueViolation):
        rows.execute(one)


# --- what others rely on


@pytest.mark.parametrize(
    ("table", "model"),
    [
        ("products", Product),
        ("locations", Location),
        ("assortment", AssortmentPolicy),
        ("stock_movements", StockMovement),
        ("stock_levels", StockLevel),
        ("checkout_totals", CheckoutTotals),
        ("restock_alerts", RestockAlert),
        ("till_status", TillStatus),
        ("alert_handling", AlertHandling),
        ("restock_proposals", RestockProposal),
        ("documents", StoreDocument),
        ("devices", Device),
        ("employees", Employee),
        ("customers", Customer),
        ("prices", Price),
        ("offers", Offer),
        ("recalls", Recall),
        ("rule_tables", RuleTable),
    ],
)
def test_a_table_has_the_columns_of_its_topic(
    rows: psycopg.Connection, table: str, model: type[BaseModel]
) -> None:
    found = rows.execute(
        "SELECT attname, NOT attnotnull FROM pg_attribute "
        "WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
        (table,),
    )
    # An alias is a mark that Debezium puts beside the row.
    columns = [name for name, field in model.model_fields.items() if field.alias is None]
    wanted = {name: _may_be_null(model, name) for name in columns}
    assert dict(found.fetchall()) == wanted


def _may_be_null(model: type[BaseModel], name: str) -> bool:
    return type(None) in get_args(model.model_fields[name].annotation)


def test_a_stock_effect_counts_once_whatever_caused_it(rows: psycopg.Connection) -> None:
    by_till = (
        "INSERT INTO stock_ledger (location_id, sku, quantity, reason, occurred_at, till_id, "
        "epoch, sequence, line_no, source_topic, source_partition, source_offset) "
        "VALUES ('a', 'b', -1, 'sale', now(), 't', 1, 1, 1, 'x', 0, 0) ON CONFLICT DO NOTHING"
    )
    by_movement = (
        "INSERT INTO stock_ledger (location_id, sku, quantity, reason, occurred_at, movement_id, "
        "source_topic, source_partition, source_offset) "
        "VALUES ('a', 'b', 9, 'delivery', now(), 'm', 'x', 0, 0) ON CONFLICT DO NOTHING"
    )
    for statement in (by_till, by_movement, by_till, by_movement):
        rows.execute(statement)
    total = rows.execute("SELECT sum(quantity) FROM stock_ledger WHERE location_id = 'a'")
    assert total.fetchone() == (8,), "a stock effect was counted twice"


def test_the_publication_holds_what_is_captured_and_the_heartbeat(
    rows: psycopg.Connection,
) -> None:
    published = rows.execute(
        "SELECT tablename FROM pg_publication_tables WHERE pubname = %s", ("tillstream",)
    )
    assert {name for (name,) in published} == {*CAPTURED, "cdc_heartbeat", "cdc_signals"}


# --- the role that Debezium connects as


@pytest.fixture
def as_cdc(postgres: str) -> Generator[psycopg.Connection]:
    with psycopg.connect(postgres, user=CDC) as conn:
        yield conn
        conn.rollback()


@pytest.mark.parametrize("table", CAPTURED)
def test_the_capture_role_reads_the_source_and_writes_nothing(
    as_cdc: psycopg.Connection, table: str
) -> None:
    as_cdc.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(table)))
    with pytest.raises(errors.InsufficientPrivilege):
        as_cdc.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))


def test_the_capture_role_may_beat_the_heart(as_cdc: psycopg.Connection) -> None:
    assert as_cdc.execute("UPDATE cdc_heartbeat SET beat_at = now()").rowcount == 1


def test_the_capture_role_sees_and_makes_nothing_else(as_cdc: psycopg.Connection) -> None:
    readable = as_cdc.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace "
        "AND relkind IN ('r', 'v', 'm') AND has_table_privilege(oid, 'SELECT')"
    )
    assert {name for (name,) in readable} == set(CAPTURED)
    powers = as_cdc.execute(
        "SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls, rolreplication, rolcanlogin, "
        "has_schema_privilege('public', 'CREATE') FROM pg_roles WHERE rolname = current_user"
    )
    assert powers.fetchone() == (False, False, False, False, True, True, False)


@contextmanager
def asked_for_a_password(database: str) -> Generator[None]:
    """The server asks the capture role for its password, in this database only."""
    with psycopg.connect(database, user="postgres", autocommit=True) as conn:
        row = conn.execute("SELECT current_setting('hba_file'), current_database()").fetchone()
        assert row is not None
        hba, before = Path(row[0]), Path(row[0]).read_text()
        hba.write_text(f"host {row[1]} {CDC} 127.0.0.1/32 scram-sha-256\n{before}")
        conn.execute("SELECT pg_reload_conf()")
        try:
            yield
        finally:
            hba.write_text(before)
            conn.execute("SELECT pg_reload_conf()")


def test_the_given_password_becomes_the_capture_roles(database: str) -> None:
    password = "quote ' and space"
    migrate(PostgresAccess(database))
    with asked_for_a_password(database):
        migrate(PostgresAccess(database), cdc_password=password)
        with psycopg.connect(database, user=CDC, password=password):
            pass


@pytest.fixture(scope="module")
def new_server(services_folder: Path) -> Generator[str]:
    """DSN, for its superuser, of a server on which nothing has been migrated."""
    (port,) = choose(1)
    folder = services_folder / "postgres-untouched"
    process = child.start(postgres_service.service(folder, port, folder.with_suffix(".log")))
    try:
        yield postgres_service.address(port).replace("tillstream@", "postgres@")
    finally:
        process.stop()


@pytest.fixture
def plain_owner(new_server: str) -> Generator[tuple[str, Callable[[LiteralString], object]]]:
    """DSN of a database whose owner may make no roles, and a DBA who may do anything."""
    with psycopg.connect(new_server, autocommit=True) as dba:
        dba.execute("CREATE ROLE plain LOGIN")
        dba.execute("CREATE DATABASE plain OWNER plain")
        yield new_server.replace("postgres@", "plain@").rsplit("/", 1)[0] + "/plain", dba.execute
        dba.execute("DROP DATABASE plain")
        for role in ("plain", *ROLES):
            dba.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))


def test_an_owner_that_may_make_no_roles_is_told_what_a_dba_must_run(
    plain_owner: tuple[str, Callable[[LiteralString], object]],
) -> None:
    database, dba = plain_owner
    with pytest.raises(MigrationError, match=r"DBA must run once: CREATE ROLE") as told:
        migrate(PostgresAccess(database))
    dba(cast(LiteralString, str(told.value).partition("run once: ")[2]))
    assert migrate(PostgresAccess(database)) == ALL_FILES


def test_a_capture_role_that_is_a_superuser_is_refused(
    plain_owner: tuple[str, Callable[[LiteralString], object]],
) -> None:
    database, dba = plain_owner
    dba("CREATE ROLE tillstream_cdc LOGIN REPLICATION SUPERUSER")
    with pytest.raises(MigrationError, match="ALTER ROLE tillstream_cdc LOGIN REPLICATION NOSUPER"):
        migrate(PostgresAccess(database))
