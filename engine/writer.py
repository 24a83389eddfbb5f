"""Sends one partition's results: changelog, outputs and input offsets, all or nothing.

The transactional id belongs to the partition. Whoever opens it next fences the one before
(KIP-98): a worker that was suspended and believes that it still owns the partition can write
nothing any more.
"""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from engine.batches import BATCH_BYTES_MAX, batches
from engine.clients import Producer, TopicPartition
from engine.contract import Message
from engine.patience import be_patient

TRANSACTION_TIMEOUT_MS = 30_000
"""After so long the broker ends a transaction that a dead worker left open; until then readers
of committed data wait at it. Shorter than a slow broker's answer would abort good work."""

RETRY_BACKOFF_MS = 20
"""While the markers of the last transaction are still being written, the broker asks to retry
the first message of the next. Waiting aiokafka's 100 ms doubled a commit's latency."""

Sent = tuple[asyncio.Future[Any], int]
"""What becomes of a batch, and how many records it has."""


class PartitionWriter:
    """The transactional producer of one partition of an application."""

    def __init__(self, bootstrap: str, application_id: str, partition: int) -> None:
        self._group = application_id
        self._partition = partition
        self._producer = Producer(
            bootstrap_servers=bootstrap,
            client_id=f"{application_id}-{partition}",
            transactional_id=f"{application_id}-{partition}",
            transaction_timeout_ms=TRANSACTION_TIMEOUT_MS,
            max_batch_size=BATCH_BYTES_MAX,
            acks="all",
            retry_backoff_ms=RETRY_BACKOFF_MS,
        )

    async def open(self) -> None:
        """Fence whoever held this partition before, and abort what it left open."""
        be_patient(self._producer.client)
        await self._producer.start()

    async def commit(
        self,
        changelog: str,
        changes: Mapping[bytes, bytes | None],
        outputs: Mapping[str, Iterable[Message]],
        positions: Mapping[str, int],
    ) -> int:
        """Make everything durable at once; the offset after the last changelog record.

        ``positions`` are the next offsets to read, by input topic. Any failure is the caller's
        end: the transaction is aborted by whoever opens the partition next.
        """
        await self._producer.begin_transaction()
        sent = [await self._send(changelog, map(Message, changes.keys(), changes.values()))]
        for topic, messages in outputs.items():
            sent.append(await self._send(topic, messages))
        offsets = {TopicPartition(t, self._partition): at for t, at in positions.items()}
        await self._producer.send_offsets_to_transaction(offsets, self._group)
        await asyncio.gather(*(future for batches_sent in sent for future, _ in batches_sent))
        await self._producer.commit_transaction()
        last, records = sent[0][-1]
        return int(last.result().offset) + records  # the offset told is that of its first record

    async def _send(self, topic: str, messages: Iterable[Message]) -> list[Sent]:
        return [
            (
                await self._producer.send_batch(batch, topic, partition=self._partition),
                int(batch.record_count()),
            )
            for batch in batches(messages)
        ]

    async def close(self) -> None:
        """Stop the producer; an open transaction is aborted by the next owner."""
        await self._producer.stop()
