"""The engine's writer and topics on a real broker: what a transaction leaves, what is refused."""

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from aiokafka.admin import NewPartitions, NewTopic

from clients.kafka import KafkaAccess
from engine.batches import BATCH_BYTES_MAX, MessageTooLarge
from engine.contract import Message
from engine.declarations import Topics
from engine.errors import TopicsUnfit
from engine.sends import Destination
from engine.settings import EngineSettings
from engine.topics import changelog_configs, ensure_topics
from engine.writer import PartitionWriter
from tests.integration.committed_records import committed
from tests.integration.topic_admin import topic_admin

pytestmark = pytest.mark.lonely

INPUTS = ("till.cart-events", "cdc.stock-movements")
PARTITIONS = 2
CHANGELOG = "written-state-changelog"
OUTPUT = "stock.levels"
OUTPUT_BYTES_MAX = 1024 * 1024
READ_UP_TO = {INPUTS[0]: 1}


@pytest.fixture(scope="module")
def broker(lonely_kafka: str) -> str:
    asyncio.run(_create(lonely_kafka))
    return lonely_kafka


async def _create(bootstrap: str) -> None:
    async with topic_admin(bootstrap) as admin:
        topics = [NewTopic(CHANGELOG, 1, 1, topic_configs=changelog_configs(1))]
        topics += [NewTopic(name, PARTITIONS, 1) for name in INPUTS]
        limit = {"max.message.bytes": str(OUTPUT_BYTES_MAX)}
        topics += [NewTopic(OUTPUT, PARTITIONS, 1, topic_configs=limit)]
        answer = await admin.create_topics(topics)
        assert not [code for _, code, *_ in answer.topic_errors if code]


@asynccontextmanager
async def _writer(bootstrap: str, application_id: str = "written") -> AsyncGenerator[Any]:
    writer = PartitionWriter(KafkaAccess(bootstrap), application_id, 0)
    await writer.open()
    try:
        yield writer
    finally:
        await writer.close()


def _noise(size: int) -> bytes:
    return random.Random(size).randbytes(size)


async def test_a_commit_tells_where_its_last_record_ends_whatever_it_was_made_of(
    broker: str,
) -> None:
    kinds: list[dict[bytes, bytes | None]] = [
        {b"one": b"1"},
        {b"k%d" % at: _noise(400) for at in range(3 * BATCH_BYTES_MAX // 400)},  # some batches
        {b"small": b"1", b"large": bytes(BATCH_BYTES_MAX), b"gone": None},  # one is compressed
        {b"last": bytes(BATCH_BYTES_MAX)},
    ]
    for changes in kinds:
        async with _writer(broker) as first:
            await _leave_open(first)
        async with _writer(broker) as writer:
            position = await writer.commit(CHANGELOG, changes, {}, READ_UP_TO)
        found, end = await committed(broker, CHANGELOG, position)
        assert [key for _, key in found[-len(changes) :]] == list(changes)
        assert position == found[-1][0] + 1, "a recovery would leave something out, or run ahead"
        assert position == end - 1, "between it and the end is the marker alone"


async def _leave_open(writer: Any) -> None:
    """Send a transaction that nobody commits: the next owner takes it back."""
    producer: Any = writer._producer  # noqa: SLF001
    end, producer.commit_transaction = producer.commit_transaction, _never
    with suppress(TimeoutError):
        await asyncio.wait_for(writer.commit(CHANGELOG, {b"taken back": b"1"}, {}, READ_UP_TO), 0.3)
    producer.commit_transaction = end


async def _never() -> None:
    await asyncio.Event().wait()


async def test_a_message_that_its_topic_refuses_is_named(broker: str) -> None:
    async with _writer(broker, "refused") as writer:
        outputs = {Destination(OUTPUT, 0): [Message(b"shop/sku", _noise(2 * OUTPUT_BYTES_MAX))]}
        with pytest.raises(MessageTooLarge, match=r"stock.levels takes no .* key b'shop/sku'"):
            await writer.commit(CHANGELOG, {b"key": b"value"}, outputs, READ_UP_TO)
    found, _ = await committed(broker, CHANGELOG, -1)
    assert b"key" not in [key for _, key in found], "half of a transaction was committed"


async def test_inputs_that_somebody_widened_are_refused_with_what_to_do(broker: str) -> None:
    topics = Topics(INPUTS)
    settings = EngineSettings(KafkaAccess(broker), "widened", None)
    assert await ensure_topics(topics, settings, 1) == (PARTITIONS, {})
    assert await ensure_topics(topics, settings, 1) == (PARTITIONS, {}), (
        "its own changelog is refused"
    )

    async with topic_admin(broker) as admin:
        wider = {name: NewPartitions(PARTITIONS + 1) for name in INPUTS}
        await admin.create_partitions(wider)
    await _wider(broker)

    with pytest.raises(TopicsUnfit) as refused:
        await ensure_topics(topics, settings, 1)
    assert "kept in 2 partitions (widened-state-changelog) and the inputs have 3" in str(
        refused.value
    )
    assert "never widened" in str(refused.value) and "new application id" in str(refused.value)
    anew = EngineSettings(KafkaAccess(broker), "anew", None)
    assert await ensure_topics(topics, anew, 1) == (PARTITIONS + 1, {})


async def _wider(bootstrap: str) -> None:
    """Return once the broker shows the partitions that were added."""
    async with topic_admin(bootstrap) as admin:
        for _ in range(100):
            shown = await admin.describe_topics(list(INPUTS))
            if all(len(each["partitions"]) > PARTITIONS for each in shown):
                return
            await asyncio.sleep(0.1)
    pytest.fail("the broker does not show the partitions that were added")
