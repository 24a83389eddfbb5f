"""Prices, offers, recalls and rule tables on a real PostgreSQL: what holds, and what is refused."""

import json
from collections.abc import Generator
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import errors, sql

from tests.conftest import new_database

MORNING = "2026-11-21T08:00:00Z"
NOON = "2026-11-21T12:00:00Z"
EVENING = "2026-11-21T18:00:00Z"

PRICE: LiteralString = (
    "INSERT INTO prices (sku, location_id, price_minor, currency, valid_from, valid_to) "
    "VALUES ({}, {}, {}, {}, {}, {})"
)
OFFER: LiteralString = (
    "INSERT INTO offers (offer_id, location_id, sku, category, percent, price_minor, valid_from, "
    "valid_to) VALUES ('o', 'ulm', {}, {}, {}, {}, {}, {})"
)
RECALL: LiteralString = (
    "INSERT INTO recalls (sku, lot, reason, valid_from, valid_to) VALUES ({}, {}, {}, {}, {})"
)


@pytest.fixture(scope="module")
def empty_tables(postgres_server: str, template: str) -> str:
    """DSN of a migrated database in which no other module leaves rows."""
    return new_database(postgres_server, template)


@pytest.fixture
def rows(empty_tables: str) -> Generator[psycopg.Connection]:
    """A connection whose changes are rolled back, with one product that costs 200."""
    with psycopg.connect(empty_tables) as conn:
        conn.execute(
            "INSERT INTO products (sku, name, category, price_minor) VALUES ('tea', 'T', 'c', 200)"
        )
        yield conn
        conn.rollback()


def price_at(rows: psycopg.Connection, place: str, moment: str) -> object:
    found = rows.execute("SELECT price_at('tea', %s, %s)", (place, moment)).fetchone()
    return found and found[0]


def enter(rows: psycopg.Connection, statement: LiteralString, *values: object) -> None:
    rows.execute(sql.SQL(statement).format(*values))


def test_the_price_of_the_place_counts_first_and_then_the_one_that_began_last(
    rows: psycopg.Connection,
) -> None:
    assert price_at(rows, "ulm", NOON) == 200, "without a price, the product's own holds"
    enter(rows, PRICE, "tea", None, 190, "EUR", MORNING, None)
    enter(rows, PRICE, "tea", None, 150, "EUR", NOON, EVENING)
    enter(rows, PRICE, "tea", "ulm", 180, "EUR", MORNING, NOON)
    assert price_at(rows, "ulm", MORNING) == 180
    assert price_at(rows, "bern", MORNING) == 190
    assert price_at(rows, "ulm", NOON) == 150, "a price still holds at the moment of its end"
    assert price_at(rows, "bern", EVENING) == 190, "the usual price is not back after a promotion"
    assert price_at(rows, "bern", "2026-11-20T08:00:00Z") == 200


def test_two_prices_that_begin_together_at_one_place_are_refused(rows: psycopg.Connection) -> None:
    for place in (None, "ulm"):
        enter(rows, PRICE, "tea", place, 190, "EUR", MORNING, None)
        with pytest.raises(errors.UniqueViolation), rows.transaction():
            enter(rows, PRICE, "tea", place, 180, "EUR", MORNING, NOON)


@pytest.mark.parametrize(
    ("statement", "values"),
    [
        pytest.param(PRICE, ("tea", "a/b", 1, "EUR", NOON, None), id="price at no place"),
        pytest.param(PRICE, ("tea", "", 1, "EUR", NOON, None), id="price at an empty place"),
        pytest.param(PRICE, ("tea", None, -1, "EUR", NOON, None), id="price negative"),
        pytest.param(PRICE, ("tea", None, 10**12 + 1, "EUR", NOON, None), id="price large"),
        pytest.param(PRICE, ("tea", None, 1, "eur", NOON, None), id="no currency"),
        pytest.param(PRICE, ("tea", None, 1, "EUR", NOON, NOON), id="price that never holds"),
        pytest.param(PRICE, ("tea", None, 1, "EUR", "-infinity", None), id="price since ever"),
        pytest.param(PRICE, ("tea", None, 1, "EUR", NOON, "infinity"), id="price to infinity"),
        pytest.param(OFFER, (None, None, 5, None, NOON, EVENING), id="offer of nothing"),
        pytest.param(OFFER, ("tea", "c", 5, None, NOON, EVENING), id="offer of two things"),
        pytest.param(OFFER, ("tea", None, None, None, NOON, EVENING), id="nothing off"),
        pytest.param(OFFER, ("tea", None, 5, 190, NOON, EVENING), id="two things off"),
        pytest.param(OFFER, (None, "c", None, 190, NOON, EVENING), id="one price for a category"),
        pytest.param(OFFER, ("tea", None, 0, None, NOON, EVENING), id="no percentage"),
        pytest.param(OFFER, ("tea", None, 5, None, NOON, MORNING), id="offer that never holds"),
        pytest.param(OFFER, ("tea", None, 51, None, NOON, EVENING), id="offer beyond the limit"),
        pytest.param(OFFER, ("tea", None, None, 99, NOON, EVENING), id="price beyond the limit"),
        pytest.param(OFFER, ("?", None, None, 99, NOON, EVENING), id="offer of no product"),
        pytest.param(OFFER, ("new", None, None, 99, NOON, EVENING), id="price of an unknown one"),
        pytest.param(RECALL, ("tea", "", "mould", NOON, None), id="recall of a lot without name"),
        pytest.param(RECALL, ("tea", None, " ", NOON, None), id="recall without a reason"),
        pytest.param(RECALL, ("tea", None, "mould", NOON, NOON), id="recall that never holds"),
    ],
)
def test_what_cannot_hold_is_refused_at_the_source(
    rows: psycopg.Connection, statement: LiteralString, values: tuple[object, ...]
) -> None:
    with pytest.raises(errors.CheckViolation):
        enter(rows, statement, *values)


def test_an_offer_is_judged_by_what_the_product_costs_there_and_then(
    rows: psycopg.Connection,
) -> None:
    enter(rows, OFFER, "tea", None, None, 100, NOON, EVENING)
    enter(rows, PRICE, "tea", "ulm", 400, "EUR", NOON, None)
    with pytest.raises(errors.CheckViolation, match="costs 400, and not less than 200"):
        rows.execute("UPDATE offers SET price_minor = 199")


def test_the_limit_is_the_centres_setting(rows: psycopg.Connection) -> None:
    rows.execute("UPDATE business_limits SET amount = 20 WHERE name = 'offer_percent_max'")
    enter(rows, OFFER, None, "c", 20, None, NOON, EVENING)
    with pytest.raises(errors.CheckViolation, match="20 percent at the most, and not 21"):
        rows.execute("UPDATE offers SET percent = 21")


@pytest.mark.parametrize(
    "order",
    [
        "DELETE FROM business_limits",
        "INSERT INTO business_limits (name, amount) VALUES ('other', 1)",
        "UPDATE business_limits SET name = 'other'",
    ],
)
def test_the_limits_are_those_that_there_are(
    rows: psycopg.Connection, order: LiteralString
) -> None:
    with pytest.raises(errors.RestrictViolation):
        rows.execute(order)


def test_what_keys_a_message_cannot_change(rows: psycopg.Connection) -> None:
    enter(rows, PRICE, "tea", None, 190, "EUR", MORNING, None)
    enter(rows, OFFER, "tea", None, 5, None, NOON, EVENING)
    enter(rows, RECALL, "tea", None, "mould", NOON, None)
    orders: tuple[LiteralString, ...] = (
        "UPDATE prices SET sku = 'rum'",
        "UPDATE offers SET location_id = 'bern'",
        "UPDATE recalls SET sku = 'rum'",
    )
    for order in orders:
        with pytest.raises(errors.RestrictViolation, match="cannot change"), rows.transaction():
            rows.execute(order)


# --- rule tables

COLUMNS = [
    {"name": "subtotal_minor", "part": "when", "type": "integer"},
    {"name": "percent", "part": "then", "type": "integer"},
]
ROWS = [{"row": "off5", "cells": [">= 5000", "5"]}]


def publish(rows: psycopg.Connection, /, version: int = 1, **changed: Any) -> None:
    """Insert a version of the table ``discounts``."""
    table = {"columns": json.dumps(COLUMNS), "rows": json.dumps(ROWS), "from": MORNING}
    rows.execute(
        "INSERT INTO rule_tables (table_name, version, columns, rows, valid_from) "
        "VALUES ('discounts', %(version)s, %(columns)s, %(rows)s, %(from)s)",
        table | {"version": version} | changed,
    )


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"columns": "[]"}, "has no columns"),
        ({"columns": "{}"}, "rule_tables_columns_check"),
        ({"columns": '[{"name": "x", "part": "when", "type": "float"}]'}, "column 1"),
        ({"columns": "[3]"}, "column 1"),
        ({"rows": '[{"row": "off5", "cells": ["5"]}]'}, "off5 of table discounts has 1 cells"),
        ({"rows": '[{"row": "off5", "cells": ["5", 5]}]'}, "each a text or null"),
        ({"rows": '[{"row": "off5"}]'}, "each a text or null"),
        ({"rows": '[{"cells": ["5", "5"]}]'}, "row 1 of table discounts needs a name"),
        ({"rows": json.dumps(ROWS * 2)}, "row 2 of table discounts needs a name of its own"),
        ({"rows": json.dumps([{"row": "a", "cells": ["x" * 300_000, None]}])}, "rows_check"),
    ],
)
def test_a_rule_table_that_is_not_whole_is_refused(
    rows: psycopg.Connection, changed: dict[str, Any], told: str
) -> None:
    with pytest.raises(errors.CheckViolation, match=told):
        publish(rows, **changed)


def test_a_version_stays_and_only_one_that_has_not_begun_can_go(rows: psycopg.Connection) -> None:
    publish(rows)
    publish(rows, version=2, **{"from": "2999-01-01T00:00:00Z"})
    orders: tuple[LiteralString, ...] = (
        "UPDATE rule_tables SET rows = '[]' WHERE version = 2",
        "DELETE FROM rule_tables WHERE version = 1",
    )
    for order in orders:
        with pytest.raises(errors.RestrictViolation, match="stays as it is"), rows.transaction():
            rows.execute(order)
    assert rows.execute("DELETE FROM rule_tables WHERE version = 2").rowcount == 1


# --- the log


def test_each_change_is_in_the_log_under_its_own_name(rows: psycopg.Connection) -> None:
    enter(rows, OFFER, "tea", None, 5, None, NOON, EVENING)
    rows.execute("UPDATE offers SET percent = 6")
    rows.execute("DELETE FROM offers")
    publish(rows)
    rows.execute("UPDATE business_limits SET amount = 20")
    found = rows.execute(
        "SELECT action, subject FROM audit_log WHERE subject NOT LIKE 'products/%' "
        "AND happened_at >= now() ORDER BY entry_id"
    ).fetchall()
    assert found == [
        ("offers.create", "offers/o"),
        ("offers.change", "offers/o"),
        ("offers.delete", "offers/o"),
        ("rule_tables.create", "rule_tables/discounts/1"),
        ("business_limits.change", "business_limits/offer_percent_max"),
    ]
