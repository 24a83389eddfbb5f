"""Sends one partition's results: changelog, outputs and input offsets, all or nothing.

The transactional id belongs to the partition. Whoever opens it next fences the one before
(KIP-98): a worker that was suspended and believes that it still owns the partition can write
nothing any more.
"""

from collections.abc import Mapping

from clients import async_kafka
from clients.kafka import KafkaAccess
from engine.batches import BATCH_BYTES_MAX
from engine.patience import be_patient
from engine.sends import Outputs
from engine.transaction import Transactions

TRANSACTION_TIMEOUT_MS = 30_000
"""After so long the broker ends a transaction that a dead worker left open; until then readers
of committed data wait at it. Shorter than a slow broker's answer would abort good work."""

RETRY_BACKOFF_MS = 5
"""While the markers of the last transaction are still being written, the broker asks to retry
the first message of the next. Waiting aiokafka's 100 ms doubled a commit's latency. 20 and 5 ms
in turns on one broker: of a lone writer's commits, 20 a second, nine in ten took up to 29 and 15
ms; with four writers, or without pauses, no difference; nor in the broker's processor time."""


class PartitionWriter:
    """The transactional producer of one partition of an application."""

    def __init__(self, kafka: KafkaAccess, application_id: str, partition: int) -> None:
        self._producer = async_kafka.producer(
            kafka,
            client_id=f"{application_id}-{partition}",
            transactional_id=f"{application_id}-{partition}",
            transaction_timeout_ms=TRANSACTION_TIMEOUT_MS,
            max_batch_size=BATCH_BYTES_MAX,
            acks="all",
            retry_backoff_ms=RETRY_BACKOFF_MS,
        )
        self._transactions = Transactions(self._producer, application_id, partition)

    async def open(self) -> None:
        """Fence whoever held this partition before, and abort what it left open."""
        be_patient(self._producer.client)
        await self._producer.start()

    async def commit(
        self,
        changelog: str,
        changes: Mapping[bytes, bytes | None],
        outputs: Outputs,
        positions: Mapping[str, int],
    ) -> int:
        """See `Transactions.commit`."""
        return await self._transactions.commit(changelog, changes, outputs, positions)

    async def close(self) -> None:
        """Stop the producer; an open transaction is aborted by the next owner."""
        await self._producer.stop()
