"""Simulated shops on a real broker and a real database."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Generator, Iterable
from contextlib import closing
from typing import Any

import psycopg
import pytest

from tests.integration.own_broker import tillstream, tillstream_json
from tests.integration.till_topic import TillTopic
from tillstream.settings import HOME
from topics.wire import (
    AnyWireEvent,
    WireCartAbandoned,
    WireCartCompleted,
    WireCartOpened,
    WireGoodsReturned,
)

FIXED = ("--seed", "11", "--locations", "3", "--tills", "2", "--start", "2026-11-20T10:00")


@pytest.fixture
def topic(kafka: str) -> Generator[TillTopic]:
    with closing(TillTopic(kafka)) as topic:
        yield topic


def by_till_and_epoch(events: Iterable[AnyWireEvent]) -> dict[tuple[str, int], list[AnyWireEvent]]:
    said: dict[tuple[str, int], list[AnyWireEvent]] = defaultdict(list)
    for event in events:
        said[event.till_id, event.epoch].append(event)
    return said


def scalar(dsn: str, query: str) -> Any:
    with psycopg.connect(dsn) as connection:
        row = connection.execute(query.encode()).fetchone()
    return row[0] if row else None


def started(bootstrap: str, dsn: str, *arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "TILLSTREAM_KAFKA": bootstrap, "TILLSTREAM_POSTGRES": dsn}
    return subprocess.Popen(
        [sys.executable, "-m", "tillstream", "simulate", "--json", *arguments],
        env=environment, cwd=HOME, text=True, stdout=subprocess.PIPE,
    )  # fmt: skip


def sold_for_a_while(topic: TillTopic, dsn: str, end: signal.Signals) -> dict[str, Any]:
    """Let it sell until a few hundred events are there, end it, and hand on its account."""
    before = len(topic.messages())
    process = started(topic.bootstrap, dsn, "--rate", "400", "--steady")
    try:
        deadline = time.monotonic() + 60
        while len(topic.messages()) < before + 400 and time.monotonic() < deadline:
            time.sleep(0.2)
        process.send_signal(end)
        output, _ = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 0, "a simulator that is asked to end has not failed"
    return json.loads(output)


def test_events_arrive_numbered_without_gaps_in_the_partition_of_their_location(
    topic: TillTopic,
) -> None:
    status, told = tillstream_json(
        topic.bootstrap, "simulate", "--no-database", *FIXED, "--events", "5000", "--speed", "0"
    )
    said = by_till_and_epoch(topic.events())

    assert status == 0
    assert told["events"] == sum(map(len, said.values())) == 5000
    types = Counter(e.__struct_config__.tag for events in said.values() for e in events)
    assert told["events_by_type"] == dict(types)
    for till, events in said.items():
        assert [e.sequence for e in events] == list(range(1, len(events) + 1)), till


def test_the_same_seed_and_start_send_the_same_bytes(topic: TillTopic) -> None:
    arguments = ("simulate", "--no-database", *FIXED, "--events", "1500", "--speed", "0")
    tillstream(topic.bootstrap, *arguments)
    first = Counter(message.value for message in topic.messages())
    tillstream(topic.bootstrap, *arguments)

    assert Counter(message.value for message in topic.messages()) == first + first


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_simulator_goes_on_in_a_new_epoch_and_leaves_no_cart_open(
    topic: TillTopic, fresh_postgres: str, end: signal.Signals
) -> None:
    accounts = [sold_for_a_while(topic, fresh_postgres, end) for _ in range(2)]
    said = by_till_and_epoch(topic.events())

    assert len({epoch for _, epoch in said}) == 2, "a restarted till went on in its old epoch"
    assert sum(account["events"] for account in accounts) == sum(map(len, said.values()))
    for till, events in said.items():
        assert [e.sequence for e in events] == list(range(1, len(events) + 1)), till
        opened = [e.cart_id for e in events if isinstance(e, WireCartOpened)]
        ended = [e.cart_id for e in events if isinstance(e, WireCartCompleted | WireCartAbandoned)]
        assert sorted(opened) == sorted(ended), f"{till} was left with an open cart"


def test_master_data_and_movements_are_booked_once_however_often_it_starts(
    topic: TillTopic, fresh_postgres: str
) -> None:
    arguments = ("simulate", *FIXED, "--events", "10000", "--speed", "0", "--json")
    first = tillstream(topic.bootstrap, *arguments, postgres=fresh_postgres)
    booked = scalar(fresh_postgres, "SELECT count(*) FROM stock_movements")
    second = tillstream(topic.bootstrap, *arguments, postgres=fresh_postgres)
    told = json.loads(first[1])

    assert (first[0], second[0]) == (0, 0), (first[2], second[2])
    locations, products = 3 + 1 + 1, scalar(fresh_postgres, "SELECT count(*) FROM products")
    assert scalar(fresh_postgres, "SELECT count(*) FROM locations") == locations
    assert scalar(fresh_postgres, "SELECT count(*) FROM assortment") == locations * products
    tables = "SELECT array_agg(table_name || version ORDER BY 1) FROM rule_tables"
    assert scalar(fresh_postgres, tables) == [
        "id-check1", "off51", "scanned-twice1", "serial-loyalty1", "weight-check1",
    ]  # fmt: skip
    begun = "SELECT bool_and(valid_from < now()) FROM rule_tables"
    assert scalar(fresh_postgres, begun), "a table holds only from some later day on"
    assert told["movements"] > 0
    assert booked == locations * products + told["movements"]
    assert scalar(fresh_postgres, "SELECT count(*) FROM stock_movements") == booked


def test_stock_that_is_booked_and_sold_stays_near_the_shelves_size(
    topic: TillTopic, fresh_postgres: str
) -> None:
    arguments = ("simulate", *FIXED, "--events", "10000", "--speed", "0")
    status, _, errors = tillstream(topic.bootstrap, *arguments, postgres=fresh_postgres)
    assert status == 0, errors

    with psycopg.connect(fresh_postgres) as connection:
        rows = connection.execute(
            "SELECT location_id, sku, sum(quantity)::bigint FROM stock_movements GROUP BY 1, 2"
        ).fetchall()
        shelves = connection.execute("SELECT location_id, sku, order_up_to FROM assortment")
        full = {(location, sku): order_up_to for location, sku, order_up_to in shelves}
    on_hand = Counter({(location, sku): quantity for location, sku, quantity in rows})
    for event in topic.events():
        if isinstance(event, WireCartCompleted):
            for line in event.lines:
                on_hand[event.location_id, line.sku] -= line.quantity
        elif isinstance(event, WireGoodsReturned) and event.restock:
            for line in event.lines:
                on_hand[event.location_id, line.sku] += line.quantity

    starved = [key for key, quantity in on_hand.items() if quantity < -full[key]]
    heaped = [key for key, quantity in on_hand.items() if quantity > full[key] * 3 // 2 + 20_000]
    assert len(starved) < len(full) // 50, "deliveries do not follow the sales"
    assert not heaped, "deliveries come without sales"


def test_a_database_without_tables_is_told_with_the_command_that_makes_them(
    topic: TillTopic, postgres_server: str
) -> None:
    status, _, errors = tillstream(
        topic.bootstrap, "simulate", "--events", "5", postgres=postgres_server
    )

    assert status == 1
    assert "tillstream migrate" in errors


def test_a_speed_without_a_start_is_refused(topic: TillTopic) -> None:
    status, _, errors = tillstream(topic.bootstrap, "simulate", "--speed", "2")

    assert status == 2
    assert "--start" in errors


def furnished(kafka: str, dsn: str, *locations: str, **settings: str) -> tuple[int, str]:
    status, _, errors = tillstream(kafka, "furnish", *locations, postgres=dsn, **settings)
    return status, errors


def test_a_shop_in_which_others_sell_is_furnished_without_stock_and_once(
    kafka: str, fresh_postgres: str
) -> None:
    for _ in range(2):
        assert furnished(kafka, fresh_postgres, "koeln-ehrenfeld", "milano-brera") == (0, "")
    listed = "SELECT string_agg(DISTINCT location_id, ',' ORDER BY location_id) FROM assortment"
    assert scalar(fresh_postgres, listed) == "koeln-ehrenfeld,milano-brera"
    assert scalar(fresh_postgres, "SELECT count(*) FROM products") > 0
    assert scalar(fresh_postgres, "SELECT count(*) FROM stock_movements") == 0, "a store books its"


def test_a_store_of_its_own_books_its_first_stock_once_and_no_others(
    kafka: str, fresh_postgres: str
) -> None:
    here, counted = {"store": "koeln-ehrenfeld"}, "SELECT count(*) FROM stock_movements"
    assert furnished(kafka, fresh_postgres, "koeln-ehrenfeld", **here) == (0, "")
    booked = scalar(fresh_postgres, counted)
    assert furnished(kafka, fresh_postgres, "koeln-ehrenfeld", **here) == (0, "")
    assert scalar(fresh_postgres, counted) == booked > 0
    elsewhere = "SELECT count(*) FROM stock_movements WHERE location_id <> 'koeln-ehrenfeld'"
    assert scalar(fresh_postgres, elsewhere) == 0

    for wrong in (("milano-brera",), ("koeln-ehrenfeld", "milano-brera")):
        status, errors = furnished(kafka, fresh_postgres, *wrong, **here)
        assert status == 1 and "no other is furnished" in errors
    assert scalar(fresh_postgres, counted) == booked


def test_a_shop_that_the_company_does_not_have_is_named(kafka: str, fresh_postgres: str) -> None:
    status, errors = furnished(kafka, fresh_postgres, "atlantis")
    assert status == 1 and "atlantis is none of the simulated shops" in errors
