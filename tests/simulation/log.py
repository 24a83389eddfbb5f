"""The partition's log as a worker reaches it: each request takes its time, and may get lost.

What is on its way arrives even when who sent it is dead. A request that fails may have had its
effect or not. See `engine.log.PartitionLog`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from engine.changelog import read_tail
from engine.clients import TopicPartition
from engine.contract import Message
from engine.store import Store

from .broker import CHANGELOG, PARTITION, Broker, Entry, Retry, Transaction
from .network import Network

RETRY_SECONDS = 0.02

_CHANGELOG: Any = TopicPartition(CHANGELOG, PARTITION)


class SimulatedLog:
    """One owner's connection to the log of the partition."""

    def __init__(self, network: Network, broker: Broker) -> None:
        self.broker = broker
        self.knobs = network.knobs
        self._network = network
        self._process = network.loop.current
        self._epoch = -1

    def ask(self, effect: Callable[..., Any], *arguments: Any) -> asyncio.Future[Any]:
        """Send a request; its answer."""
        return self._network.send(self._process, effect, arguments)

    async def insist(self, effect: Callable[..., Any], *arguments: Any) -> Any:
        """Ask again while the broker says so."""
        while True:
            try:
                return await self.ask(effect, *arguments)
            except Retry:
                await asyncio.sleep(RETRY_SECONDS)

    async def open(self) -> None:
        """See `PartitionLog`."""
        self._epoch = await self.insist(self.broker.init_producer)

    async def recover(self, store: Store, applied: Callable[[int], None]) -> None:
        """See `PartitionLog`: the engine's own reading of the changelog."""
        await read_tail(ChangelogReader(self), store, _CHANGELOG, applied)

    def read(self, start: int) -> tuple[list[Entry], int]:
        """The next part of the changelog, and where to read on."""
        return self.broker.read(CHANGELOG, start, self.knobs.recovery_records_max)

    async def commit(
        self,
        changes: Mapping[bytes, bytes | None],
        outputs: Mapping[str, Iterable[Message]],
        positions: Mapping[str, int],
    ) -> int:
        """See `PartitionLog`; as `engine.writer` does."""
        transaction = await self.begin()
        sent = [self.append(transaction, CHANGELOG, messages_of(changes))]
        sent += [self.append(transaction, topic, list(some)) for topic, some in outputs.items()]
        sent.append(self.ask(self.broker.stage, transaction, dict(positions)))
        for answer in sent:
            await answer
        await self.ask(self.broker.end, transaction, True)
        return int(sent[0].result())

    async def begin(self) -> Transaction:
        """A transaction of this owner."""
        return await self.insist(self.broker.begin, self._epoch)

    def append(
        self, transaction: Transaction, topic: str, messages: list[Message]
    ) -> asyncio.Future[Any]:
        """Send messages without waiting for their answer."""
        return self.ask(self.broker.append, transaction, topic, messages)

    async def close(self) -> None:
        """See `PartitionLog`."""


class ChangelogRecord(NamedTuple):
    """A message of the changelog as a consumer delivers it."""

    offset: int
    key: bytes | None
    value: bytes | None


def _record(entry: Entry) -> ChangelogRecord:
    return ChangelogRecord(entry.offset, entry.message.key, entry.message.value)


class ChangelogReader:
    """As much of a consumer of committed data as a recovery uses."""

    def __init__(self, log: SimulatedLog) -> None:
        self._log = log
        self._at = 0

    def assign(self, partitions: list[Any]) -> None:
        """There is one changelog."""

    async def end_offsets(self, partitions: list[Any]) -> dict[Any, int]:
        """The last stable offset."""
        return {_CHANGELOG: await self._log.ask(self._log.broker.stable_end, CHANGELOG)}

    async def seek_to_beginning(self, partition: Any) -> None:
        """To offset 0."""

    def seek(self, partition: Any, offset: int) -> None:
        """To ``offset``."""
        self._at = offset

    async def position(self, partition: Any) -> int:
        """The next offset."""
        return self._at

    async def getmany(self, partition: Any, **limits: int) -> dict[Any, list[ChangelogRecord]]:
        """The next part."""
        entries, self._at = await self._log.ask(self._log.read, self._at)
        return {partition: [_record(entry) for entry in entries]}


def messages_of(changes: Mapping[bytes, bytes | None]) -> list[Message]:
    """Changes as messages of the changelog."""
    return [Message(key, value) for key, value in changes.items()]
