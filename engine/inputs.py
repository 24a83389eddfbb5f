"""What Kafka has of a partition's inputs, and whether that is still what the state was made of."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from clients import async_kafka
from clients.kafka import KafkaAccess
from clients.topic_ids import Described, described
from engine.clients import TopicPartition
from engine.errors import InputRecreated
from engine.fetching import FETCH_WAIT_MS

SHOWN_SECONDS = 5.0
"""A broker may take so long to show a topic that another has just made."""

STEP_RECORDS = 1_000
"""Offsets looked at from the end for the last record; then sixteen times as many, and so on."""

READ_MS = 100

ANEW = "Start a new application id, which rebuilds the state from the inputs as they are now"


class Input(NamedTuple):
    """One input's partition: the topic's id, the first offset that is there, and the end."""

    topic_id: str
    first: int
    end: int


class KnownInput(NamedTuple):
    """What the state knows of it: the topic's id and the next offset, None where nothing was."""

    topic_id: str | None
    position: int | None


def checked_start(place: str, known: KnownInput, found: Input) -> int:
    """The offset to read ``place`` (topic-partition) on from.

    Raises `InputRecreated` where messages are missing, or are others than those that were read.
    """
    if known.topic_id not in (None, found.topic_id):
        raise InputRecreated(
            f"{place} was deleted and made anew since the state read it up to offset "
            f"{known.position}: the topic's id was {known.topic_id}, now it is {found.topic_id}. "
            f"{ANEW}"
        )
    if known.position is None:
        return found.first
    if known.position > found.end:
        raise InputRecreated(
            f"{place} ends at offset {found.end}, but the state has read up to {known.position}: "
            f"the topic was made anew or lost messages. {ANEW}"
        )
    if known.position < found.first:
        raise InputRecreated(
            f"{place} begins at offset {found.first}, but the state has read up to "
            f"{known.position} only: the messages between were deleted before anybody read them. "
            f"{ANEW}"
        )
    return known.position


class KafkaInputs:
    """The inputs of one partition, asked for by a consumer of committed data."""

    def __init__(self, kafka: KafkaAccess, topics: Iterable[str], partition: int) -> None:
        self._kafka = kafka
        self._places: dict[str, Any] = {each: TopicPartition(each, partition) for each in topics}

    async def look(self) -> Mapping[str, Input]:
        """By topic, what there is. Raises `InputRecreated` where a topic is gone."""
        ids = await self._ids()
        consumer = await self._consumer()
        try:
            firsts = await consumer.beginning_offsets(list(self._places.values()))
            ends = await consumer.end_offsets(list(self._places.values()))
        finally:
            await consumer.stop()
        return {t: Input(ids[t].topic_id, firsts[tp], ends[tp]) for t, tp in self._places.items()}

    async def ends(self) -> Mapping[str, int]:
        """By topic, the offset after the last record that can be read; 0 where there is none.

        Marks of transactions, and what was aborted, come after it without a record to tell.
        """
        consumer = await self._consumer()
        try:
            return {t: await _behind_last(consumer, tp) for t, tp in self._places.items()}
        finally:
            await consumer.stop()

    async def _ids(self) -> Mapping[str, Described]:
        patience = asyncio.get_running_loop().time() + SHOWN_SECONDS
        while True:
            ids = await described(self._kafka, self._places)
            missing = sorted(self._places.keys() - ids.keys())
            if not missing:
                return ids
            if asyncio.get_running_loop().time() > patience:
                raise InputRecreated(f"there is no {', '.join(missing)} any more. {ANEW}")
            await asyncio.sleep(SHOWN_SECONDS / 10)

    async def _consumer(self) -> Any:
        consumer = async_kafka.consumer(
            self._kafka,
            isolation_level="read_committed",
            auto_offset_reset="none",
            fetch_max_wait_ms=FETCH_WAIT_MS,
        )
        await consumer.start()
        return consumer


async def _behind_last(consumer: Any, tp: Any) -> int:
    first: int = (await consumer.beginning_offsets([tp]))[tp]
    end: int = (await consumer.end_offsets([tp]))[tp]
    step = STEP_RECORDS
    while end > first:
        start = max(first, end - step)
        last = await _last_record(consumer, tp, start, end)
        if last is not None:
            return last + 1
        if start == first:
            break
        step *= 16
    return 0


async def _last_record(consumer: Any, tp: Any, start: int, end: int) -> int | None:
    consumer.assign([tp])
    consumer.seek(tp, start)
    last: int | None = None
    while await consumer.position(tp) < end:
        for record in (await consumer.getmany(tp, timeout_ms=READ_MS)).get(tp, ()):
            last = int(record.offset)
    return last
