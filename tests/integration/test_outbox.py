"""What a store's database books is in the store's own Kafka, between a real broker and a real
database."""

import json
import random
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import NewTopic

from clients.postgres import PostgresAccess
from connectors.postgres.errors import MigrationError
from connectors.postgres.migrate import migrate
from tests.integration.process import PATIENCE_SECONDS
from tests.integration.replication_world import (
    Feed,
    ReplicationProcess,
    applied,
    as_role,
    make_store_topics,
    replicating,
)
from tests.integration.sink_world import execute, rows, until
from tests.integration.topic_admin import topic_admin
from topics.changes import StockMovement
from topics.mirrored import REPORT_HEADER, REPORTS_UP, STOCK_MOVEMENTS_UP, up_topic
from topics.pricing import Offer

BOOK = "INSERT INTO stock_movements (location_id, sku, quantity, reason) VALUES (%s, %s, %s, %s)"


@pytest.fixture
async def store(kafka: str, fresh_postgres: str, shop: str) -> Feed:
    """A store with its topics and its database, and a feed that says nothing yet."""
    await make_store_topics(kafka, shop)
    async with topic_admin(kafka) as admin:
        await admin.create_topics([NewTopic(up_topic(shop, STOCK_MOVEMENTS_UP), 1, 1)])
    migrate(PostgresAccess(fresh_postgres), store=shop)
    return Feed(shop)


@pytest.fixture
async def telling(
    store: Feed, kafka: str, fresh_postgres: str, tmp_path: Path
) -> AsyncIterator[ReplicationProcess]:
    with replicating(store.location, kafka, fresh_postgres, tmp_path) as process:
        yield process


def waiting(dsn: str) -> int:
    """Rows that were not told yet."""
    return rows(dsn, "SELECT count(*) FROM outbox")[0][0]


async def told(kafka: str, location: str, what: str) -> list[Any]:
    """All committed messages of one of the store's topics. Their transactions are marked some time
    after the rows are gone: without an end, one more transaction would be waited for."""
    place, found = TopicPartition(up_topic(location, what), 0), list[Any]()
    consumer: Any = AIOKafkaConsumer(bootstrap_servers=kafka, isolation_level="read_committed")
    await consumer.start()
    try:
        consumer.assign([place])
        await consumer.seek_to_beginning(place)
        quiet = 0
        while quiet < 2:
            read = (await consumer.getmany(place, timeout_ms=1_000)).get(place, [])
            quiet, found = (0, found + read) if read else (quiet + 1, found)
        return found
    finally:
        await consumer.stop()


async def moved(kafka: str, location: str) -> list[StockMovement]:
    """What the topic says that was booked."""
    found = await told(kafka, location, STOCK_MOVEMENTS_UP)
    assert {each.key for each in found} <= {location.encode()}
    return [StockMovement.model_validate_json(each.value) for each in found]


async def test_what_is_booked_is_told_once_as_the_database_has_it(
    store: Feed, kafka: str, fresh_postgres: str, telling: ReplicationProcess
) -> None:
    execute(fresh_postgres, BOOK, store.location, "tea", 24, "delivery")
    execute(fresh_postgres, BOOK, store.location, "cup", -1, "shrinkage")
    await until(lambda: waiting(fresh_postgres) == 0, "both are told")
    found = await moved(kafka, store.location)
    names = "movement_id, sku, quantity, reason, origin, number, occurred_at"
    booked = rows(fresh_postgres, f"SELECT {names} FROM stock_movements ORDER BY number")  # noqa: S608 - named above
    assert [
        (m.movement_id, m.sku, m.quantity, m.reason, m.origin, m.number, m.occurred_at)
        for m in found
    ] == booked, "what was told is not what was booked"


async def test_what_was_taken_back_is_not_told(
    store: Feed, kafka: str, fresh_postgres: str, telling: ReplicationProcess
) -> None:
    with psycopg.connect(fresh_postgres) as connection:
        connection.execute(BOOK, (store.location, "tea", 24, "delivery"))
        connection.rollback()
    execute(fresh_postgres, BOOK, store.location, "cup", 1, "delivery")
    await until(lambda: waiting(fresh_postgres) == 0, "the other one is told")
    assert [each.sku for each in await moved(kafka, store.location)] == ["cup"]


def test_the_centre_fills_no_outbox(fresh_postgres: str, shop: str) -> None:
    migrate(PostgresAccess(fresh_postgres))
    execute(fresh_postgres, BOOK, shop, "tea", 24, "delivery")
    assert waiting(fresh_postgres) == 0, "nobody at the centre would ever take it away"


async def test_many_who_book_at_once_while_who_tells_is_killed_lose_nothing(
    store: Feed, kafka: str, fresh_postgres: str, tmp_path: Path
) -> None:
    drawn = random.Random(7)

    def book(number: int) -> None:
        with psycopg.connect(fresh_postgres) as connection:
            for sku in range(20):
                connection.execute(BOOK, (store.location, f"{number}-{sku}", 1, "delivery"))
                if drawn.random() < 0.3:
                    connection.commit()

    with ThreadPoolExecutor(6) as people:
        booking = [people.submit(book, number) for number in range(30)]
        for number in range(3):
            with replicating(
                store.location, kafka, fresh_postgres, tmp_path, f"told-{number}"
            ) as process:
                before = waiting(fresh_postgres)
                await until(
                    lambda before=before: waiting(fresh_postgres) < before or not before,
                    "something is told",
                )
                process.kill()
        for each in booking:
            each.result(PATIENCE_SECONDS)
    with replicating(store.location, kafka, fresh_postgres, tmp_path, "last"):
        await until(lambda: waiting(fresh_postgres) == 0, "all is told")
    found = {(m.origin, m.number): m.sku for m in await moved(kafka, store.location)}
    booked = rows(fresh_postgres, "SELECT origin, number, sku FROM stock_movements")
    assert found == {(origin, number): sku for origin, number, sku in booked}


async def test_people_book_on_while_kafka_does_not_take_it(
    store: Feed, kafka: str, fresh_postgres: str, tmp_path: Path
) -> None:
    with replicating(store.location, "127.0.0.1:9", fresh_postgres, tmp_path, "deaf") as process:
        execute(fresh_postgres, BOOK, store.location, "tea", 24, "delivery")
        await until(lambda: bool(process.said("service_away")), "the process says what is away")
        assert waiting(fresh_postgres) == 1, "what nobody has taken is gone"
    with replicating(store.location, kafka, fresh_postgres, tmp_path):
        await until(lambda: waiting(fresh_postgres) == 0, "it is told once Kafka is there")


async def test_of_two_who_tell_the_first_stops(
    store: Feed, kafka: str, fresh_postgres: str, tmp_path: Path, telling: ReplicationProcess
) -> None:
    execute(fresh_postgres, BOOK, store.location, "tea", 24, "delivery")
    await until(lambda: waiting(fresh_postgres) == 0, "the first tells")
    with replicating(store.location, kafka, fresh_postgres, tmp_path, "second"):

        def is_over() -> bool:
            execute(fresh_postgres, BOOK, store.location, "cup", 1, "delivery")
            return not telling.running

        # It notices with what it tells next, and the second may be quicker.
        await until(is_over, "the first stops")
        assert "another process" in telling.log
        await until(lambda: waiting(fresh_postgres) == 0, "the second tells")


OFFER = """
INSERT INTO offers (offer_id, location_id, category, percent, valid_from, valid_to)
VALUES ('o-1', %s, 'tea', 5, now(), now() + interval '1 day')
"""


async def test_an_offer_of_the_store_is_told_whole_with_each_change_until_it_is_gone(
    store: Feed, kafka: str, fresh_postgres: str, telling: ReplicationProcess
) -> None:
    execute(fresh_postgres, OFFER, store.location)
    execute(fresh_postgres, "UPDATE offers SET percent = 6")
    execute(fresh_postgres, "DELETE FROM offers")
    await until(lambda: waiting(fresh_postgres) == 0, "all three are told")
    found = [
        each
        for each in await told(kafka, store.location, REPORTS_UP)
        if dict(each.headers).get(REPORT_HEADER) == b"offer"
    ]
    offers = [Offer.model_validate_json(each.value) for each in found]
    assert [(each.offer_id, each.percent) for each in offers] == [
        ("o-1", 5),
        ("o-1", 6),
        ("o-1", 6),
    ]
    assert [json.loads(each.value).get("__deleted") for each in found] == [None, None, "true"]


async def test_an_echo_from_the_centre_changes_no_offer_that_was_made_here(
    store: Feed, kafka: str, fresh_postgres: str, telling: ReplicationProcess
) -> None:
    execute(fresh_postgres, OFFER, store.location)
    echo = rows(fresh_postgres, "SELECT to_jsonb(offers) FROM offers")[0][0]
    execute(fresh_postgres, "UPDATE offers SET percent = 6")
    store.row("offer", "o-1", echo)
    store.row("offer", "o-2", {**echo, "offer_id": "o-2"})
    store.gone("offer", "o-1")
    store.head()
    await store.send(kafka)
    await applied(fresh_postgres, store.version)
    assert rows(fresh_postgres, "SELECT offer_id, percent FROM offers ORDER BY 1") == [
        ("o-1", 6),
        ("o-2", 5),
    ], "an older state, which came back, counts"


def test_numbers_of_a_machine_that_was_put_back_are_other_numbers(
    fresh_postgres: str, shop: str
) -> None:
    owner = PostgresAccess(fresh_postgres)
    for _ in range(2):  # each start of a store migrates
        migrate(owner, store=shop)
        execute(fresh_postgres, BOOK, shop, "tea", 1, "delivery")
    found = rows(fresh_postgres, "SELECT origin, number FROM stock_movements")
    assert [number for _, number in found] == [1, 1]
    assert len({origin for origin, _ in found}) == 2, "the centre would take one for the other"


def test_the_database_of_one_store_is_not_anothers(fresh_postgres: str, shop: str) -> None:
    owner = PostgresAccess(fresh_postgres)
    migrate(owner, store=shop)
    with pytest.raises(MigrationError, match="of another store"):
        migrate(owner, store="elsewhere")


def test_who_tells_may_change_nothing_in_the_outbox(fresh_postgres: str, shop: str) -> None:
    migrate(PostgresAccess(fresh_postgres), store=shop)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        execute(as_role(fresh_postgres), "UPDATE outbox SET body = '{}'")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        execute(as_role(fresh_postgres), BOOK, shop, "tea", 1, "delivery")
