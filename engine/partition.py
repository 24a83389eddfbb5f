"""One partition at work: recovered, folded, committed, closed.

A fold never waits: it changes live values while the transaction before it is still on its way.
The commit takes what has changed at its start, encoded; what changes later is the next one's.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog

from engine.changelog import StoreUnfit
from engine.contract import AgentSpec, Outbox, PartitionAgent, Record
from engine.errors import FoldFailed
from engine.log import PartitionLog
from engine.place import Place
from engine.state import PartitionState
from engine.store import Store

log = structlog.get_logger()

POSITIONS = "\x01positions"
"""Table of the next offset to read, by input topic; part of the state, so atomic with it."""

COMMIT_EVERY_SECONDS = 0.05
"""Under load a partition commits at most so often. More often spends the core on round trips
(five a transaction); more rarely is felt at the board."""

PENDING_RECORDS_MAX = 20_000
"""Folded and not yet committed: from here the fetch waits. Ten times that is memory; a tenth
leaves the fold idle while a transaction is on its way."""

PENDING_KEYS_MAX = 100_000
"""The same for changed keys: of sales with a hundred lines each, 20,000 made a transaction that
took longer than it may (30 s) and fenced its own worker. A tenth leaves the fold idle again."""

WRITE_EVERY_SECONDS = 1.0
WRITE_EVERY_KEYS = 50_000
"""Settled changes go to the store this often or this many at once: hot keys are written once,
and after a crash the changelog's tail to read is about a second long."""


@dataclass(slots=True)
class Progress:
    """What a partition has done, for metrics and the watchdog.

    ``fenced`` once no predecessor can write any more; ``committed`` is how many of ``records``
    are durable.
    """

    fenced: bool = False
    records: int = 0
    committed: int = 0
    commits: int = 0
    recovered: int = 0
    recovery_seconds: float = 0.0
    positions: dict[str, int] = field(default_factory=dict[str, int])


class PartitionWork:
    """Owns one partition from its assignment to its revocation."""

    def __init__(
        self,
        spec: AgentSpec,
        log: PartitionLog,
        place: Place,
        partition: int,
        failed: Callable[[BaseException], None],
    ) -> None:
        self.partition = partition
        self.progress = Progress()
        self._spec = spec
        self._log = log
        self._place = place
        self._failed = failed
        self._pending = 0
        self._work_came = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._closing = False
        self._written_at = 0.0
        self._position = 0

    async def open(self) -> dict[str, int]:
        """Fence, recover, and build the agent; the next offset of each input topic.

        Cancelled, it lets go of what it has opened.
        """
        try:
            await self._log.open()
            self.progress.fenced = True
            started = time.monotonic()
            store = await self._recovered()
        except BaseException:
            await self._log.close()
            raise
        self._state = PartitionState(store, {**self._spec.tables, POSITIONS: int})
        self._positions = self._state.table(POSITIONS)
        self.progress.positions = {t: self._positions.get(t) or 0 for t in self._spec.topics}
        self._agent: PartitionAgent = self._spec.build(self._state, self.partition)
        self.progress.recovery_seconds = time.monotonic() - started
        self._committer = asyncio.create_task(self._keep_committing())
        return self.progress.positions

    async def _recovered(self) -> Store:
        try:
            return await self._recover_into(self._place.open())
        except StoreUnfit as found:
            log.warning("state is rebuilt", partition=self.partition, why=str(found))
            self._place.clear()
            return await self._recover_into(self._place.open())

    async def _recover_into(self, store: Store) -> Store:
        try:
            await self._log.recover(store, self._note_recovered)
        except BaseException:
            store.close()
            raise
        return store

    def _note_recovered(self, records: int) -> None:
        self.progress.recovered += records

    def fold(self, topic: str, records: Sequence[Record]) -> None:
        """Apply the records that the state has not seen yet."""
        position = self.progress.positions[topic]
        fresh = records if records[0].offset >= position else _from(position, records)
        if not fresh:
            return
        try:
            self._agent.fold(topic, fresh)
        except Exception as error:
            span = f"{topic}-{self.partition} offsets {fresh[0].offset} to {fresh[-1].offset}"
            raise FoldFailed(f"{span}: {error!r}") from error
        self._note(topic, fresh[-1].offset + 1, len(fresh))

    def _note(self, topic: str, position: int, count: int) -> None:
        self.progress.positions[topic] = position
        self._positions.put(topic, position)
        self.progress.records += count
        self._pending += count
        if self._pending >= PENDING_RECORDS_MAX or self._state.changes >= PENDING_KEYS_MAX:
            self._room.clear()
        self._work_came.set()

    async def room(self) -> None:
        """Wait while too much is folded and not yet committed."""
        await self._room.wait()

    async def _keep_committing(self) -> None:
        try:
            while not self._closing:
                await self._work_came.wait()
                started = time.monotonic()
                await self._commit_pending()
                rest = COMMIT_EVERY_SECONDS - (time.monotonic() - started)
                if rest > 0 and not self._closing:
                    await asyncio.sleep(rest)
        except Exception as error:
            self._failed(error)

    async def _commit_pending(self) -> None:
        """One transaction: 1. announce, 2. take the changes, 3. commit, 4. settle, 5. write."""
        self._work_came.clear()
        if not self._pending:
            return
        outbox = Outbox()
        self._agent.announce(outbox)
        changes = self._state.take()
        self._pending = 0
        folded = self.progress.records
        self._room.set()
        self._position = await self._log.commit(
            changes, outbox.messages, dict(self.progress.positions)
        )
        self._agent.committed()
        self.progress.commits += 1
        self.progress.committed = folded
        self._write(self._state.settle())

    def _write(self, unwritten: int) -> None:
        now = time.monotonic()
        due = now - self._written_at >= WRITE_EVERY_SECONDS or unwritten >= WRITE_EVERY_KEYS
        if due:
            self._state.write(self._position)
            self._written_at = now

    async def close(self) -> None:
        """Commit what is folded, and let go of the partition."""
        self._closing = True
        self._work_came.set()
        await self._committer
        await self._commit_pending()
        if self.progress.commits:  # the last ones may have settled since the last write
            self._state.write(self._position)
        await self._log.close()
        self._state.close()


def _from(position: int, records: Sequence[Record]) -> Sequence[Record]:
    return [record for record in records if record.offset >= position]
