"""The partition's log as a worker reaches it: each request takes its time, and may get lost.

The transactions are those of `engine.transaction`, whose batches go over the wire byte for byte;
`engine.changelog` reads them back through `engine.fetching`. What is on its way arrives even when
who sent it is dead. A request that fails may have had its effect or not. See
`engine.log.PartitionLog`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from engine.changelog import read_tail
from engine.clients import TopicPartition
from engine.sends import Outputs
from engine.store import Store
from engine.transaction import Transactions
from tests.offline_consumer import OfflineConsumer

from .broker import CHANGELOG, PARTITION, Broker, Retry
from .network import Network
from .topic_log import Entry, Fetched, Transaction

RETRY_SECONDS = 0.02

_GROUP = "simulated"
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

    async def set_aside(self) -> Mapping[str, frozenset[int]]:
        """See `PartitionLog`: no operator has moved anything."""
        return {}

    async def recover(self, store: Store, applied: Callable[[int], None]) -> None:
        """See `PartitionLog`: the engine's own reading of the changelog."""
        await read_tail(self.reader(), store, _CHANGELOG, applied)

    def reader(self) -> OfflineConsumer:
        """A consumer of the changelog's committed data."""
        return OfflineConsumer(self.fetch, lambda: self.ask(self.broker.stable_end, CHANGELOG))

    async def fetch(self, at: int) -> Fetched:
        """The next batches of the changelog."""
        return await self.ask(self.broker.fetch_changelog, at, self.knobs.fetch_batches_max)

    def read(self, start: int) -> tuple[list[Entry], int]:
        """The next messages of the changelog, and where to read on."""
        return self.broker.read(CHANGELOG, start, self.knobs.recovery_records_max)

    async def commit(
        self,
        changes: Mapping[bytes, bytes | None],
        outputs: Outputs,
        positions: Mapping[str, int],
    ) -> int:
        """See `PartitionLog`: the engine's own transaction."""
        transactions = Transactions(SimulatedProducer(self), _GROUP, PARTITION)
        return await transactions.commit(CHANGELOG, changes, outputs, positions)

    async def begin(self) -> Transaction:
        """A transaction of this owner."""
        return await self.insist(self.broker.begin, self._epoch)

    async def close(self) -> None:
        """See `PartitionLog`."""


class Placed(NamedTuple):
    """What a broker says of a batch: the offset of its first record."""

    offset: int


class SimulatedProducer:
    """As much of aiokafka's transactional producer as `engine.transaction` uses."""

    def __init__(self, log: SimulatedLog) -> None:
        self._log = log
        self._newest: dict[str, asyncio.Future[Placed]] = {}

    async def begin_transaction(self) -> None:
        """Once the transaction before is marked everywhere."""
        self._transaction = await self._log.begin()

    async def send_batch(self, batch: Any, topic: str, *, partition: int) -> asyncio.Future[Placed]:
        """Send without waiting for the answer; to one topic one batch after the other."""
        transaction = self._transaction
        batch._set_producer_state(transaction.producer, transaction.epoch, 0)  # noqa: SLF001
        built = bytes(batch._build())  # noqa: SLF001
        before = self._newest.get(topic)
        if before is None or before.done():
            answer = self._send(topic, built)
        else:
            answer = asyncio.get_running_loop().create_future()
            before.add_done_callback(lambda _: _pass_on(self._send(topic, built), answer))
        self._newest[topic] = answer
        return answer

    def _send(self, topic: str, batch: bytes) -> asyncio.Future[Placed]:
        return self._log.ask(self._append, self._transaction, topic, batch)

    def _append(self, transaction: Transaction, topic: str, batch: bytes) -> Placed:
        return Placed(self._log.broker.append(transaction, topic, batch))

    async def send_offsets_to_transaction(self, offsets: Mapping[Any, int], group: str) -> None:
        """Take the group's offsets into the transaction; aiokafka takes no empty ones either."""
        if not offsets:
            raise ValueError(offsets)
        positions = {tp.topic: at for tp, at in offsets.items()}
        await self._log.ask(self._log.broker.stage, self._transaction, positions)

    async def commit_transaction(self) -> None:
        """Have it decided."""
        await self._log.ask(self._log.broker.end, self._transaction, True)


def _pass_on(asked: asyncio.Future[Placed], answer: asyncio.Future[Placed]) -> None:
    def pass_on(done: asyncio.Future[Placed]) -> None:
        failure = done.exception()
        if answer.done():  # whoever sent it has been cancelled
            return
        if failure is None:
            answer.set_result(done.result())
        else:
            answer.set_exception(failure)

    asked.add_done_callback(pass_on)
