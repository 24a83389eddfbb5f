"""Messages as Kafka's record batches, and a broker that is not there."""

import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiokafka.record.memory_records import MemoryRecords

from clients import async_kafka
from clients.kafka import KafkaAccess
from edge.gateway.errors import TopicAway
from edge.gateway.kafka import BATCH_BYTES_MAX, KafkaTopic, record_batches
from edge.gateway.spool import TopicMessage

NOWHERE = KafkaAccess("127.0.0.1:1")


@pytest.fixture
async def producer() -> AsyncIterator[Any]:
    made = async_kafka.producer(NOWHERE, max_batch_size=BATCH_BYTES_MAX)
    yield made
    await made.stop()


def records(batch: Any) -> list[tuple[bytes, bytes, list[tuple[str, bytes]]]]:
    """Key, value and headers of what Kafka would be sent."""
    read: Any = MemoryRecords(bytes(batch._build()))  # noqa: SLF001
    return [(each.key, each.value, list(each.headers)) for each in read.next_batch()]


async def test_messages_keep_their_order_key_and_headers(producer: Any) -> None:
    messages = [
        TopicMessage(b"%d" % each, [("till-head", b"{}")] if each == 2 else ()) for each in (1, 2)
    ]
    (batch,) = record_batches(producer, b"shop", messages)
    assert records(batch) == [
        (b"shop", b"1", []),
        (b"shop", b"2", [("till-head", b"{}")]),
    ]


async def test_what_does_not_fit_one_batch_goes_in_the_next(producer: Any) -> None:
    sizes = [10, BATCH_BYTES_MAX // 2, BATCH_BYTES_MAX // 2, BATCH_BYTES_MAX + 9, 20]
    messages = [TopicMessage(b"x" * size) for size in sizes]
    made = [records(batch) for batch in record_batches(producer, b"shop", messages)]
    assert [len(value) for batch in made for _, value, _ in batch] == sizes
    assert [len(batch) for batch in made] == [2, 1, 1, 1]


async def test_of_nothing_no_batch_is_made(producer: Any) -> None:
    assert not list(record_batches(producer, b"shop", []))


async def test_a_broker_that_is_not_there_is_said_to_be_away() -> None:
    topic = KafkaTopic(NOWHERE, "till.cart-events", "shop")
    began = time.monotonic()
    for _ in range(2):
        with pytest.raises(TopicAway, match="does not take messages"):
            await topic.open()
        assert not topic.is_up
    with pytest.raises(TopicAway):
        await topic.publish([TopicMessage(b"{}")])
    await topic.close()
    assert time.monotonic() - began < 5
