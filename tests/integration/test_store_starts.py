"""A database of a store, as each start of the store's software leaves it."""

import psycopg
import pytest

from clients.postgres import PostgresAccess
from connectors.postgres.errors import MigrationError
from connectors.postgres.migrate import migrate
from connectors.postgres.standing import has_stores, stands_in
from tests.integration.sink_world import execute, rows

BOOK = "INSERT INTO stock_movements (location_id, sku, quantity, reason) VALUES (%s, 'tea', 1, %s)"


def test_numbers_of_a_machine_that_was_put_back_are_other_numbers(
    fresh_postgres: str, shop: str
) -> None:
    owner = PostgresAccess(fresh_postgres)
    for _ in range(2):  # each start of a store migrates
        stands_in(owner, shop)
        execute(fresh_postgres, BOOK, shop, "delivery")
    found = rows(fresh_postgres, "SELECT origin, number FROM stock_movements")
    assert [number for _, number in found] == [1, 1]
    assert len({origin for origin, _ in found}) == 2, "the centre would take one for the other"


def test_at_the_centre_a_start_goes_on_counting(fresh_postgres: str, shop: str) -> None:
    owner = PostgresAccess(fresh_postgres)
    for _ in range(2):
        migrate(owner)
        execute(fresh_postgres, BOOK, shop, "delivery")
    found = rows(fresh_postgres, "SELECT DISTINCT origin FROM stock_movements")
    assert len(found) == 1, "every start would be an origin more in the workers' state"


def test_the_database_of_one_store_is_not_anothers(fresh_postgres: str, shop: str) -> None:
    owner = PostgresAccess(fresh_postgres)
    stands_in(owner, shop)
    with pytest.raises(MigrationError, match="of another store"):
        stands_in(owner, "elsewhere")


def test_the_centre_books_for_no_location_that_has_a_store(fresh_postgres: str, shop: str) -> None:
    owner = PostgresAccess(fresh_postgres)
    for _ in range(2):
        has_stores(owner, [shop])
    with pytest.raises(psycopg.errors.RestrictViolation, match="not booked in this database"):
        execute(fresh_postgres, BOOK, shop, "delivery")
    execute(fresh_postgres, BOOK, f"{shop}-2", "delivery")
    with pytest.raises(MigrationError, match="no id of a location"):
        has_stores(owner, ["not an id"])
