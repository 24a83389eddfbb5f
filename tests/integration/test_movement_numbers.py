"""Numbers of movements on a real PostgreSQL: by one within an origin, whoever books at once."""

import threading
import time
from collections.abc import Generator

import psycopg
import pytest
from psycopg import errors

BOOK = (
    "INSERT INTO stock_movements (location_id, sku, quantity, reason) "
    "VALUES (%s, 's', 1, 'delivery') RETURNING origin, number"
)
BULK = (
    "INSERT INTO stock_movements (location_id, sku, quantity, reason) "
    "SELECT %s || (n %% 100), 's', 1, 'delivery' FROM generate_series(1, 100000) AS n"
)
BULK_SECONDS_MAX = 30
"""It takes 2 to 4 s here, 1.5 of it without the numbers; ten times as much on a busy machine."""


@pytest.fixture
def rows(fresh_postgres: str) -> Generator[psycopg.Connection]:
    with psycopg.connect(fresh_postgres, autocommit=True) as conn:
        yield conn


def booked(conn: psycopg.Connection, location: str) -> tuple[str, int]:
    row = conn.execute(BOOK, (location,)).fetchone()
    assert row
    return row


def test_numbers_of_a_location_ascend_by_one_under_its_own_origin(rows: psycopg.Connection) -> None:
    numbers = [booked(rows, location) for location in ("a", "b", "a", "a", "b")]
    assert [number for _, number in numbers] == [1, 1, 2, 3, 2]
    origins = {location for location, _ in numbers}
    assert len(origins) == 2 and all(origin[1] == "@" for origin in origins)


def test_the_next_session_goes_on_with_the_numbers(fresh_postgres: str) -> None:
    found: list[tuple[str, int]] = []
    for _ in range(3):
        with psycopg.connect(fresh_postgres) as conn:
            found.append(booked(conn, "a"))
    assert [number for _, number in found] == [1, 2, 3]
    assert len({origin for origin, _ in found}) == 1


def test_another_database_numbers_under_another_origin(fresh_postgres: str, postgres: str) -> None:
    with psycopg.connect(fresh_postgres) as one, psycopg.connect(postgres) as other:
        assert booked(one, "a")[0] != booked(other, "a")[0], (
            "a store's database, or one that was restored, repeats numbers: its goods are lost"
        )


def test_what_was_booked_before_uses_up_no_number(rows: psycopg.Connection) -> None:
    statement = (
        "INSERT INTO stock_movements (movement_id, location_id, sku, quantity, reason) "
        "VALUES (%s, 'a', 's', 1, 'delivery') ON CONFLICT DO NOTHING"
    )
    for movement in ("m-1", "m-1", "m-1", "m-2"):
        rows.execute(statement, (movement,))
    found = rows.execute("SELECT movement_id, number FROM stock_movements ORDER BY 1").fetchall()
    assert found == [("m-1", 1), ("m-2", 2)]


def test_an_origin_that_was_named_is_numbered_for_itself(rows: psycopg.Connection) -> None:
    named = (
        "INSERT INTO stock_movements (location_id, sku, quantity, reason, origin) "
        "VALUES ('a', 's', 1, 'delivery', 'counting team') RETURNING number"
    )
    booked(rows, "a")
    assert [rows.execute(named).fetchone() for _ in range(2)] == [(1,), (2,)]


def test_a_number_that_was_named_is_kept_and_is_there_once(rows: psycopg.Connection) -> None:
    named = (
        "INSERT INTO stock_movements (location_id, sku, quantity, reason, origin, number) "
        "VALUES ('a', 's', 1, 'delivery', 'store', 7) RETURNING origin, number"
    )
    assert rows.execute(named).fetchone() == ("store", 7)
    with pytest.raises(errors.UniqueViolation):
        rows.execute(named)


def test_a_number_without_its_origin_is_refused(rows: psycopg.Connection) -> None:
    with pytest.raises(errors.CheckViolation, match="must name its origin"):
        rows.execute(
            "INSERT INTO stock_movements (location_id, sku, quantity, reason, number) "
            "VALUES ('a', 's', 1, 'delivery', 7)"
        )


def test_two_transfers_in_opposite_order_do_not_wait_for_each_other(fresh_postgres: str) -> None:
    with psycopg.connect(fresh_postgres) as one, psycopg.connect(fresh_postgres) as other:
        for conn in (one, other):
            conn.execute("SET lock_timeout TO '2s'")
        found = [booked(one, "a"), booked(other, "b"), booked(one, "b"), booked(other, "a")]
        found += [booked(one, "b"), booked(other, "a")]
        other.commit()
        one.commit()
        found += [booked(one, "a"), booked(other, "b")]
    assert len(set(found)) == len(found), "two movements of one number would count as one"
    by_origin: dict[str, list[int]] = {}
    for origin, number in found:
        by_origin.setdefault(origin, []).append(number)
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in by_origin.values())
    assert all(len({origin[0]}) == 1 for origin in by_origin)


def test_rows_that_a_transaction_takes_back_take_their_count_along(fresh_postgres: str) -> None:
    with psycopg.connect(fresh_postgres) as first, psycopg.connect(fresh_postgres) as second:
        booked(first, "a")
        origin, number = booked(second, "a")
        second.execute("SAVEPOINT here")
        booked(second, "a")
        second.execute("ROLLBACK TO here")
        assert booked(second, "a") == (origin, number + 1)


def test_first_bookings_by_many_at_once_all_succeed(fresh_postgres: str) -> None:
    faults: list[BaseException] = []

    def book(order: int) -> None:
        try:
            with psycopg.connect(fresh_postgres) as conn:
                for location in sorted("abcdefgh", reverse=order % 2 == 0):
                    booked(conn, location)
                    time.sleep(0.005)
        except psycopg.Error as fault:
            faults.append(fault)

    threads = [threading.Thread(target=book, args=(order,)) for order in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    with psycopg.connect(fresh_postgres) as conn:
        row = conn.execute("SELECT count(*), count(number) FROM stock_movements").fetchone()
    assert row == (64, 64)


def test_who_may_only_insert_gets_a_number_too(rows: psycopg.Connection) -> None:
    rows.execute("CREATE ROLE only_books LOGIN")
    try:
        rows.execute("GRANT USAGE ON SCHEMA public TO only_books")
        rows.execute("GRANT INSERT ON stock_movements TO only_books")
        with psycopg.connect(rows.info.dsn, user="only_books", autocommit=True) as conn:
            conn.execute(BOOK.removesuffix(" RETURNING origin, number"), ("a",))
            with pytest.raises(errors.InsufficientPrivilege):
                conn.execute("CREATE SEQUENCE movement_numbers.mine")
    finally:
        rows.execute("REVOKE ALL ON stock_movements FROM only_books")
        rows.execute("REVOKE ALL ON SCHEMA public FROM only_books")
        rows.execute("DROP ROLE only_books")
    assert rows.execute("SELECT number FROM stock_movements").fetchall() == [(1,)]


def test_a_bulk_of_bookings_stays_fast(rows: psycopg.Connection) -> None:
    started = time.monotonic()
    rows.execute(BULK, ("bulk-",))
    assert time.monotonic() - started < BULK_SECONDS_MAX
    found = rows.execute("SELECT count(DISTINCT origin), max(number) FROM stock_movements")
    assert found.fetchone() == (100, 1000)
