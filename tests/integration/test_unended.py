"""Transactions that Kafka never ended: their messages count as they were meant to, and once."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import NewTopic
from aiokafka.errors import InvalidTxnState
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

from clients.kafka import KafkaAccess
from engine.contract import Message
from engine.errors import TransactionUnended
from engine.sends import Destination
from engine.topics import changelog_configs
from engine.writer import PartitionWriter
from tests.integration.committed_records import committed
from tests.integration.topic_admin import topic_admin

pytestmark = pytest.mark.lonely

INPUT = "till.cart-events"
CHANGELOG = "unended-state-changelog"
OUTPUT = "restock.alerts"
LEFT_OUT = (Destination(CHANGELOG, 0), Destination(OUTPUT, 0))
ASKED = (Destination("unended-asked", 0),)
READ_UP_TO = {INPUT: 1}


@pytest.fixture(scope="module")
def broker(lonely_kafka: str) -> str:
    """A broker that lets a transaction write where its coordinator does not know of it: so there
    comes no marker, as where the coordinator finds no leader."""
    asyncio.run(_create(lonely_kafka))
    admin: Any = KafkaAdminClient(bootstrap_servers=lonely_kafka)
    unchecked = {"transaction.partition.verification.enable": "false"}
    admin.alter_configs([ConfigResource(ConfigResourceType.BROKER, "1", configs=unchecked)])
    admin.close()
    asyncio.run(_until_unchecked(lonely_kafka))
    return lonely_kafka


async def _until_unchecked(bootstrap: str) -> None:
    """The controller answers a change before the broker goes by it."""
    for attempt in range(100):
        async with _writer(bootstrap, f"asks-{attempt}") as writer:
            with suppress(InvalidTxnState):
                return await _leave_without_end(writer, ASKED, b"asks", commits=False)
        await asyncio.sleep(0.1)
    pytest.fail("the broker goes on checking what its coordinator knows of")


async def _create(bootstrap: str) -> None:
    async with topic_admin(bootstrap) as admin:
        topics = [NewTopic(CHANGELOG, 1, 1, topic_configs=changelog_configs(1))]
        topics += [NewTopic(name, 1, 1) for name in (INPUT, OUTPUT, ASKED[0].topic)]
        answer = await admin.create_topics(topics)
        assert not [code for _, code, *_ in answer.topic_errors if code]


@asynccontextmanager
async def _writer(bootstrap: str, application_id: str) -> AsyncGenerator[Any]:
    writer = PartitionWriter(KafkaAccess(bootstrap), application_id, 0, LEFT_OUT)
    await writer.open()
    try:
        yield writer
    finally:
        await writer.close()


async def _commit(writer: Any, value: bytes) -> None:
    outputs = {Destination(OUTPUT, 0): [Message(value, b"raised")]}
    await writer.commit(CHANGELOG, {value: value}, outputs, READ_UP_TO)


async def _leave_without_end(
    writer: Any, places: Iterable[Destination], value: bytes, *, commits: bool
) -> None:
    """A transaction whose coordinator knows the offsets only, and marks no more than these."""
    producer = writer._producer  # noqa: SLF001
    await producer.begin_transaction()
    for topic, partition in places:
        producer._txn_manager._txn_partitions.add(TopicPartition(topic, partition))  # noqa: SLF001
        await producer.send_and_wait(topic, value, key=value, partition=partition)
    offsets = {TopicPartition(INPUT, 0): 1}
    await producer.send_offsets_to_transaction(offsets, "unended")
    await (producer.commit_transaction() if commits else producer.abort_transaction())


async def _visible(bootstrap: str, topic: str) -> list[Any]:
    """The keys that readers of committed data see, up to the first transaction without an end."""
    return [key for _, key in (await committed(bootstrap, topic))[0]]


async def _visible_with(bootstrap: str, topic: str, last: bytes) -> list[Any]:
    """The same once ``last`` is there: a transaction is marked after its commit was answered."""
    for _ in range(100):
        keys = await _visible(bootstrap, topic)
        if last in keys:
            return keys
        await asyncio.sleep(0.1)
    pytest.fail(f"readers wait in {topic} for a marker that never comes")


async def test_what_was_aborted_and_sent_again_counts_once(broker: str) -> None:
    async with _writer(broker, "aborted") as writer:
        await _leave_without_end(writer, LEFT_OUT, b"aborted", commits=False)
    async with _writer(broker, "aborted") as writer:
        await _commit(writer, b"aborted")
        await _commit(writer, b"after it")
    for place in LEFT_OUT:
        keys = await _visible_with(broker, place.topic, b"after it")
        assert keys.count(b"aborted") == 1, f"{place} tells twice what happened once"
        assert keys[-1] == b"after it", f"{place} has something behind the last commit"


async def test_what_was_committed_is_there_before_the_state_is_read(broker: str) -> None:
    async with _writer(broker, "committed") as writer:
        await _leave_without_end(writer, LEFT_OUT, b"committed", commits=True)
    assert b"committed" not in await _visible(broker, OUTPUT), "the broker ended it: no such case"
    async with _writer(broker, "committed"):
        for place in LEFT_OUT:
            keys = await _visible(broker, place.topic)
            assert keys.count(b"committed") == 1, f"{place} lost what Kafka had said yes to"


async def test_a_writer_that_lives_on_ends_it_after_a_slow_commit(
    broker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.writer.SLOW_SECONDS", 0.0)
    async with _writer(broker, "living") as writer:
        await _leave_without_end(writer, LEFT_OUT, b"living", commits=True)
        assert b"living" not in await _visible(broker, OUTPUT)
        await writer.commit(CHANGELOG, {b"next": b""}, {}, READ_UP_TO)  # nothing to the output
        keys = await _visible(broker, OUTPUT)
        assert keys.count(b"living") == 1, "readers wait until the worker starts anew"


async def test_of_another_producers_transaction_nothing_is_ended(broker: str) -> None:
    async with _writer(broker, "running") as running:
        producer = running._producer  # noqa: SLF001
        await producer.begin_transaction()
        await producer.send_and_wait(OUTPUT, b"", key=b"running", partition=0)
        async with _writer(broker, "beside it") as writer:
            await _commit(writer, b"beside it")
        assert b"running" not in await _visible(broker, OUTPUT)
        await producer.commit_transaction()
    async with _writer(broker, "running"):
        assert b"running" in await _visible(broker, OUTPUT), "a stranger aborted it"


async def test_an_end_that_nobody_knows_any_more_stops_the_worker_and_says_where(
    broker: str,
) -> None:
    async with _writer(broker, "forgotten") as writer:
        await _leave_without_end(writer, LEFT_OUT, b"forgotten", commits=True)
    forgetting: Any = PartitionWriter(KafkaAccess(broker), "forgotten", 0)  # as if killed at once
    await forgetting.open()
    await forgetting.close()
    stopped: Any = PartitionWriter(KafkaAccess(broker), "forgotten", 0, LEFT_OUT)
    with pytest.raises(TransactionUnended, match=f"forgotten-0 in {CHANGELOG}-0, {OUTPUT}-0"):
        await stopped.open()
    await stopped.close()
