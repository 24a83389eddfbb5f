"""Kafka as a follower uses it: partitions assigned by hand, offsets kept elsewhere."""

# pyright: reportMissingTypeStubs=false

import asyncio
import contextlib
import time
from collections.abc import (
    AsyncGenerator,
    Awaitable,
    Callable,
    Collection,
    Generator,
    Iterable,
    Mapping,
)
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from typing import Any, TypeVar

from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError, KafkaError, OffsetOutOfRangeError

from clients import async_kafka
from clients.kafka import KafkaAccess
from clients.quiet_fetches import ask_seldom_when_quiet
from following.records import Fetched, Place, Positions

FETCH_WAIT_MS = 50
"""How long a broker holds a fetch that it has nothing for, while something comes now and then. A
partition that changes while the fetch is held waits for the next: more is latency, less is idle
traffic."""

PARTITION_FETCH_BYTES = 4 * 1024 * 1024
"""Room for some ten thousand events of one partition, so that a batch under load is large even
where few partitions are busy."""

ANSWER_SECONDS = 5.0
"""How long Kafka may take to tell its offsets before it counts as away."""

LOT_SECONDS = 0.5
"""Between two lots that `Reader.gather` hands out, and so between two transactions: the keys of a
till and of its shop come again with each sale, and are written once for all that came meanwhile.
Half of it costs a quarter more rows; more of it is seen on first paints, in reports, and by
whoever waits to be told. What comes after a quiet while is handed out at once."""

KAFKA_AWAY = (KafkaError, TimeoutError, OSError)
"""What waiting mends."""

T = TypeVar("T")


class Lost(Exception):
    """The offsets that were asked for are not in Kafka: they belong to another cluster."""


class TopicsMissing(KafkaError):
    """Topics do not exist yet; the text names them and says what to do."""


class Reader:
    """Partitions of some topics, read from where it is told; committed records only.

    ``chosen`` says which are read of so many; all, where nobody says.
    """

    def __init__(
        self,
        consumer: Any,
        partitions: Mapping[str, int],
        chosen: Callable[[int], Iterable[int]] = range,
    ) -> None:
        self._consumer = consumer
        self.partitions = partitions
        """Partitions of each topic."""
        self._all = [
            TopicPartition(topic, partition)
            for topic, count in partitions.items()
            for partition in chosen(count)
        ]
        self._due = 0.0
        consumer.assign(self._all)

    async def first_offsets(self) -> dict[Place, int]:
        """The first offset that each partition still holds."""
        return _by_place(await _answered(self._consumer.beginning_offsets(self._all)))

    async def end_offsets(self) -> dict[Place, int]:
        """The offset after the last committed record of each partition."""
        return _by_place(await _answered(self._consumer.end_offsets(self._all)))

    async def offsets_since(self, moment: datetime) -> dict[Place, int]:
        """The first record from ``moment`` on, by the clocks of those who wrote; its partition is
        missing where there is none."""
        moment_ms = int(moment.timestamp() * 1000)
        asked = dict.fromkeys(self._all, moment_ms)
        found = await _answered(self._consumer.offsets_for_times(asked))
        return _by_place({where: said.offset for where, said in found.items() if said is not None})

    def ends_heard(self) -> dict[Place, int]:
        """`end_offsets` as of the last fetch of each partition, without asking."""
        heard = {where: self._consumer.last_stable_offset(where) for where in self._all}
        return _by_place({where: end for where, end in heard.items() if end is not None})

    def seek(self, offsets: Positions) -> None:
        """Go on from these offsets; what was fetched and not yet taken is dropped."""
        for place, offset in offsets.items():
            self._consumer.seek(TopicPartition(*place), offset)

    async def take(self, records_max: int, wait_seconds: float) -> Fetched:
        """What is there, as soon as there is something; raises `Lost`."""
        try:
            with _own_cancellation():
                fetched = await self._consumer.getmany(
                    timeout_ms=int(wait_seconds * 1000), max_records=records_max
                )
        except OffsetOutOfRangeError as fault:
            raise Lost(
                f"Kafka does not hold the offsets that PostgreSQL names ({fault}): this database "
                "was filled from another cluster, or topics were made anew"
            ) from fault
        return {(where.topic, where.partition): records for where, records in fetched.items()}

    async def gather(self, records_max: int, wait_seconds: float) -> Fetched:
        """`take`, and then more until `LOT_SECONDS` after the last lot: what comes is one lot.

        Nothing is waited for where nothing came, or where that time has passed.
        """
        gathered = await self.take(records_max, wait_seconds)
        count = _count(gathered)
        while gathered and count < records_max and (left := self._due - time.monotonic()) > 0:
            more = await self.take(records_max - count, left)
            count += _count(more)
            for place, records in more.items():
                gathered[place] = [*gathered.get(place, ()), *records]
        if gathered:
            self._due = time.monotonic() + LOT_SECONDS
        return gathered

    async def positions(self, places: Iterable[Place]) -> dict[Place, int]:
        """The next offset of each place: past transaction markers, which are no records."""
        with _own_cancellation():
            return {
                place: await self._consumer.position(TopicPartition(*place)) for place in places
            }


def _count(fetched: Fetched) -> int:
    return sum(map(len, fetched.values()))


def _by_place(offsets: Mapping[TopicPartition, int]) -> dict[Place, int]:
    return {(where.topic, where.partition): offset for where, offset in offsets.items()}


async def _answered(answer: Awaitable[T]) -> T:
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            with _own_cancellation():
                return await answer
    except TimeoutError:
        raise TimeoutError(f"no answer for {ANSWER_SECONDS:g} s") from None


@asynccontextmanager
async def opened(
    kafka: KafkaAccess,
    topics: Collection[str],
    *,
    begin_anew: bool = False,
    chosen: Callable[[int], Iterable[int]] = range,
) -> AsyncGenerator[Reader]:
    """A reader of ``topics``, in no group; raises one of `KAFKA_AWAY`. ``chosen`` is `Reader`'s.

    ``begin_anew`` reads a partition from its start where it does not hold the offset asked for,
    in place of raising `Lost`.
    """
    with _own_cancellation():
        partitions = await _partition_counts(kafka, topics)
    consumer = async_kafka.consumer(
        kafka,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest" if begin_anew else "none",
        isolation_level="read_committed",
        fetch_max_wait_ms=FETCH_WAIT_MS,
        max_partition_fetch_bytes=PARTITION_FETCH_BYTES,
    )
    try:
        with _own_cancellation():
            await consumer.start()
        ask_seldom_when_quiet(consumer)
        yield Reader(consumer, partitions, chosen)
    finally:
        await _close(consumer)


async def _partition_counts(kafka: KafkaAccess, topics: Collection[str]) -> dict[str, int]:
    """Partitions of each topic. The whole cluster is asked, so that asking makes no topic."""
    admin = async_kafka.admin(kafka)
    try:
        await admin.start()
        described = await admin.describe_topics()
    finally:
        await admin.close()
    counts = {each["topic"]: len(each["partitions"]) for each in described}
    missing = sorted(set(topics) - counts.keys())
    if missing:
        raise TopicsMissing(f"no topic {', '.join(missing)}: run 'tillstream topics sync'")
    return {topic: counts[topic] for topic in topics}


async def _close(consumer: Any) -> None:
    # Stopped while a broker is away, aiokafka lets the cancellation of its own fetch out.
    with contextlib.suppress(KafkaConnectionError), _own_cancellation():
        await consumer.stop()


@contextmanager
def _own_cancellation() -> Generator[None]:
    """Tells a cancellation of ours from one that aiokafka lets out when a connection breaks."""
    try:
        yield
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        raise KafkaConnectionError("the connection was closed") from None
