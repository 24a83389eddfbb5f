"""The partition's log as a worker reaches it: each request takes its time, and may get lost.

What is on its way arrives even when who sent it is dead. A request that fails may have had its
effect or not. See `engine.log.PartitionLog`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from engine.changelog import StoreAheadOfLog
from engine.contract import Message
from engine.store import Store

from .broker import CHANGELOG, Broker, Entry, Retry, Transaction
from .network import Network

RETRY_SECONDS = 0.02


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
        """See `PartitionLog`; as `engine.changelog.recover` does."""
        end: int = await self.ask(self.broker.stable_end, CHANGELOG)
        start = store.position()
        if start is not None and start > end:
            raise StoreAheadOfLog(f"the changelog ends at {end}, the store is at {start}")
        at = start or 0
        while at < end:
            entries, at = await self.ask(self.read, at)
            store.write({entry.message.key: entry.message.value for entry in entries}, at)
            applied(len(entries))

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


def messages_of(changes: Mapping[bytes, bytes | None]) -> list[Message]:
    """Changes as messages of the changelog."""
    return [Message(key, value) for key, value in changes.items()]
