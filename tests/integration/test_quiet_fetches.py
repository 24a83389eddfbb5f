"""A consumer to whom nothing came hears at once of what comes, in whichever partition."""

import asyncio
import uuid
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import NewTopic

from clients import quiet_fetches
from clients.kafka import KafkaAccess
from engine.clients import TopicPartition
from engine.fetching import FETCH_WAIT_MS, PlainConsumer
from following.reader import opened
from tests.integration.process import PATIENCE_SECONDS
from tests.integration.topic_admin import topic_admin

PARTITIONS = 3

QUIET_SECONDS = 0.2


@pytest.fixture
async def topic(kafka: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A topic of the test's own, whose fetches are held for far longer than a test waits."""
    monkeypatch.setattr(quiet_fetches, "QUIET_SECONDS", QUIET_SECONDS)
    monkeypatch.setattr(quiet_fetches, "QUIET_WAIT_MS", 1000 * 3600)
    name = f"quiet-{uuid.uuid4().hex[:8]}"
    async with topic_admin(kafka) as admin:
        await admin.create_topics([NewTopic(name, PARTITIONS, 1)])
    return name


async def _say_after_a_quiet_while(kafka: str, topic: str, partition: int) -> None:
    await asyncio.sleep(3 * QUIET_SECONDS)
    async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        await producer.send_and_wait(topic, b"%d" % partition, partition=partition)


async def test_a_worker_hears_it(kafka: str, topic: str) -> None:
    arguments = KafkaAccess(kafka).python_arguments()
    consumer: Any = PlainConsumer(**arguments, fetch_max_wait_ms=FETCH_WAIT_MS)
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topic, number) for number in range(PARTITIONS)])
        await consumer.seek_to_beginning()
        for partition in range(PARTITIONS):
            await _say_after_a_quiet_while(kafka, topic, partition)
            found = await consumer.getmany(timeout_ms=int(PATIENCE_SECONDS * 1000))
            values = [record.value for records in found.values() for record in records]
            assert values == [b"%d" % partition], "it waited for the end of the fetch"
    finally:
        await consumer.stop()


async def test_who_follows_a_topic_hears_it(kafka: str, topic: str) -> None:
    async with opened(KafkaAccess(kafka), [topic]) as reader:
        reader.seek({(topic, number): 0 for number in range(PARTITIONS)})
        for partition in range(PARTITIONS):
            await _say_after_a_quiet_while(kafka, topic, partition)
            found = await reader.take(10, PATIENCE_SECONDS)
            assert list(found) == [(topic, partition)], "it waited for the end of the fetch"
