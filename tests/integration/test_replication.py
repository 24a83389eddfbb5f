"""A store's replication between a real broker and a real database."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.integration.replication_world import (
    Feed,
    ReplicationProcess,
    applied,
    count,
    make_store_topics,
    replicating,
    state,
)
from tests.integration.sink_world import execute, rows, until

TABLES = (
    *("prices", "assortment", "locations", "employees", "customers"),
    *("recalls", "offers", "rule_tables"),
)

NAMES = "SELECT sku, name FROM products ORDER BY 1"


@pytest.fixture
async def feed(kafka: str, shop: str) -> Feed:
    """A feed that says nothing yet."""
    await make_store_topics(kafka, shop)
    return Feed(shop)


@pytest.fixture
async def replication(
    feed: Feed, kafka: str, fresh_postgres: str, tmp_path: Path
) -> AsyncIterator[ReplicationProcess]:
    with replicating(feed.location, kafka, fresh_postgres, tmp_path) as process:
        yield process


async def test_rows_of_every_kind_reach_their_tables_and_leave_them(
    feed: Feed, kafka: str, fresh_postgres: str, replication: ReplicationProcess
) -> None:
    feed.price("p-1", "tea")  # before its product
    feed.product("tea", name="Tea <b>&amp; 'more'</b>")
    feed.product("cup")
    feed.assortment("tea")
    feed.row("location", feed.location, {"location_id": feed.location, "name": "Here",
             "kind": "shop", "time_zone": "Europe/Berlin", "region": None})  # fmt: skip
    feed.employee("e-1", "a")
    feed.row("customer", "c-1", {"customer_id": "c-1", "card_hash": None, "sealed": "{}",
             "consents": '{"news": true}'})  # fmt: skip
    feed.row("recall", "r-1", {"sku": "tea", "lot": None, "reason": "salt", "valid_to": None,
             "valid_from": "2026-11-21T09:30:00Z", "recall_id": "r-1"})  # fmt: skip
    feed.row("offer", "o-1", {"offer_id": "o-1", "location_id": feed.location, "sku": "tea",
             "category": None, "percent": 99, "price_minor": None,
             "valid_from": "2026-11-21T09:30:00Z", "valid_to": "2026-11-22T09:30:00Z"})  # fmt: skip
    feed.row("rule_table", "discounts/3", {"table_name": "discounts", "version": 3,
             "hit_policy": "unique", "columns": '[{"name":"a","part":"when","type":"integer"}]',
             "rows": '[{"row":"r","cells":["1"]}]', "tests": "[]", "locations": [],
             "valid_from": "2020-01-01T00:00:00Z"})  # fmt: skip
    feed.row("device_list", feed.location, {"location_id": feed.location, "number": 1})
    feed.head()
    await feed.send(kafka)
    await applied(fresh_postgres, feed.version)
    assert state(fresh_postgres)["is_whole"], "the store cannot see that it has all"
    assert rows(fresh_postgres, "SELECT sku, name FROM products ORDER BY 1") == [
        ("cup", "Tea cup"),
        ("tea", "Tea <b>&amp; 'more'</b>"),
    ]
    assert {count(fresh_postgres, each) for each in TABLES} == {1}, "some kind has no table"
    limits = "SELECT limits ->> 'refund_minor', locations FROM employees"
    assert rows(fresh_postgres, limits) == [("500", [feed.location])]
    for key in list(feed.held):
        feed.gone(*key)
    feed.head()
    await feed.send(kafka)
    await applied(fresh_postgres, feed.version)
    left = {each: count(fresh_postgres, each) for each in (*TABLES, "products", "replicated_rows")}
    assert not any(left.values()), left
    assert replication.stop() == 0, replication.log


async def test_killed_at_any_row_it_goes_on_and_ends_equal(
    feed: Feed, kafka: str, fresh_postgres: str, tmp_path: Path
) -> None:
    rng = random.Random(seed := random.randrange(10**6))
    wanted: dict[str, int] = {}
    with replicating(feed.location, kafka, fresh_postgres, tmp_path) as process:
        for _ in range(6):
            for _ in range(rng.randrange(50, 1_500)):
                sku = f"sku-{rng.randrange(300)}"
                if rng.random() < 0.2 and sku in wanted:
                    del wanted[sku]
                    feed.gone("product", sku)
                else:
                    wanted[sku] = rng.randrange(10_000)
                    feed.product(sku, price_minor=wanted[sku])
            feed.head()
            await feed.send(kafka)
            await asyncio.sleep(rng.random() * 1.5)
            process.kill()
            process.restart()
        await applied(fresh_postgres, feed.version)
    found = dict(rows(fresh_postgres, "SELECT sku, price_minor FROM products"))
    assert found == wanted, f"seed {seed}"
    assert state(fresh_postgres)["is_whole"], f"seed {seed}"


async def test_two_at_once_write_each_row_once_and_the_older_one_ends(
    feed: Feed, kafka: str, fresh_postgres: str, tmp_path: Path
) -> None:
    with replicating(feed.location, kafka, fresh_postgres, tmp_path, "older") as older:
        feed.product("tea")
        feed.head()
        await feed.send(kafka)
        await applied(fresh_postgres, feed.version)
        with replicating(feed.location, kafka, fresh_postgres, tmp_path, "newer") as newer:
            await until(lambda: bool(newer.said("replication_started")), "the newer one runs")
            for number in range(3_000):
                feed.product(f"sku-{number}")
                feed.assortment(f"sku-{number}")
            feed.head()
            await feed.send(kafka)
            await applied(fresh_postgres, feed.version)
            await until(lambda: not older.running, "the older one has ended")
            assert older.process.returncode == 1
            assert "one does at a time" in older.log
            assert state(fresh_postgres)["is_whole"]
            await until(lambda: count(fresh_postgres, "replicated_onward") == 0, "all is told")
            assert newer.running, newer.log


async def test_a_feed_of_the_next_release_stops_nothing_and_is_kept_until_it_is_known(
    feed: Feed, kafka: str, fresh_postgres: str, tmp_path: Path
) -> None:
    with replicating(feed.location, kafka, fresh_postgres, tmp_path) as replication:
        feed.product("tea", allergens="nuts")
        feed.row("loyalty_tier", "gold", {"tier": "gold", "points": 100})
        feed.records.append(("a key of another form", b"{}"))
        feed.product("cup")
        feed.head()
        await feed.send(kafka)
        await applied(fresh_postgres, feed.version)
        assert state(fresh_postgres)["is_whole"], "what is not known counts all the same"
        assert rows(fresh_postgres, NAMES) == [("cup", "Tea cup"), ("tea", "Tea tea")]
        aside = "SELECT kind, id, refused FROM replicated_aside"
        ((kind, row_id, _),) = rows(fresh_postgres, aside)
        assert (kind, row_id) == ("loyalty_tier", "gold")
        shown = 'tillstream_replication_aside_rows{reason="unknown_kind"}'
        await until(lambda: replication.metric(shown) == 1, "the row is counted")
        assert replication.metric("tillstream_replication_unknown_fields") == 1
        malformed = 'tillstream_replication_records_total{outcome="malformed"}'
        assert replication.metric(malformed) == 1
        assert "nuts" not in replication.log, "the log repeats what is in rows"
        replication.stop()
        execute(fresh_postgres, "ALTER TABLE products ADD COLUMN allergens text")
        replication.restart()
        told = "SELECT allergens FROM products WHERE sku = 'tea'"
        await until(lambda: rows(fresh_postgres, told) == [("nuts",)], "the field is known now")


async def test_a_feed_of_the_last_release_leaves_new_columns_as_they_are(
    feed: Feed, kafka: str, fresh_postgres: str, tmp_path: Path
) -> None:
    added = "ALTER TABLE products ADD COLUMN shelf text NOT NULL DEFAULT 'none'"
    execute(fresh_postgres, added)
    with replicating(feed.location, kafka, fresh_postgres, tmp_path):
        feed.product("tea")
        feed.head()
        await feed.send(kafka)
        await applied(fresh_postgres, feed.version)
        assert rows(fresh_postgres, "SELECT shelf FROM products") == [("none",)]


async def test_a_row_that_the_database_refuses_is_kept_told_and_mended_by_its_next_version(
    feed: Feed, kafka: str, fresh_postgres: str, replication: ReplicationProcess
) -> None:
    for number in range(400):
        feed.product(f"sku-{number}")
    feed.product("bad", unit="bushel")
    feed.product("minus", tax_basis_points=-1)
    feed.product("nul", name="a\x00b")
    feed.head()
    await feed.send(kafka)
    await applied(fresh_postgres, feed.version)
    assert count(fresh_postgres, "products") == 400, "one bad row kept out good ones"
    why = dict(rows(fresh_postgres, "SELECT id, refused FROM replicated_aside"))
    assert "products_unit_check" in why["bad"] and why.keys() == {"bad", "nul", "minus"}
    shown = 'tillstream_replication_aside_rows{reason="refused"}'
    await until(lambda: replication.metric(shown) == 3, "the rows are counted")
    replication.stop()
    loosened = "ALTER TABLE products DROP CONSTRAINT products_tax_basis_points_check"
    execute(fresh_postgres, loosened)
    replication.restart()
    minus = "SELECT tax_basis_points FROM products WHERE sku = 'minus'"
    await until(lambda: rows(fresh_postgres, minus) == [(-1,)], "it is tried again at the start")
    feed.product("bad", unit="gram")
    feed.gone("product", "nul")
    feed.head()
    await feed.send(kafka)
    await applied(fresh_postgres, feed.version)
    assert count(fresh_postgres, "products") == 402
    await until(lambda: replication.metric(shown) == 0, "nothing is aside")


async def test_two_rows_that_have_changed_places_arrive_in_whichever_order(
    feed: Feed, kafka: str, fresh_postgres: str, tmp_path: Path
) -> None:
    with replicating(feed.location, kafka, fresh_postgres, tmp_path):
        feed.employee("e-1", "a")
        feed.employee("e-2", "b")
        feed.price("p-1", "tea", price_minor=100)
        feed.price("p-2", "tea", price_minor=200, valid_from="2027-01-01T00:00:00Z")
        feed.head()
        await feed.send(kafka)
        await applied(fresh_postgres, feed.version)
        # The centre went by a third card; compaction has left the ends alone.
        feed.employee("e-1", "b")
        feed.price("p-2", "tea", price_minor=200)
        await feed.send(kafka)
        await asyncio.sleep(1)
        feed.employee("e-2", "a")
        feed.price("p-1", "tea", price_minor=100, valid_from="2027-01-01T00:00:00Z")
        feed.head()
        await feed.send(kafka)
        await applied(fresh_postgres, feed.version)
    cards = "SELECT employee_id, left(card_hash, 1) FROM employees ORDER BY 1"
    assert rows(fresh_postgres, cards) == [("e-1", "b"), ("e-2", "a")]
    dear = "SELECT price_id FROM prices ORDER BY valid_from"
    assert rows(fresh_postgres, dear) == [("p-2",), ("p-1",)]
    assert count(fresh_postgres, "replicated_aside") == 0


async def test_what_the_centre_decided_is_not_judged_by_the_stores_clock_or_limits(
    feed: Feed, kafka: str, fresh_postgres: str, tmp_path: Path
) -> None:
    table = {
        "table_name": "discounts", "version": 1, "hit_policy": "unique", "tests": "[]",
        "columns": '[{"name":"a","part":"when","type":"integer"}]', "locations": [],
        "rows": '[{"row":"r","cells":["1"]}]', "valid_from": "2020-01-01T00:00:00Z",
    }  # fmt: skip
    with replicating(feed.location, kafka, fresh_postgres, tmp_path):
        feed.row("rule_table", "discounts/1", table)
        feed.head()
        await feed.send(kafka)
        await applied(fresh_postgres, feed.version)
        feed.row("rule_table", "discounts/1", {**table, "locations": [feed.location]})
        feed.head()
        await feed.send(kafka)
        await applied(fresh_postgres, feed.version)
        found = rows(fresh_postgres, "SELECT locations FROM rule_tables")
        assert found == [([feed.location],)]
        feed.gone("rule_table", "discounts/1")
        feed.head()
        await feed.send(kafka)
        await applied(fresh_postgres, feed.version)
        assert count(fresh_postgres, "rule_tables") == 0, "a rule that the centre took back stays"


async def test_a_new_store_of_ten_thousand_products_is_full_from_an_empty_disk(
    feed: Feed,
    kafka: str,
    fresh_postgres: str,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    for number in range(10_000):
        feed.product(f"sku-{number}")
        feed.price(f"p-{number}", f"sku-{number}")
        feed.assortment(f"sku-{number}")
    feed.head()
    await feed.send(kafka)
    began = time.monotonic()
    with replicating(feed.location, kafka, fresh_postgres, tmp_path):
        await applied(fresh_postgres, feed.version)
        record_property("seconds_to_tables", round(time.monotonic() - began, 1))
        await until(lambda: count(fresh_postgres, "replicated_onward") == 0, "all is told")
        record_property("seconds_to_workers", round(time.monotonic() - began, 1))
    assert state(fresh_postgres)["is_whole"]
    assert {count(fresh_postgres, each) for each in ("products", "prices", "assortment")} == {
        10_000
    }
