"""`tillstream reconcile --stores` over two real databases and a real feed."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import new_database
from tests.integration.own_broker import tillstream
from tests.integration.replication_world import (
    Feed,
    applied,
    make_store_topics,
    product,
    replicating,
)
from tests.integration.sink_world import execute, rows

WHEN = "2026-11-21T09:30:00Z"


class TwoSides:
    """A centre, a store that has heard all of it, and the command that compares them."""

    def __init__(self, kafka: str, centre: str, store: str, location: str) -> None:
        self.kafka = kafka
        self.centre = centre
        self.store = store
        self.location = location

    def insert(self, dsn: str, table: str, row: dict[str, Any]) -> None:
        """A row as a client would insert it."""
        names = ", ".join(row)
        values = f"SELECT {names} FROM jsonb_populate_record(NULL::{table}, %s::jsonb)"  # noqa: S608
        execute(dsn, f"INSERT INTO {table} ({names}) {values}", json.dumps(row))

    def sold(self, dsn: str, sequence: int, quantity: int, *, up_to: int, total: int = 300) -> None:
        """A receipt, its effect, and which numbers were heard, as a sink writes them."""
        where = {"location_id": self.location, "till_id": "1", "epoch": 1, "sequence": sequence}
        source = {"source_topic": "t", "source_partition": 0, "source_offset": len(dsn) + sequence}
        self.insert(
            dsn,
            "sales",
            {**where, **source, "kind": "sale", "receipt_no": f"r-{sequence}", "gross_minor": total,
             "business_date": "2026-11-21", "occurred_at": WHEN, "total_minor": total},
        )  # fmt: skip
        self.insert(
            dsn,
            "stock_ledger",
            {**where, **source, "line_no": 1, "sku": "tea", "quantity": -quantity,
             "reason": "sale", "occurred_at": WHEN},
        )  # fmt: skip
        self.heard(dsn, up_to)

    def heard(self, dsn: str, up_to: int) -> None:
        """Which numbers of the till were heard."""
        execute(
            dsn,
            "INSERT INTO sink_tills (location_id, till_id, epoch, last_sequence) "
            "VALUES (%s, '1', 1, %s) ON CONFLICT (location_id, till_id, epoch) "
            "DO UPDATE SET last_sequence = excluded.last_sequence",
            self.location,
            up_to,
        )

    def level(self, dsn: str, on_hand: int) -> None:
        """A level as a sink writes it."""
        execute(
            dsn,
            "INSERT INTO stock_levels VALUES (%s, 'tea', %s, 0, %s, 1, now()) "
            "ON CONFLICT (location_id, sku) DO UPDATE SET on_hand = excluded.on_hand",
            self.location,
            on_hand,
            on_hand,
        )

    def compared(self) -> tuple[int, dict[str, Any]]:
        """Exit status, and what is told of the store."""
        status, told, said = tillstream(
            self.kafka,
            *("reconcile", "--stores", "--store", f"{self.location}={self.store}"),
            *("--wait", "3", "--json"),
            postgres=self.centre,
        )
        assert told, said
        ((found),) = json.loads(told)
        return status, found


@pytest.fixture
async def feed(kafka: str, shop: str) -> Feed:
    await make_store_topics(kafka, shop)
    return Feed(shop)


@pytest.fixture
async def sides(
    feed: Feed, kafka: str, postgres_server: str, template: str, tmp_path: Path
) -> TwoSides:
    """Both have a product, its price, its policy and somebody who works at two places."""
    both = TwoSides(
        kafka,
        new_database(postgres_server, template),
        new_database(postgres_server, template),
        feed.location,
    )
    tea, policy = product("tea"), {"location_id": feed.location, "sku": "tea", "listed": True}
    price = {"sku": "tea", "price_minor": 250, "currency": "EUR", "valid_from": WHEN}
    person = {"employee_id": "e-1", "card_hash": "a" * 64, "pin_hash": "scrypt$" + "a" * 20}
    person |= {"role": "cashier", "active": True}
    both.insert(both.centre, "products", tea)
    both.insert(both.centre, "assortment", {**policy, "reorder_point": 3, "order_up_to": 9})
    both.insert(both.centre, "prices", {**price, "price_id": "p-1"})
    named = {"locations": [feed.location, "shop-elsewhere"], "limits": {"refund_minor": 500}}
    both.insert(both.centre, "employees", {**person, **named})
    both.insert(both.centre, "products", product("of-others"))
    feed.product("tea")
    feed.assortment("tea")
    feed.price("p-1", "tea")
    feed.employee("e-1", "a")
    feed.head()
    await feed.send(kafka)
    with replicating(feed.location, kafka, both.store, tmp_path):
        await applied(both.store, feed.version)
    return both


async def test_a_store_that_has_all_is_equal_and_each_row_altered_by_hand_is_named(
    sides: TwoSides,
) -> None:
    status, found = sides.compared()
    assert (status, found["differences"]) == (0, [])
    execute(sides.store, "UPDATE prices SET price_minor = 1")
    execute(sides.store, "DELETE FROM assortment")
    execute(sides.store, "UPDATE employees SET role = 'manager'")
    sides.insert(sides.store, "products", product("smuggled"))
    status, found = sides.compared()
    named = {(each["table"], each["key"]): each["cause"] for each in found["differences"]}
    assert status == 1
    assert named.keys() == {
        ("price", "p-1"),
        ("assortment", "tea"),
        ("employee", "e-1"),
        ("product", "smuggled"),
    }
    assert "the store has it not" in named["assortment", "tea"]
    assert "a" * 64 not in json.dumps(found), "a hash of somebody's card is shown"


async def test_what_the_line_has_not_carried_yet_is_counted_and_no_difference(
    sides: TwoSides, feed: Feed, kafka: str
) -> None:
    execute(sides.centre, "UPDATE products SET name = 'Dear tea' WHERE sku = 'tea'")
    feed.product("tea", name="Dear tea")
    feed.head()
    await feed.send(kafka)
    for dsn, last in ((sides.centre, 1), (sides.store, 3)):
        for sequence in range(1, last + 1):
            sides.sold(dsn, sequence, 2, up_to=last)
        sides.level(dsn, 100 - 2 * last)
    status, found = sides.compared()
    assert (status, found["differences"]) == (0, [])
    assert found["not_yet_sent_to_store"] == 1
    assert found["not_yet_told_to_centre"] == 4, "two receipts and their effects"


async def test_a_sale_that_was_lost_or_altered_on_the_way_is_a_difference(sides: TwoSides) -> None:
    for sequence in range(1, 4):
        sides.sold(sides.store, sequence, 2, up_to=3)
    sides.sold(sides.centre, 1, 2, up_to=1)
    sides.sold(sides.centre, 3, 2, up_to=3, total=299)
    for dsn in (sides.store, sides.centre):
        sides.level(dsn, 94)
    status, found = sides.compared()
    assert status == 1
    checks = {(each["check"], each["key"]) for each in found["differences"]}
    assert checks == {
        ("store-sales", "1/1/2"),
        ("store-effects", "1/1/2/1"),
        ("store-sales", "1/1/3"),
    }
    assert rows(sides.store, "SELECT count(*) FROM sales") == [(3,)]


def test_a_store_that_nobody_knows_cannot_be_compared(kafka: str, fresh_postgres: str) -> None:
    status, _, said = tillstream(kafka, "reconcile", "--store", "no-dsn", postgres=fresh_postgres)
    assert status == 2 and "LOCATION_ID=DSN" in said
