"""What readers of committed data see of one partition."""

from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition


async def committed(
    bootstrap: str, topic: str, least: int = -1
) -> tuple[list[tuple[int, Any]], int]:
    """Offset and key of every committed record of partition 0, and where it ends: past ``least``.

    A transaction is marked some time after its commit was answered: without ``least`` it is read up
    to where it ends now, which is before the first transaction without an end.
    """
    consumer: Any = AIOKafkaConsumer(bootstrap_servers=bootstrap, isolation_level="read_committed")
    await consumer.start()
    try:
        tp: Any = TopicPartition(topic, 0)
        consumer.assign([tp])
        await consumer.seek_to_beginning(tp)
        end = (await consumer.end_offsets([tp]))[tp]
        found: list[tuple[int, Any]] = []
        while await consumer.position(tp) < max(end, least + 1):
            read = await consumer.getmany(tp, timeout_ms=1000)
            found += [(each.offset, each.key) for each in read.get(tp, [])]
        return found, await consumer.position(tp)
    finally:
        await consumer.stop()
