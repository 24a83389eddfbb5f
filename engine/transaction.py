"""One transaction of a partition: changelog, outputs and input offsets, all or nothing."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from engine.batches import MessageTooLarge, RecordBatch, batches
from engine.clients import BATCH_REFUSED, TopicPartition
from engine.contract import Message
from engine.sends import Destination, Outputs


class Sent(NamedTuple):
    """A record batch on its way, and what the broker will say of it."""

    topic: str
    batch: RecordBatch
    answer: asyncio.Future[Any]


@dataclass(frozen=True, slots=True)
class Transactions:
    """The transactions of one partition of an application, by its producer.

    ``producer`` is aiokafka's, transactional and started; see its ``begin_transaction``,
    ``send_batch``, ``send_offsets_to_transaction`` and ``commit_transaction``.
    """

    producer: Any
    group: str
    partition: int

    async def commit(
        self,
        changelog: str,
        changes: Mapping[bytes, bytes | None],
        outputs: Outputs,
        positions: Mapping[str, int],
    ) -> int:
        """Make everything durable at once; the offset after the last changelog record.

        ``positions`` are the next offsets to read, by input topic. Neither they nor ``changes``
        are ever empty, for the positions are part of the state. Any failure is the caller's end:
        the transaction is aborted by whoever opens the partition next.
        """
        await self.producer.begin_transaction()
        own = Destination(changelog, self.partition)
        state = await self._send(own, map(Message, changes.keys(), changes.values()))
        sent = list(state)
        for place, messages in outputs.items():
            sent += await self._send(place, messages)
        offsets = {TopicPartition(t, self.partition): at for t, at in positions.items()}
        await self.producer.send_offsets_to_transaction(offsets, self.group)
        await _accepted(sent)
        await self.producer.commit_transaction()
        return _behind(state[-1])

    async def _send(self, place: Destination, messages: Iterable[Message]) -> Sequence[Sent]:
        """The producer adds the partition to the transaction, if it is not part of it yet."""
        send, (topic, partition) = self.producer.send_batch, place
        return [
            Sent(topic, batch, await send(batch, topic, partition=partition))
            for batch in batches(messages)
        ]


async def _accepted(sent: Sequence[Sent]) -> None:
    """Wait for all answers. Raises `MessageTooLarge` where a topic takes no such batch."""
    try:
        await asyncio.gather(*(each.answer for each in sent))
    except BATCH_REFUSED as error:
        refused = next(each for each in sent if _is_refused(each.answer))
        raise MessageTooLarge(
            f"{refused.topic} takes no record batch as large as one of {refused.batch.size()} "
            f"bytes, which begins with the key {refused.batch.first_key!r}. Each start would send "
            "it again: raise that topic's max.message.bytes, or set it back to what it was"
        ) from error


def _is_refused(answer: asyncio.Future[Any]) -> bool:
    return answer.done() and isinstance(answer.exception(), BATCH_REFUSED)


def _behind(last: Sent) -> int:
    """The offset after a batch's last record; the broker tells that of its first."""
    return int(last.answer.result().offset) + int(last.batch.record_count())
