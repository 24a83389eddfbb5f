"""Consumers whose place lies in PostgreSQL: theirs alone, moved once, read from where it says."""

import asyncio
import time
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiokafka.admin import NewTopic

from clients.kafka import KafkaAccess
from clients.postgres import PostgresAccess
from connectors.postgres.migrate import migrate
from following.offsets import Offsets, Overtaken, ahead, lag
from following.postgres import connection_to
from following.reader import LOT_SECONDS, Lost, Reader, TopicsMissing, opened
from tests.integration.sink_world import Message, execute, rows, send, send_in_transaction
from tests.integration.test_migrations import new_database, up_to
from tests.integration.topic_admin import topic_admin

SALES, STOCK = ("sales", 0), ("stock", 1)


async def topic_of(kafka: str) -> str:
    """A topic of two partitions that no other test knows."""
    name = f"followed-{uuid.uuid4().hex[:8]}"
    async with topic_admin(kafka) as admin:
        await admin.create_topics([NewTopic(name, 2, 1)])
    return name


def said(topic: str, count: int, partition: int = 0) -> list[Message]:
    """Messages that say their number."""
    return [(topic, "key", str(number).encode(), partition) for number in range(count)]


async def numbers_from(reader: Reader, count: int) -> list[int]:
    """What the next records say, until there are so many."""
    read: list[int] = []
    while len(read) < count:
        for records in (await reader.take(100, 5.0)).values():
            read += [int(record.value or b"") for record in records]
    return read


# --- offsets


async def test_a_consumer_moves_its_own_offsets_and_nobody_elses(fresh_postgres: str) -> None:
    async with connection_to(PostgresAccess(fresh_postgres), "test", 5) as connection:
        ours, theirs = (Offsets(connection, "sink_offsets", name) for name in ("ours", "theirs"))
        await theirs.claim({SALES: 7, STOCK: 7})
        assert await ours.claim({SALES: 0, STOCK: 3}) == {SALES: 0, STOCK: 3}
        await ours.move({SALES: 0, STOCK: 3}, {SALES: 5})
        assert await ours.claim({SALES: 0, STOCK: 0}) == {SALES: 5, STOCK: 3}
        assert await theirs.claim({SALES: 0, STOCK: 0}) == {SALES: 7, STOCK: 7}


async def test_who_was_overtaken_in_one_partition_moves_none(fresh_postgres: str) -> None:
    async with connection_to(PostgresAccess(fresh_postgres), "test", 5) as connection:
        offsets = Offsets(connection, "sink_offsets", "ours")
        written = await offsets.claim({SALES: 0, STOCK: 0})
        await offsets.move(written, {STOCK: 2})
        with pytest.raises(Overtaken):
            async with connection.transaction():
                await offsets.move(written, {SALES: 9, STOCK: 9})
        assert await offsets.claim(written) == {SALES: 0, STOCK: 2}, "half of a batch counts"


def test_only_what_moved_is_ahead_and_what_is_unread_is_lag() -> None:
    assert ahead({SALES: 1, STOCK: 2}, {SALES: 4, STOCK: 2}) == {SALES: 4}
    assert lag({SALES: 10, STOCK: 2}, {SALES: 4, STOCK: 3}) == {"sales": 6, "stock": 0}


def test_what_the_version_before_had_read_is_not_read_again(
    postgres_server: str, tmp_path: Path
) -> None:
    database = new_database(postgres_server)
    before = up_to(tmp_path / "migrations", "0017")
    migrate(PostgresAccess(database), migrations=before)
    execute(database, "INSERT INTO webhook_offsets VALUES ('restock.alerts', 0, 41)")
    execute(database, "INSERT INTO sink_offsets VALUES ('sink', 'restock.alerts', 0, 42)")
    migrate(PostgresAccess(database))
    found = rows(database, "SELECT consumer, next_offset FROM sink_offsets ORDER BY consumer")
    assert found == [("sink", 42), ("webhooks", 41)]
    assert rows(database, "SELECT next_offset FROM webhook_offsets") == [(41,)], (
        "the version before could not be put back"
    )


def test_webhooks_go_on_in_their_own_table_where_they_were_in_the_sinks(
    postgres_server: str, tmp_path: Path
) -> None:
    database = new_database(postgres_server)
    migrate(PostgresAccess(database), migrations=up_to(tmp_path / "migrations", "0018"))
    execute(database, "INSERT INTO webhook_offsets VALUES ('restock.alerts', 0, 41)")
    execute(database, "INSERT INTO sink_offsets VALUES ('webhooks', 'restock.alerts', 0, 50)")
    execute(database, "INSERT INTO sink_offsets VALUES ('webhooks', 'restock.alerts', 1, 60)")
    migrate(PostgresAccess(database))
    found = "SELECT partition, next_offset FROM webhook_offsets ORDER BY partition"
    assert rows(database, found) == [(0, 50), (1, 60)]


# --- reading


async def test_topics_that_do_not_exist_are_named_and_not_made(kafka: str) -> None:
    there, missing = await topic_of(kafka), f"missing-{uuid.uuid4().hex[:8]}"
    for _ in range(2):
        with pytest.raises(TopicsMissing, match=f"{missing}: run 'tillstream topics sync'"):
            async with opened(KafkaAccess(kafka), [there, missing]):
                pass


async def test_all_partitions_are_read_from_where_it_is_told(kafka: str) -> None:
    topic = await topic_of(kafka)
    await send(kafka, [*said(topic, 4), *said(topic, 2, partition=1)])
    async with opened(KafkaAccess(kafka), [topic]) as reader:
        assert await reader.end_offsets() == {(topic, 0): 4, (topic, 1): 2}
        reader.seek({(topic, 0): 3, (topic, 1): 0})
        assert sorted(await numbers_from(reader, 3)) == [0, 1, 3]


async def test_a_moment_is_found_in_each_partition_that_was_written_since(kafka: str) -> None:
    topic = await topic_of(kafka)
    await send(kafka, said(topic, 2) + said(topic, 1, partition=1))
    await asyncio.sleep(0.05)
    moment = datetime.now(UTC)
    await send(kafka, said(topic, 3))
    async with opened(KafkaAccess(kafka), [topic]) as reader:
        assert await reader.offsets_since(moment) == {(topic, 0): 2}


async def test_what_was_taken_back_is_passed_over_and_positions_lie_behind_it(kafka: str) -> None:
    topic = await topic_of(kafka)
    await send_in_transaction(kafka, said(topic, 3), commit=False)
    await send(kafka, said(topic, 1))
    async with opened(KafkaAccess(kafka), [topic]) as reader:
        reader.seek(await reader.first_offsets())
        assert await numbers_from(reader, 1) == [0]
        ends = await reader.end_offsets()
        assert await reader.positions(ends) == ends


@pytest.mark.parametrize("offset", [99, 2**40])
async def test_an_offset_that_kafka_does_not_hold_is_an_error_or_the_start(
    kafka: str, offset: int
) -> None:
    topic = await topic_of(kafka)
    await send(kafka, said(topic, 2))
    async with opened(KafkaAccess(kafka), [topic]) as reader:
        reader.seek({(topic, 0): offset, (topic, 1): 0})
        with pytest.raises(Lost, match="another cluster"):
            await numbers_from(reader, 2)
    async with opened(KafkaAccess(kafka), [topic], begin_anew=True) as reader:
        reader.seek({(topic, 0): offset, (topic, 1): 0})
        assert await numbers_from(reader, 2) == [0, 1]


async def test_what_comes_within_a_lots_time_is_one_lot(kafka: str) -> None:
    topic = await topic_of(kafka)
    async with opened(KafkaAccess(kafka), [topic]) as reader:
        reader.seek(await reader.first_offsets())
        lots: list[Sequence[object]] = []
        started = time.monotonic()
        for number in range(4):
            await send(kafka, said(topic, 1, partition=number % 2))
            if number in (0, 3):
                lots.append([*(await reader.gather(100, 5.0)).values()])
        assert time.monotonic() - started >= LOT_SECONDS, "each record pays a transaction"
    assert len(lots) == 2
