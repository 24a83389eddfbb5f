"""Broken orders, each a mistake that somebody could make: the simulation must find every one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from aiokafka.consumer.fetcher import READ_UNCOMMITTED

from agents.tills import TILLS
from engine.partition import POSITIONS
from engine.sends import Outputs
from engine.store import Store
from engine.table import SEPARATOR
from tests.offline_consumer import OfflineConsumer

from .broker import CHANGELOG, Broker, Retry
from .disk import Disk, DiskStore
from .log import SimulatedLog
from .loop import VirtualLoop
from .network import RequestFailed
from .parts import Parts
from .scenario import KINDS, STEPS_BETWEEN_FAULTS, Scenario, draw
from .topic_log import Transaction

Changes = Mapping[bytes, bytes | None]
Positions = Mapping[str, int]

NOTHING: Changes = {b"": None}
"""A key that nobody has is gone: a transaction changes the state, whatever else it does."""


def _of(table: str, changes: Changes) -> dict[bytes, bytes | None]:
    prefix = (table + SEPARATOR).encode()
    return {key: value for key, value in changes.items() if key.startswith(prefix)}


def _without(some: Changes, changes: Changes) -> dict[bytes, bytes | None]:
    return {key: value for key, value in changes.items() if key not in some}


class WatermarkFirst(SimulatedLog):
    """What each till has said is durable before what it did."""

    async def commit(self, changes: Changes, outputs: Outputs, positions: Positions) -> int:
        """Two transactions."""
        marks = _of(TILLS, changes) | _of(POSITIONS, changes)
        await super().commit(marks, {}, positions)
        rest = _without(marks, changes) or NOTHING
        return await super().commit(rest, outputs, positions)


class AcknowledgedFirst(SimulatedLog):
    """The input's offsets are committed before what the input did."""

    async def commit(self, changes: Changes, outputs: Outputs, positions: Positions) -> int:
        """Two transactions."""
        reached = _of(POSITIONS, changes)
        await super().commit(reached, {}, positions)
        rest = _without(reached, changes) or NOTHING
        return await super().commit(rest, outputs, positions)


class OutputsFirst(SimulatedLog):
    """Readers are told before the state is durable."""

    async def commit(self, changes: Changes, outputs: Outputs, positions: Positions) -> int:
        """Two transactions."""
        await super().commit(NOTHING, outputs, positions)
        return await super().commit(changes, {}, positions)


class StateFirst(SimulatedLog):
    """The state is durable before readers are told, who never are if it ends in between."""

    async def commit(self, changes: Changes, outputs: Outputs, positions: Positions) -> int:
        """Two transactions."""
        end = await super().commit(changes, {}, positions)
        await super().commit(NOTHING, outputs, positions)
        return end


class StoreFirst(SimulatedLog):
    """The store is written before the transaction is committed."""

    async def recover(self, store: Store, applied: Callable[[int], None]) -> None:
        """As it should be, and remember the store."""
        await super().recover(store, applied)
        self._store = store

    async def commit(self, changes: Changes, outputs: Outputs, positions: Positions) -> int:
        """Write first, at the position where the changelog is about to end."""
        end: int = await self.ask(self.broker.stable_end, CHANGELOG)
        self._store.write(changes, end + len(changes))
        return await super().commit(changes, outputs, positions)


class Unconfirmed(SimulatedLog):
    """A commit counts as durable before the coordinator has said so."""

    async def commit(self, changes: Changes, outputs: Outputs, positions: Positions) -> int:
        """Run the transaction beside what follows."""
        end: int = await self.ask(self.broker.stable_end, CHANGELOG)
        rest = super().commit(changes, outputs, positions)
        self._commit = asyncio.get_running_loop().create_task(rest)
        await asyncio.sleep(self.knobs.latency_seconds)
        return end + len(changes)


class CommitsAgain(SimulatedLog):
    """A commit that may have failed is sent once more."""

    async def commit(self, changes: Changes, outputs: Outputs, positions: Positions) -> int:
        """Try twice."""
        sent = {topic: list(messages) for topic, messages in outputs.items()}
        try:
            return await super().commit(changes, sent, positions)
        except RequestFailed:
            await super().open()
            return await super().commit(changes, sent, positions)


class RecoversFirst(SimulatedLog):
    """The state is read before the owner before is fenced."""

    async def open(self) -> None:
        """Later."""

    async def recover(self, store: Store, applied: Callable[[int], None]) -> None:
        """Read, then fence."""
        await super().recover(store, applied)
        await super().open()


class ReadsUncommitted(SimulatedLog):
    """A recovery takes in what was never committed."""

    def reader(self) -> OfflineConsumer:
        """Everything."""
        return OfflineConsumer(
            self.fetch,
            lambda: self.ask(self.broker.stable_end, CHANGELOG),
            isolation_level=READ_UNCOMMITTED,
        )


class StopsShort(SimulatedLog):
    """A recovery takes the first part of the changelog for all of it."""

    async def recover(self, store: Store, applied: Callable[[int], None]) -> None:
        """One part."""
        entries, at = await self.ask(self.read, store.position() or 0)
        store.write({entry.message.key: entry.message.value for entry in entries}, at)
        applied(len(entries))


class ReadsPastItsEnd(SimulatedLog):
    """A recovery keeps what came after its end: the first half of a rival's transaction."""

    async def recover(self, store: Store, applied: Callable[[int], None]) -> None:
        """Whole parts, wherever they end."""
        end: int = await self.ask(self.broker.stable_end, CHANGELOG)
        at = store.position() or 0
        while at < end:
            entries, at = await self.ask(self.read, at)
            store.write({entry.message.key: entry.message.value for entry in entries}, at)
        store.confirm(0.0)


class WholeBatches(SimulatedLog):
    """A recovery takes a record batch of which it has read a part for read."""

    async def recover(self, store: Store, applied: Callable[[int], None]) -> None:
        """Into a store that believes so."""
        await super().recover(cast(Store, Believing(store, self.broker)), applied)


class Believing:
    """A store whose position is the end of the record batch that it has a part of."""

    def __init__(self, store: Store, broker: Broker) -> None:
        self._store = store
        self._broker = broker

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def write(self, values: Changes, position: int) -> None:
        """See `engine.store.Store`."""
        self._store.write(values, self._broker.logs[CHANGELOG].end_of_batch(position))


class Trusted(DiskStore):
    """A store that is taken for complete, however old it is."""

    def confirmed_at(self) -> float | None:
        """Just now."""
        loop = cast(VirtualLoop, asyncio.get_running_loop())
        return loop.time() + loop.days_seconds


class TrustedDisk(Disk):
    """A disk under such stores."""

    def open(self) -> Store:
        """See `Disk`."""
        return Trusted(self)


class TornStore(DiskStore):
    """The position is written before the values."""

    def write(self, values: Changes, position: int) -> None:
        """Two writes."""
        self._disk.crash_point()
        self.put({}, position)
        self._disk.crash_point()
        self.put(dict(values), position)


class TornDisk(Disk):
    """A disk under stores whose writes are not atomic."""

    def open(self) -> Store:
        """See `Disk`."""
        return TornStore(self)


class Unfenced(Broker):
    """Each owner has a transactional id of its own: nobody is fenced."""

    def init_producer(self) -> int:
        """A producer beside all others."""
        self._epoch += 1
        return self._epoch

    def require(self, epoch: int) -> None:
        """Everybody may write."""

    def producer_id(self, epoch: int) -> int:
        """One for each."""
        return epoch

    def begin(self, epoch: int) -> Transaction:
        """Only its own last transaction is in the way."""
        if any(one.epoch == epoch for one in self._running):
            raise Retry
        transaction = Transaction(epoch, self.producer_id(epoch))
        self._running.append(transaction)
        self._later("timeout", lambda: self._expire(transaction))
        return transaction


@dataclass(frozen=True, slots=True)
class Mutant:
    """A run's parts with one of them broken, and the faults that are drawn to find it."""

    parts: Parts
    kinds: Sequence[str] = KINDS
    steps_between: int = STEPS_BETWEEN_FAULTS

    def draw(self, seed: int) -> Scenario:
        """The scenario of a seed, of such faults."""
        return draw(seed, self.kinds, self.steps_between)


MUTANTS = {
    "watermark before effects": Mutant(Parts(log=WatermarkFirst)),
    "outputs before state": Mutant(Parts(log=OutputsFirst)),
    "acknowledgement first": Mutant(Parts(log=AcknowledgedFirst)),
    "state before outputs": Mutant(Parts(log=StateFirst)),
    "store before the transaction": Mutant(Parts(log=StoreFirst)),
    "settled before the answer": Mutant(Parts(log=Unconfirmed)),
    "sent again after a doubt": Mutant(Parts(log=CommitsAgain), ("answer fails", "kill")),
    "recovered before fencing": Mutant(Parts(log=RecoversFirst)),
    "recovered from what was taken back": Mutant(Parts(log=ReadsUncommitted)),
    "recovered too little": Mutant(Parts(log=StopsShort)),
    "recovered past its end": Mutant(Parts(log=ReadsPastItsEnd), ("pause", "rival")),
    "position of the batch, not of the record": Mutant(
        Parts(log=WholeBatches), ("kill", "handover", "elsewhere")
    ),
    "store's position before its values": Mutant(Parts(disk=TornDisk)),
    "old store trusted": Mutant(Parts(disk=TrustedDisk), ("back after days",), 300),
    "no fencing": Mutant(Parts(broker=Unfenced)),
}
"""By the order that is broken. Some need a rare order: only what leads to it is drawn."""
