"""Writing the source tables and reading the result tables."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from .changes import Change
from .plan import Plan
from .world import Movement, Policy, Product, World

Row = dict[str, Any]
Connection = psycopg.Connection[Any]


def insert(connection: Connection, table: str, rows: list[Row]) -> None:
    """Insert rows that all have the same columns."""
    columns = list(rows[0])
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.SQL(", ").join(sql.Placeholder() for _ in columns),
    )
    with connection.cursor() as cursor:
        cursor.executemany(statement, [list(row.values()) for row in rows])


def _location(location: str, number: int) -> Row:
    row: Row = {"location_id": location, "name": f"Shop {number}", "time_zone": "Europe/Berlin"}
    kind = "warehouse" if number % 10 == 9 else "shop"
    return row | {"kind": kind, "region": None if number % 2 else "north"}


def _product(product: Product) -> Row:
    row: Row = {"sku": product.sku, "name": product.name, "unit": product.unit, "currency": "EUR"}
    row |= {"category": "food", "gtin": None, "price_minor": product.price_minor}
    return row | {"tax_basis_points": product.tax_basis_points}


def write_world(dsn: str, world: World) -> None:
    """Insert locations, products, assortment and the opening deliveries."""
    with psycopg.connect(dsn) as connection:
        places = [_location(location, at) for at, location in enumerate(world.locations)]
        insert(connection, "locations", places)
        insert(connection, "products", [_product(product) for product in world.products])
        insert(connection, "assortment", [vars(policy) for policy in world.policies.values()])
        connection.commit()
        for delivery in world.opening:
            _movements(connection, delivery)
            connection.commit()


def _movements(connection: Connection, movements: list[Movement]) -> None:
    insert(connection, "stock_movements", [vars(movement) for movement in movements])


def write_changes(dsn: str, changes: list[Change], seconds: float, rng: random.Random) -> None:
    """Run all changes, spread over about as many seconds as the sales take."""
    with psycopg.connect(dsn) as connection:
        for change in changes:
            write_change(connection, change)
            if change.rolled_back:
                connection.rollback()
            else:
                connection.commit()
            time.sleep(rng.random() * 2 * seconds / len(changes))


def write_change(connection: Connection, change: Change) -> None:
    """Run the statements of one transaction, without its end."""
    if change.movements:
        _movements(connection, change.movements)
    if change.removed:
        connection.execute(
            "DELETE FROM assortment WHERE location_id = %s AND sku = %s", change.removed.key
        )
    if change.changed:
        _update(connection, change.changed)


def _update(connection: Connection, policy: Policy) -> None:
    connection.execute(
        "UPDATE assortment SET reorder_point = %s, order_up_to = %s, hysteresis = %s"
        " WHERE location_id = %s AND sku = %s",
        (policy.reorder_point, policy.order_up_to, policy.hysteresis, *policy.key),
    )


def refused(dsn: str, plan: Plan) -> list[str]:
    """The ways in which the database lets somebody rewrite a movement (it should not)."""
    allowed: list[str] = []
    for statement in (
        "UPDATE stock_movements SET quantity = quantity + 1 WHERE location_id LIKE %s",
        "DELETE FROM stock_movements WHERE location_id LIKE %s",
    ):
        with psycopg.connect(dsn) as connection:
            try:
                connection.execute(statement, (plan.prefix + "%",))
                allowed.append(statement)
            except psycopg.Error:
                pass
            connection.rollback()
    return allowed


def columns(dsn: str, table: str) -> set[str]:
    """The columns of a table, empty where there is none."""
    query = "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
    with psycopg.connect(dsn) as connection:
        return {row[0] for row in connection.execute(query, (table,))}


def rows_of(dsn: str, table: str, plan: Plan) -> list[Row]:
    """All rows of this run in a result table."""
    query = sql.SQL("SELECT * FROM {} WHERE location_id LIKE {}").format(
        sql.Identifier(table), sql.Literal(plan.prefix + "%")
    )
    with psycopg.connect(dsn) as connection, connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query).fetchall()


def count_of(dsn: str, table: str, plan: Plan) -> int:
    """The number of rows of this run in a result table."""
    query = sql.SQL("SELECT count(*) FROM {} WHERE location_id LIKE {}").format(
        sql.Identifier(table), sql.Literal(plan.prefix + "%")
    )
    with psycopg.connect(dsn) as connection:
        row = connection.execute(query).fetchone()
    return row[0] if row else 0


def ledger(dsn: str, plan: Plan) -> list[Row]:
    """Sum and number of effects in the ledger, by location and product."""
    query = (
        "SELECT location_id, sku, sum(quantity)::bigint AS quantity,"
        " count(*) FILTER (WHERE quantity <> 0) AS rows FROM stock_ledger"
        " WHERE location_id LIKE %s GROUP BY 1, 2"
    )
    with psycopg.connect(dsn) as connection, connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query, (plan.prefix + "%",)).fetchall()


def shift_level(dsn: str, location: str, sku: str, by: int) -> int:
    """Alter one row of `stock_levels` by hand, without a new version."""
    query = "UPDATE stock_levels SET on_hand = on_hand + %s WHERE location_id = %s AND sku = %s"
    with psycopg.connect(dsn) as connection:
        return connection.execute(query, (by, location, sku)).rowcount


def as_utc(value: Any) -> Any:
    """Times from the database and from messages, made comparable."""
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if isinstance(value, str) and len(value) >= 20 and value[10] == "T":
        return datetime.fromisoformat(value.replace("Z", "+00:00")).astimezone(UTC)
    return value
