"""Writes feeds in transactions, each store's always under the same of a few transactional ids.

Who starts ends what another has open under them, and that one can write no more: so a feed has one
writer, and a version one meaning. A lot of changes and its head are in one transaction: a reader
sees all of it or nothing.
"""

# pyright: reportMissingTypeStubs=false

import asyncio
from collections.abc import AsyncGenerator, Collection, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from clients import async_kafka
from clients.kafka import KafkaAccess
from connectors.feeds.acks import Word
from connectors.feeds.feed import SaidRecord
from topics.mirrored import FEED_WRITERS, FEEDS_ID, down_topics
from topics.partitioning import partition_of

BATCH_BYTES = 256 * 1024
REQUEST_BYTES_MAX = 5 * 1024 * 1024
"""As large as a feed's messages may be."""

TRANSACTION_MS = 60_000
"""After which Kafka gives up a transaction whose process died. A store that is told all at once is
written well within it, and readers wait for it as long."""


ALL_WRITERS = frozenset(range(FEED_WRITERS))


def writer_of(location_id: str) -> int:
    """By which of the transactional ids a store's feed is written."""
    return partition_of(location_id, FEED_WRITERS)


class Writers:
    """One producer for each transactional id, and one for what needs no transaction."""

    def __init__(self, feeds: Mapping[int, Any], words: Any) -> None:
        self._feeds = feeds
        self._words = words

    async def write(self, writer: int, lot: Mapping[str, Sequence[SaidRecord]]) -> None:
        """Write what each store is told, by location, in one transaction.

        Raises `ProducerFenced` where another has taken over.
        """
        producer = self._feeds[writer]
        async with producer.transaction():
            waited = [
                await producer.send(down_topics(location_id)[0], value, key, 0)
                for location_id, messages in lot.items()
                for key, value, _ in messages
            ]
            await asyncio.gather(*waited)

    async def pass_on(self, words: Iterable[Word]) -> int:
        """Write words on tills, each whole and newer than the last; how many."""
        waited = [
            await self._words.send(down_topics(each.location_id)[1], each.value, _key(each), 0)
            for each in words
        ]
        await asyncio.gather(*waited)
        return len(waited)


@asynccontextmanager
async def writing(kafka: KafkaAccess, writers: Collection[int]) -> AsyncGenerator[Writers]:
    """Take over from whoever writes by these ids now; raises one of
    `following.reader.KAFKA_AWAY`."""
    async with AsyncExitStack() as opened:
        feeds = {
            writer: await opened.enter_async_context(
                _producer(
                    kafka,
                    transactional_id=f"{FEEDS_ID}-{writer}",
                    transaction_timeout_ms=TRANSACTION_MS,
                )
            )
            for writer in writers
        }
        words = await opened.enter_async_context(_producer(kafka, enable_idempotence=True))
        yield Writers(feeds, words)


@asynccontextmanager
async def _producer(kafka: KafkaAccess, **options: Any) -> AsyncGenerator[Any]:
    producer = async_kafka.producer(
        kafka,
        max_batch_size=BATCH_BYTES,
        max_request_size=REQUEST_BYTES_MAX,
        compression_type="gzip",  # which every client of the house can unpack
        **options,
    )
    try:
        await producer.start()
        yield producer
    finally:
        await producer.stop()


def _key(word: Word) -> bytes:
    return word.till_id.encode()
