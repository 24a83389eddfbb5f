"""Sends one partition's results: changelog, outputs and input offsets, all or nothing.

The transactional id belongs to the partition. Whoever opens it next fences the one before
(KIP-98): a worker that was suspended and believes that it still owns the partition can write
nothing any more. It also ends what Kafka left without an end, see `engine.unended`.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from clients import async_kafka
from clients.kafka import KafkaAccess
from engine.batches import BATCH_BYTES_MAX
from engine.clients import TopicPartition
from engine.errors import TransactionUnended
from engine.patience import be_patient
from engine.sends import Destination, Outputs
from engine.transaction import Transactions
from engine.unended import ASK_AGAIN_SECONDS, Fate, completed, last_fate, left_open

log = structlog.get_logger()

TRANSACTION_TIMEOUT_MS = 30_000
"""After so long the broker ends a transaction that a dead worker left open; until then readers
of committed data wait at it. Shorter than a slow broker's answer would abort good work."""

RETRY_BACKOFF_MS = 5
"""While the markers of the last transaction are still being written, the broker asks to retry
the first message of the next. Waiting aiokafka's 100 ms doubled a commit's latency. 20 and 5 ms
in turns on one broker: of a lone writer's commits, 20 a second, nine in ten took up to 29 and 15
ms; with four writers, or without pauses, no difference; nor in the broker's processor time."""

SLOW_SECONDS = 5.0
"""A transaction that took so long may have met a broker without leaders, and left something open.
Kafka's brokers lose their session, and with it their leaders, after 9 s at the earliest by default;
far below, each busy moment asks for nothing."""

END_SECONDS = 30.0
"""In which the markers of a transaction that is ended anew are written: milliseconds, as a rule.
Where they are not, the next start tries again."""


class PartitionWriter:
    """The transactional producer of one partition of an application; ``places`` are all that it
    may write to."""

    def __init__(
        self,
        kafka: KafkaAccess,
        application_id: str,
        partition: int,
        places: Sequence[Destination] = (),
    ) -> None:
        self._kafka = kafka
        self._id = f"{application_id}-{partition}"
        self._places = places
        self._producer = async_kafka.producer(
            kafka,
            client_id=self._id,
            transactional_id=self._id,
            transaction_timeout_ms=TRANSACTION_TIMEOUT_MS,
            max_batch_size=BATCH_BYTES_MAX,
            acks="all",
            retry_backoff_ms=RETRY_BACKOFF_MS,
        )
        self._transactions = Transactions(self._producer, application_id, partition)

    async def open(self) -> None:
        """Fence whoever held this partition before, and end what it left open.

        Raises `engine.errors.TransactionUnended`.
        """
        be_patient(self._producer.client)
        async with async_kafka.asking(self._kafka) as client:
            fate = await last_fate(client, self._id)
            await self._producer.start()
            await self._end_what_is_left(client, fate)

    async def _end_what_is_left(self, client: Any, fate: Fate) -> None:
        producer_id: int = self._transaction_manager.producer_id
        places = left = await left_open(client, producer_id, self._places)
        if left:
            await self._end(left, fate)
        deadline = time.monotonic() + END_SECONDS
        while left := await left_open(client, producer_id, left):
            if time.monotonic() > deadline:
                raise TransactionUnended(f"Kafka does not end {self._told(places)}: start again")
            await asyncio.sleep(ASK_AGAIN_SECONDS)

    async def _end(self, places: Sequence[Destination], fate: Fate) -> None:
        """A transaction of nothing but its markers: they end what lies before them."""
        if fate is Fate.UNKNOWN:
            raise TransactionUnended(
                f"Kafka has no end of {self._told(places)}, and forgot how it was to end. Where "
                "one of its messages is visible in another topic it was to be committed, else "
                "aborted: 'kafka-transactions.sh abort' ends it in the topics named here"
            )
        log.warning("a transaction is ended", of=self._told(places), fate=fate.name.lower())
        await self._producer.begin_transaction()
        manager = self._transaction_manager
        for place in places:
            manager.maybe_add_partition_to_txn(TopicPartition(*place))
        if fate is Fate.COMMITTED:
            await self._producer.commit_transaction()
        else:
            await self._producer.abort_transaction()

    @property
    def _transaction_manager(self) -> Any:
        return self._producer._txn_manager  # noqa: SLF001

    def _told(self, places: Sequence[Destination]) -> str:
        named = ", ".join(f"{topic}-{partition}" for topic, partition in places)
        return f"the transaction of {self._id} in {named}"

    async def commit(
        self,
        changelog: str,
        changes: Mapping[bytes, bytes | None],
        outputs: Outputs,
        positions: Mapping[str, int],
    ) -> int:
        """See `Transactions.commit`."""
        started = time.monotonic()
        position = await self._transactions.commit(changelog, changes, outputs, positions)
        if time.monotonic() - started > SLOW_SECONDS:
            await self._end_what_was_committed()
        return position

    async def _end_what_was_committed(self) -> None:
        """Of a writer that lives on, whatever has no end was committed: readers wait for it."""
        async with async_kafka.asking(self._kafka) as client:
            await completed(client, self._id)
            await self._end_what_is_left(client, Fate.COMMITTED)

    async def close(self) -> None:
        """Stop the producer; an open transaction is aborted by the next owner."""
        await self._producer.stop()
