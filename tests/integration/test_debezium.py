"""Row changes on their way from a real PostgreSQL, through Debezium, to real topics."""

import json
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, LiteralString, NamedTuple

import psycopg
import pytest
from kafka import KafkaConsumer
from kafka.structs import TopicPartition
from psycopg.conninfo import make_conninfo
from typer.testing import CliRunner

from clients.connect import ConnectAccess
from clients.kafka import KafkaAccess
from clients.postgres import PostgresAccess
from connectors.connect.errors import ConnectorError
from connectors.connect.rest import Connect
from connectors.debezium import keeper
from connectors.debezium.definition import NAME, ROLE, SourceDatabase, definition
from connectors.debezium.slot import ReplicationSlot
from operations.topic_sync.sync import sync
from tests.conftest import connect_settings
from tillstream.cli import build
from topics.changes import AssortmentPolicy, Location, Product, StockMovement
from topics.devices import Device
from topics.partitioning import partition_of
from topics.pricing import Offer, Price, Recall
from topics.rule_tables import RuleTable
from topics.wire import decode_location, decode_movement, decode_policy, decode_product

PARTITIONS = 8

PATIENCE_SECONDS = 120
"""For something that takes a second here, on a machine that is busy with much else."""


class Message(NamedTuple):
    """One message, in the order of its partition."""

    partition: int
    key: str
    value: dict[str, Any] | None
    raw: bytes | None


@pytest.fixture(scope="module")
def source(postgres: str) -> SourceDatabase:
    return SourceDatabase(
        PostgresAccess(postgres).as_role(ROLE), partitions=PARTITIONS, replication=1
    )


@pytest.fixture(scope="module")
def capture(kafka: str, connect: ConnectAccess, source: SourceDatabase) -> Generator[ConnectAccess]:
    """Connect with the connector running; gone without a trace afterwards."""
    sync(KafkaAccess(kafka), PARTITIONS, 1, change=True)
    keeper.apply(connect, source)
    yield connect
    keeper.remove(connect, source)


@pytest.fixture
def execute(capture: ConnectAccess, postgres: str) -> Generator[Callable[..., object]]:
    """Runs a statement as the database's owner, each in a transaction of its own."""
    with psycopg.connect(postgres, autocommit=True) as conn:
        yield conn.execute


@pytest.fixture
def read(kafka: str) -> Callable[[str, str, int], list[Message]]:
    def messages(topic: str, key: str, count: int) -> list[Message]:
        return read_key(kafka, topic, key, count)

    return messages


def read_key(kafka: str, topic: str, key: str, count: int) -> list[Message]:
    """The messages of ``key``, once there are ``count``, and any that follow on their heels."""
    consumer = KafkaConsumer(bootstrap_servers=kafka, enable_auto_commit=False)
    try:
        parts = [TopicPartition(topic, part) for part in range(PARTITIONS)]
        consumer.assign(parts)
        consumer.seek_to_beginning(*parts)
        return _collect(consumer, key, count)
    finally:
        consumer.close()


def _collect(consumer: Any, key: str, count: int) -> list[Message]:
    found: list[Message] = []
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        batch = consumer.poll(timeout_ms=500)
        found += [m for m in _messages(batch) if m.key == key]
        if not batch and len(found) >= count:
            break
    assert len(found) == count, f"{count} messages of {key} were expected: {found}"
    return found


def _messages(batch: dict[Any, list[Any]]) -> Generator[Message]:
    for records in batch.values():
        for record in records:
            value = None if record.value is None else json.loads(record.value)
            yield Message(record.partition, record.key.decode(), value, record.value)


def test_a_movement_arrives_in_its_locations_partition_as_contracted(
    execute: Callable[..., object], read: Callable[[str, str, int], list[Message]]
) -> None:
    execute(
        "INSERT INTO stock_movements VALUES ('m-1', 'L-move', 'SKU.1', -1000000000000, "
        "'shrinkage', NULL, '2026-11-21T10:00:00+02:00')"
    )
    (message,) = read("cdc.stock-movements", "L-move", 1)
    assert message.value is not None
    origin = message.value["origin"]
    assert origin.startswith("L-move@"), "another database's numbers would be taken for these"
    assert message.value == {
        "movement_id": "m-1",
        "location_id": "L-move",
        "sku": "SKU.1",
        "quantity": -1000000000000,
        "reason": "shrinkage",
        "reference": None,
        "occurred_at": "2026-11-21T08:00:00.000000Z",
        "origin": origin,
        "number": 1,
    }
    assert message.partition == partition_of("L-move", PARTITIONS), (
        "Connect places keys otherwise than tills do: a location would be in two partitions"
    )
    assert message.raw is not None
    StockMovement.model_validate_json(message.raw)
    decode_movement(message.raw)


def test_keys_of_any_length_land_where_tills_put_them(
    execute: Callable[..., object], read: Callable[[str, str, int], list[Message]]
) -> None:
    for location in ("a", "zz", "L-9", "warehouse.north_7", "x" * 64):
        execute(
            "INSERT INTO stock_movements (location_id, sku, quantity, reason) "
            "VALUES (%s, 's', 1, 'delivery')",
            (location,),
        )
        (message,) = read("cdc.stock-movements", location, 1)
        assert message.partition == partition_of(location, PARTITIONS), location


def test_a_deleted_policy_says_which_one_it_was(
    execute: Callable[..., object], read: Callable[[str, str, int], list[Message]]
) -> None:
    execute("INSERT INTO assortment VALUES ('L-policy', 'milk', true, 5, 20, 2)")
    execute("INSERT INTO assortment (location_id, sku) VALUES ('L-policy', 'oats')")
    execute("UPDATE assortment SET listed = false WHERE sku = 'milk'")
    execute("DELETE FROM assortment WHERE location_id = 'L-policy' AND sku = 'milk'")
    messages = read("cdc.assortment", "L-policy", 4)
    changed = [(message.value or {}).pop("__source_ts_ms") for message in messages]
    assert changed == sorted(changed) and abs(changed[-1] / 1000 - time.time()) < 600
    milk = {
        "location_id": "L-policy",
        "sku": "milk",
        "reorder_point": 5,
        "order_up_to": 20,
        "hysteresis": 2,
    }
    assert [message.value for message in messages] == [
        milk | {"listed": True, "__deleted": "false"},
        {
            "location_id": "L-policy",
            "sku": "oats",
            "listed": True,
            "reorder_point": 0,
            "order_up_to": 0,
            "hysteresis": None,
            "__deleted": "false",
        },
        milk | {"listed": False, "__deleted": "false"},
        milk | {"listed": False, "__deleted": "true"},
    ]
    for message in messages:
        assert message.raw is not None
        policy = AssortmentPolicy.model_validate_json(message.raw)
        assert policy.changed_ms == decode_policy(message.raw).changed_ms
        assert policy.changed_ms in changed


def test_a_product_is_its_row_and_its_delete_a_tombstone(
    execute: Callable[..., object], read: Callable[[str, str, int], list[Message]]
) -> None:
    execute(
        "INSERT INTO products VALUES ('p-1', '4006381333931', 'Käse „jung“', 'dairy', 'gram', "
        "1990, 'EUR', 700)"
    )
    execute(
        "UPDATE products SET price_minor = 0, gtin = NULL, style = 'cheese', size = '200 g', "
        "replaces_sku = 'p-0', supplier = 'Molkerei', pack_size = 6, cost_minor = 1200 "
        "WHERE sku = 'p-1'"
    )
    execute("DELETE FROM products WHERE sku = 'p-1'")
    first, second, gone = read("cdc.products", "p-1", 3)
    row = {
        "sku": "p-1",
        "gtin": "4006381333931",
        "name": "Käse „jung“",
        "category": "dairy",
        "unit": "gram",
        "price_minor": 1990,
        "currency": "EUR",
        "tax_basis_points": 700,
    }
    variant = {
        "style": "cheese", "colour": None, "size": "200 g", "image": None, "replaces_sku": "p-0",
        "supplier": "Molkerei", "pack_size": 6, "cost_minor": 1200,
    }  # fmt: skip
    assert first.value == row | dict.fromkeys(variant), "an insert of before has no variant"
    assert second.value == row | {"price_minor": 0, "gtin": None} | variant
    assert gone.raw is None, "a value that is no tombstone: compaction would keep the product"
    assert first.raw is not None and second.raw is not None
    for raw in (first.raw, second.raw):
        Product.model_validate_json(raw)
        decode_product(raw)


def test_a_product_under_a_new_sku_leaves_a_tombstone_under_the_old(
    execute: Callable[..., object], read: Callable[[str, str, int], list[Message]]
) -> None:
    execute("INSERT INTO products (sku, name, category, price_minor) VALUES ('old', 'n', 'c', 1)")
    execute("UPDATE products SET sku = 'new' WHERE sku = 'old'")
    assert [message.raw is None for message in read("cdc.products", "old", 2)] == [False, True]
    (message,) = read("cdc.products", "new", 1)
    assert message.value is not None
    assert message.value["sku"] == "new"


def test_a_long_name_survives_a_change_beside_it(
    execute: Callable[..., object], read: Callable[[str, str, int], list[Message]]
) -> None:
    # Random, so that it is stored out of line: PostgreSQL sends such a text only when it changes.
    execute("ALTER TABLE products ALTER name SET STORAGE EXTERNAL")
    execute(
        "INSERT INTO products (sku, name, category, price_minor) "
        "VALUES ('long', repeat('ä', 1024), repeat('ö', 1024), 1)"
    )
    execute("UPDATE products SET price_minor = 2 WHERE sku = 'long'")
    _, after = read("cdc.products", "long", 2)
    assert after.value is not None
    assert after.value["name"] == "ä" * 1024, "the name was replaced by a placeholder"


def test_a_location_is_its_row_and_its_delete_a_tombstone(
    execute: Callable[..., object], read: Callable[[str, str, int], list[Message]]
) -> None:
    execute("INSERT INTO locations VALUES ('L-place', 'Köln Dom', 'shop', 'Europe/Berlin', 'west')")
    execute("UPDATE locations SET region = NULL WHERE location_id = 'L-place'")
    execute("DELETE FROM locations WHERE location_id = 'L-place'")
    first, second, gone = read("cdc.locations", "L-place", 3)
    row = {
        "location_id": "L-place",
        "name": "Köln Dom",
        "kind": "shop",
        "time_zone": "Europe/Berlin",
        "region": "west",
    }
    assert (first.value, second.value) == (row, row | {"region": None})
    assert gone.raw is None, "a value that is no tombstone: compaction would keep the location"
    assert first.raw is not None
    Location.model_validate_json(first.raw)
    decode_location(first.raw)


def test_prices_recalls_offers_and_rule_tables_arrive_as_contracted(
    execute: Callable[..., object], read: Callable[[str, str, int], list[Message]]
) -> None:
    execute(
        "INSERT INTO prices (sku, location_id, price_minor, currency, valid_from, valid_to) "
        "VALUES ('p-priced', NULL, 5, 'EUR', '2026-11-21T10:00:00+02:00', NULL), "
        "('p-priced', 'L-1', 4, 'EUR', '2026-11-21T08:00:00Z', '2026-11-22T08:00:00Z')"
    )
    execute("DELETE FROM prices WHERE location_id = 'L-1'")
    execute("INSERT INTO recalls (sku, reason) VALUES ('p-priced', 'glass')")
    execute(
        "INSERT INTO offers (offer_id, location_id, category, percent, valid_from, valid_to) "
        "VALUES ('o-1', 'L-offer', 'tea', 5, now(), now() + interval '1 day')"
    )
    execute(
        "INSERT INTO rule_tables (table_name, version, columns, rows) VALUES ('off', 1, %s, %s)",
        (
            '[{"name": "n", "part": "when", "type": "integer"}]',
            '[{"row": "r", "cells": ["1"]}]',
        ),
    )
    everywhere, there, gone = read("cdc.prices", "p-priced", 3)
    assert (everywhere.raw and there.raw and gone.raw) is not None
    told = [Price.model_validate_json(each.raw or b"") for each in (everywhere, there, gone)]
    assert [(each.location_id, each.deleted) for each in told] == [
        (None, "false"), ("L-1", "false"), ("L-1", "true"),
    ], "nothing says which of the prices is gone"  # fmt: skip
    assert told[0].valid_from == told[1].valid_from and told[2].price_id == told[1].price_id
    (recall,) = read("cdc.recalls", "p-priced", 1)
    (offer,) = read("cdc.offers", "L-offer", 1)
    (table,) = read("cdc.rule-tables", "off", 1)
    assert Recall.model_validate_json(recall.raw or b"").lot is None
    assert Offer.model_validate_json(offer.raw or b"").percent == 5
    assert offer.partition == partition_of("L-offer", PARTITIONS)
    assert RuleTable.model_validate_json(table.raw or b"").rows[0].cells == ["1"]


def test_a_device_is_its_row_and_tells_no_secret(
    execute: Callable[..., object], read: Callable[[str, str, int], list[Message]]
) -> None:
    execute(
        "INSERT INTO devices (location_id, till_id, highest_epoch, list_number) "
        "VALUES ('L-device', '1', 1, 1)"
    )
    execute(
        "UPDATE devices SET status = 'active', epoch = 1, list_number = 2 "
        "WHERE location_id = 'L-device'"
    )
    first, second = read("cdc.devices", "L-device", 2)
    assert first.raw is not None and second.raw is not None
    assert first.partition == partition_of("L-device", PARTITIONS)
    assert Device.model_validate_json(first.raw).status == "registered"
    assert second.value is not None and second.value.keys() == Device.model_fields.keys()
    assert (second.value["status"], second.value["epoch"]) == ("active", 1)


def test_changes_of_one_location_keep_their_order(
    execute: Callable[..., object], read: Callable[[str, str, int], list[Message]]
) -> None:
    execute("INSERT INTO assortment (location_id, sku) VALUES ('L-order', 's')")
    for point in range(1, 300):
        execute("UPDATE assortment SET reorder_point = %s WHERE location_id = 'L-order'", (point,))
    points = [m.value and m.value["reorder_point"] for m in read("cdc.assortment", "L-order", 300)]
    assert points == list(range(300))


def test_an_idle_table_does_not_hold_back_wal(execute: Callable[..., Any], postgres: str) -> None:
    execute("CREATE TABLE IF NOT EXISTS busy (payload text)")
    execute("INSERT INTO busy SELECT repeat('x', 1000) FROM generate_series(1, 1000)")
    (written,) = execute("SELECT pg_current_wal_lsn()").fetchone()
    slot: LiteralString = (
        "SELECT confirmed_flush_lsn > %s FROM pg_replication_slots WHERE slot_name = 'tillstream'"
    )
    wait_until(
        lambda: execute(slot, (written,)).fetchone() == (True,),
        "the slot stands still while only another table changes: WAL would fill the disk",
    )


def test_a_lost_connection_to_the_database_heals_by_itself(
    execute: Callable[..., Any], postgres: str, read: Callable[[str, str, int], list[Message]]
) -> None:
    with psycopg.connect(postgres, user="tillstream_cdc", autocommit=True) as conn:
        conn.execute(
            "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots "
            "WHERE slot_name = 'tillstream' AND active"
        )
    execute(
        "INSERT INTO stock_movements (location_id, sku, quantity, reason) "
        "VALUES ('L-cut', 's', 1, 'delivery')"
    )
    read("cdc.stock-movements", "L-cut", 1)


def test_applying_again_changes_nothing(capture: ConnectAccess, source: SourceDatabase) -> None:
    assert keeper.apply(capture, source) == "unchanged"
    assert keeper.check(capture, source).is_in_order


def test_a_setting_that_was_altered_by_hand_is_found_and_set_right(
    capture: ConnectAccess, source: SourceDatabase
) -> None:
    altered = definition(source) | {"poll.interval.ms": "5000", "max.batch.size": "100"}
    Connect(capture, NAME).put_config(altered)
    found = keeper.check(capture, source)
    assert [tuple(item) for item in found.differences] == [
        ("max.batch.size", "100", None),
        ("poll.interval.ms", "5000", "20"),
    ]
    assert not found.is_in_order
    assert keeper.apply(capture, source) == "changed"
    assert keeper.check(capture, source).is_in_order


def test_a_password_that_a_former_definition_holds_is_not_shown_and_goes(
    capture: ConnectAccess, source: SourceDatabase
) -> None:
    Connect(capture, NAME).put_config(definition(source) | {"database.password": "s3cret"})
    finding = keeper.check(capture, source)
    assert [tuple(item) for item in finding.differences] == [
        ("database.password", "(hidden)", None)
    ]
    keeper.apply(capture, source)
    assert "s3cret" not in str(Connect(capture, NAME).config())


def test_a_task_that_failed_says_why_and_resumes_with_the_row_that_it_failed_on(
    capture: ConnectAccess,
    source: SourceDatabase,
    execute: Callable[..., object],
    read: Callable[[str, str, int], list[Message]],
) -> None:
    wrong = definition(source) | {"transforms.keySku.field": "nonsense"}
    Connect(capture, NAME).put_config(wrong)
    hits: list[str] = []

    def failed() -> bool:
        # The task with the old setting goes on for a moment, and may read a row or two.
        hits.append(f"hit-{len(hits)}")
        execute(
            "INSERT INTO products (sku, name, category, price_minor) VALUES (%s, 'n', 'c', 1)",
            [hits[-1]],
        )
        return keeper.check(capture, source).state == "FAILED"

    wait_until(failed, "the fault was hidden")
    assert "nonsense" in keeper.check(capture, source).trace
    assert keeper.apply(capture, source) == "changed"
    for hit in hits:
        read("cdc.products", hit, 1)


def test_a_connector_that_somebody_stopped_runs_again(
    capture: ConnectAccess, source: SourceDatabase
) -> None:
    Connect(capture, NAME).stop()
    wait_until(lambda: keeper.check(capture, source).state == "STOPPED", "it does not stop")
    assert keeper.apply(capture, source) == "unchanged"
    assert keeper.check(capture, source).is_in_order


def test_a_connector_that_only_retries_is_not_taken_for_a_running_one(
    capture: ConnectAccess, source: SourceDatabase, execute: Callable[..., object]
) -> None:
    keeper.remove(capture, source)
    execute("REVOKE SELECT ON products FROM tillstream_cdc")
    with pytest.raises(ConnectorError, match=r"is STALLED: .* it reads no changes"):
        keeper.apply(capture, source, wait_seconds=8)
    assert not keeper.check(capture, source).is_in_order
    execute("GRANT SELECT ON products TO tillstream_cdc")
    assert keeper.apply(capture, source) == "unchanged"
    assert keeper.check(capture, source).is_in_order


def test_an_address_that_leads_nowhere_is_refused_and_the_connector_runs_on(
    capture: ConnectAccess, source: SourceDatabase
) -> None:
    dsn = make_conninfo(source.postgres.dsn, dbname="nowhere")
    nowhere = replace(source, postgres=PostgresAccess(dsn))
    with pytest.raises(ConnectorError, match="nowhere"):
        keeper.apply(capture, nowhere)
    assert keeper.check(capture, source).is_in_order


BOOK = (
    "INSERT INTO stock_movements (movement_id, location_id, sku, quantity, reason, occurred_at) "
    "VALUES (%s, %s, 's', 7, 'delivery', now() - interval '1 day' * %s)"
)


def ids_of(messages: list[Message]) -> list[str]:
    """Movements in the order in which they came."""
    return [message.value["movement_id"] for message in messages if message.value]


def test_a_reset_sends_master_data_and_the_newest_movements_again_and_none_of_years(
    capture: ConnectAccess,
    source: SourceDatabase,
    execute: Callable[..., object],
    read: Callable[[str, str, int], list[Message]],
) -> None:
    execute("INSERT INTO locations VALUES ('L-again', 'n', 'shop', 'UTC', NULL)")
    execute("INSERT INTO assortment (location_id, sku) VALUES ('L-again', 's')")
    for name, days in (("new", 1), ("old", 400)):
        execute(BOOK, (f"m-{name}", "L-again", days))
    before = read("cdc.stock-movements", "L-again", 2)
    keeper.reset(capture, source)
    after = read("cdc.stock-movements", "L-again", 3)
    assert ids_of(after) == ["m-new", "m-old", "m-new"]
    assert after[2].value == before[0].value, "it differs, and would count as another movement"
    place, again = read("cdc.locations", "L-again", 2)
    assert place.value == again.value
    assert len(read("cdc.assortment", "L-again", 2)) == 2
    assert keeper.check(capture, source).is_in_order


@contextmanager
def booking(execute: Callable[..., Any], location: str) -> Generator[list[str]]:
    """Movements of long ago are booked for the length of a block; their ids."""
    over = threading.Event()
    booked: list[str] = []

    def book() -> None:
        while not over.is_set():
            execute(BOOK, (f"m-{len(booked)}", location, 400))
            booked.append(f"m-{len(booked)}")
            time.sleep(0.02)

    thread = threading.Thread(target=book)
    thread.start()
    try:
        yield booked
    finally:
        over.set()
        thread.join()


def test_what_is_booked_while_a_reset_runs_is_sent_whatever_its_date(
    capture: ConnectAccess,
    source: SourceDatabase,
    execute: Callable[..., Any],
    read: Callable[[str, str, int], list[Message]],
) -> None:
    flushed = "SELECT confirmed_flush_lsn FROM pg_replication_slots WHERE slot_name = 'tillstream'"
    (was,) = execute(flushed).fetchone()
    execute(
        "INSERT INTO assortment (location_id, sku) "
        "SELECT 'L-many', n FROM generate_series(1, 9999) AS n"
    )
    read("cdc.assortment", "L-many", 9999)
    with booking(execute, "L-meanwhile") as booked:
        keeper.reset(capture, source)
        read("cdc.assortment", "L-many", 2 * 9999)
    assert len(booked) > 20, "nothing was booked meanwhile: this test shows nothing"
    assert ids_of(read("cdc.stock-movements", "L-meanwhile", len(booked))) == booked
    (held,) = execute(f"SELECT %s <= ({flushed})", (was,)).fetchone()
    assert held, "the slot was made anew"


def test_a_reset_begins_anew_where_the_slot_is_gone(
    capture: ConnectAccess,
    source: SourceDatabase,
    execute: Callable[..., Any],
    read: Callable[[str, str, int], list[Message]],
) -> None:
    execute(BOOK, ("m-before", "L-anew", 1))
    read("cdc.stock-movements", "L-anew", 1)
    Connect(capture, NAME).stop()
    wanted = definition(source)
    slot = ReplicationSlot(source.postgres, wanted["slot.name"])
    wait_until(slot.drop, "the slot is still read")
    execute(BOOK, ("m-missed", "L-anew", 2))
    execute(BOOK, ("m-old", "L-anew", 400))
    keeper.reset(capture, source, days=30)
    found = ids_of(read("cdc.stock-movements", "L-anew", 3))
    assert sorted(found) == ["m-before", "m-before", "m-missed"]
    assert keeper.check(capture, source).is_in_order, "the limit on the snapshot was left behind"


def test_no_topic_comes_of_what_the_connector_is_told(kafka: str, capture: ConnectAccess) -> None:
    consumer = KafkaConsumer(bootstrap_servers=kafka)
    try:
        assert not [name for name in consumer.topics() if "signal" in name]
    finally:
        consumer.close()


@pytest.fixture
def command(
    capture: ConnectAccess, kafka: str, postgres: str, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Any]:
    told = {"kafka": kafka, "postgres": postgres} | connect_settings(capture)
    for name, value in told.items():
        monkeypatch.setenv(f"TILLSTREAM_{name.upper()}", value)
    return lambda *words: CliRunner().invoke(build(), ["connectors", *words])


def test_the_commands_say_how_the_connector_stands(
    command: Callable[..., Any], capture: ConnectAccess, source: SourceDatabase
) -> None:
    assert json.loads(command("apply", "--json").stdout) == {
        "connector": NAME,
        "change": "unchanged",
    }
    assert json.loads(command("status", "--json").stdout)["state"] == "RUNNING"
    assert command("check").exit_code == 0
    Connect(capture, NAME).put_config(definition(source) | {"poll.interval.ms": "5000"})
    drifted = command("check", "--json")
    assert drifted.exit_code == 1
    assert json.loads(drifted.stdout)["differences"] == [
        {"setting": "poll.interval.ms", "found": "5000", "wanted": "20"}
    ]
    assert command("apply").exit_code == 0


def test_rows_are_not_sent_to_topics_of_another_width(
    command: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TILLSTREAM_PARTITIONS", str(PARTITIONS + 1))
    refused = command("apply")
    assert refused.exit_code == 1
    assert "tillstream topics sync" in str(refused.exception)


def wait_until(is_so: Callable[[], bool], loss: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, loss
        time.sleep(0.2)
