"""Reads back what stores were told: which have a feed here, and what each of them says."""

from collections.abc import Callable, Collection, Iterable

from clients import async_kafka
from clients.kafka import KafkaAccess
from following.reader import Reader, opened
from following.records import Place
from topics.mirrored import down_topics, feed_of

RECORDS_MAX = 5_000
WAIT_SECONDS = 0.2

Hear = Callable[[str, bytes | None, bytes | None, int], None]
"""Is told a record: topic, key, value, and its time in milliseconds since 1970."""


async def stores_here(kafka: KafkaAccess) -> frozenset[str]:
    """The locations with a feed; raises one of `following.reader.KAFKA_AWAY`."""
    admin = async_kafka.admin(kafka)
    try:
        await admin.start()
        topics = frozenset(await admin.list_topics())
    finally:
        await admin.close()
    fed = filter(None, map(feed_of, topics))
    return frozenset(each for each in fed if topics.issuperset(down_topics(each)))


async def read_back(kafka: KafkaAccess, stores: Collection[str], hear: Hear) -> None:
    """Tell ``hear`` all that these stores were told, each topic in its order."""
    topics = [topic for location_id in stores for topic in down_topics(location_id)]
    if topics:
        async with opened(kafka, topics) as reader:
            reader.seek(await reader.first_offsets())
            await read_to_ends(reader, hear)


async def read_to_ends(reader: Reader, hear: Hear) -> None:
    """Tell ``hear`` all that lies before the ends of now."""
    ends = await reader.end_offsets()
    left = await _unread(reader, ends, ends)
    while left:
        for (topic, _), records in (await reader.take(RECORDS_MAX, WAIT_SECONDS)).items():
            for record in records:
                hear(topic, record.key, record.value, record.timestamp)
        # Past the last record there may be nothing but marks of transactions.
        left = await _unread(reader, ends, left)


async def _unread(reader: Reader, ends: dict[Place, int], places: Iterable[Place]) -> set[Place]:
    positions = await reader.positions(places)
    return {place for place, position in positions.items() if position < ends[place]}
