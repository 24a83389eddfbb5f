"""Movements of simulated shops reach the database, however often it goes away."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from clients.postgres import PostgresAccess
from connectors.postgres.migrate import migrate
from edge.company import bookings as module
from edge.company.bookings import Bookings, NotBooked
from edge.simulator.world import build_world
from local import child
from local.ports import choose
from tests import open_postgres
from topics.wire import WireMovement, WirePolicy


@contextmanager
def running(folder: Path, port: int) -> Generator[str]:
    process = child.start(open_postgres.service(folder / "postgres", port, folder / "postgres.log"))
    try:
        yield open_postgres.address(port)
    finally:
        process.stop()


def movement(movement_id: str, quantity: int = 5) -> WireMovement:
    at = datetime(2026, 11, 20, 10, tzinfo=UTC)
    return WireMovement(movement_id, "berlin-mitte", "bananas", quantity, "delivery", at, "note 1")


def booked(dsn: str) -> list[str]:
    with psycopg.connect(dsn) as connection:
        rows = connection.execute("SELECT movement_id FROM stock_movements ORDER BY 1").fetchall()
    return [row[0] for row in rows]


def test_movements_that_fall_due_while_the_database_is_away_are_booked_when_it_is_back(
    services_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_RETRY_SECONDS", 0.2)
    folder = services_folder / "bookings"
    (port,) = choose(1)
    with running(folder, port) as dsn:
        migrate(PostgresAccess(dsn))
        bookings = Bookings(PostgresAccess(dsn))
        bookings.add([movement("before")])
        bookings.write()
    bookings.add([movement("during")])
    bookings.write()
    with running(folder, port) as dsn:
        bookings.add([movement("after")])
        bookings.close()

        assert booked(dsn) == ["after", "before", "during"]


def test_a_database_that_stays_away_is_an_error_that_says_how_much_is_missing(
    fresh_postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_RETRY_SECONDS", 0.1)
    monkeypatch.setattr(module, "_LAST_TRY_SECONDS", 0.3)
    bookings = Bookings(PostgresAccess(fresh_postgres))
    server, name = fresh_postgres.rsplit("/", 1)
    with psycopg.connect(f"{server}/tillstream", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
    bookings.add([movement("lost-1"), movement("lost-2")])

    with pytest.raises(NotBooked, match="2 stock movements are not booked"):
        bookings.close()


def test_a_movement_that_was_booked_before_is_not_booked_again(fresh_postgres: str) -> None:
    for quantity in (5, 7):
        bookings = Bookings(PostgresAccess(fresh_postgres))
        bookings.add([movement("delivery-1", quantity)])
        bookings.close()

    with psycopg.connect(fresh_postgres) as connection:
        row = connection.execute("SELECT sum(quantity)::bigint FROM stock_movements").fetchone()
    assert row == (5,)


def test_a_policy_that_a_person_has_changed_stays_as_it_is(fresh_postgres: str) -> None:
    world = build_world(1, 1, 1)
    policy = WirePolicy("berlin-mitte", "bananas", True, 2000, 4000)
    for changed in (
        b"UPDATE assortment SET reorder_point = 3; UPDATE prices SET price_minor = 7", b"SELECT 1"
    ):  # fmt: skip
        bookings = Bookings(PostgresAccess(fresh_postgres))
        bookings.furnish(world, {("berlin-mitte", "bananas"): policy}, [])
        bookings.close()
        with psycopg.connect(fresh_postgres) as connection:
            connection.execute(changed)

    with psycopg.connect(fresh_postgres) as connection:
        rows = connection.execute("SELECT reorder_point FROM assortment").fetchall()
        prices = connection.execute("SELECT DISTINCT price_minor FROM prices").fetchall()
        offers = connection.execute("SELECT location_id, sku, percent FROM offers").fetchall()
    assert rows == [(3,)], "a restart undid what a merchandiser had set"
    assert prices == [(7,)], "a restart undid what a merchandiser had set"
    assert offers == [("berlin-mitte", "bananas", 5)]


def test_stock_that_earlier_runs_left_is_known_at_the_start(fresh_postgres: str) -> None:
    with psycopg.connect(fresh_postgres) as connection:
        connection.execute(
            "INSERT INTO stock_levels (location_id, sku, on_hand, in_carts, available, version,"
            " as_of) VALUES ('berlin-mitte', 'bananas', -7, 0, -7, 1, now()),"
            " ('elsewhere', 'bananas', 9, 0, 9, 1, now())"
        )
    bookings = Bookings(PostgresAccess(fresh_postgres))
    known = bookings.stock_now(build_world(1, 1, 1))
    bookings.close()

    assert known == {("berlin-mitte", "bananas"): -7}
