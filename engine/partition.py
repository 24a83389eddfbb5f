"""One partition at work: recovered, folded, committed, closed.

A fold never waits: it changes live values while the transaction before it is still on its way.
The commit takes what has changed at its start, encoded; what changes later is the next one's.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack

import structlog

from engine.contract import AppSpec, Outbox, Record
from engine.folding import Folding
from engine.log import PartitionLog
from engine.place import StorePlace
from engine.positions import KEPT, POSITIONS, Positions
from engine.progress import Progress
from engine.rebuild import REBUILD, PartitionRebuild, RebuildStanding
from engine.recovery import recovered
from engine.sends import Outputs, Routes
from engine.slices import Slices
from engine.state import PartitionState
from engine.store import Store
from engine.table import Encoded

__all__ = ["POSITIONS", "PartitionWork", "Progress"]

log = structlog.get_logger()

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


class PartitionWork:
    """Owns one partition from its assignment to its revocation."""

    def __init__(
        self,
        spec: AppSpec,
        log: PartitionLog,
        place: StorePlace,
        partition: int,
        failed: Callable[[BaseException], None],
    ) -> None:
        self.partition = partition
        self.progress = Progress()
        self._spec = spec
        self._routes = Routes(partition, spec.by_key, spec.output_topic)
        self._log = log
        self._place = place
        self._failed = failed
        self._pending = 0
        self._slices = Slices()
        self._work_came = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._closing = False
        self._has_failed = False
        self._written_at = 0.0
        self._position = 0

    async def open(self) -> dict[str, int]:
        """Fence, recover, and build the agents; the next offset of each input topic.

        Cancelled, it lets go of what it has opened.
        """
        async with AsyncExitStack() as undo:
            undo.push_async_callback(self._log.close)
            await self._log.open()
            self.progress.fenced = True
            started = time.monotonic()
            store = await recovered(self._log, self._place, self.partition, self._note_recovered)
            undo.callback(store.close)
            aside = await self._log.set_aside()
            self._build(store, aside)
            undo.pop_all()
        self.progress.recovery_seconds = time.monotonic() - started
        self._committer = asyncio.create_task(self._keep_committing())
        return self.progress.positions

    def _build(self, store: Store, aside: Mapping[str, frozenset[int]]) -> None:
        own = {**KEPT, REBUILD: RebuildStanding}
        self._state = PartitionState(store, {**self._spec.tables, **own})
        self.positions = Positions(self._state, self._spec.topics, self.partition)
        self.progress.positions = self.positions.now
        agents = self._spec.build(self._state, self.partition)
        self._folding = Folding(agents, self.partition, self.positions.now, aside)
        self._rebuild = PartitionRebuild(self._state.table(REBUILD), self._spec.always_sent)
        self._go_on()

    def _note_recovered(self, records: int) -> None:
        self.progress.recovered += records

    @property
    def begins_dark(self) -> bool:
        """Whether this is the first moment of a rebuild, which asks for `begin_dark`."""
        is_new = self.positions.has_read_nothing and not self._rebuild.is_known
        return self._spec.rebuilds and is_new

    def begin_dark(self, ends: Mapping[str, int]) -> None:
        """Publish nothing of what lies before ``ends``, by input topic."""
        self._rebuild.begin(ends)
        self._go_on()

    def fold(self, topic: str, records: Sequence[Record]) -> None:
        """Apply the records that the state has not seen yet."""
        count = self._folding.fold(topic, records)
        if not count:
            return
        self.positions.keep(topic)
        self.progress.records += count
        self._pending += count
        if self._pending >= PENDING_RECORDS_MAX or self._state.changes >= PENDING_KEYS_MAX:
            self._room.clear()
        self._work_came.set()

    async def fold_slices(self, topic: str, records: Sequence[Record]) -> AsyncIterator[int]:
        """`fold` in slices, each once there is room, so that no transaction grows too large.

        Yields how many records each had, and lets others run.
        """
        start = 0
        while start < len(records):
            await self._room.wait()
            end = self._slices.end(records, start)
            changed = self._state.changes
            self.fold(topic, records[start:end])
            self._slices.note(end - start, self._state.changes - changed)
            yield end - start
            start = end
            await asyncio.sleep(0)

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
            self._fail(error)

    async def _commit_pending(self) -> None:
        """One transaction: 1. announce, 2. take the changes, 3. commit, 4. settle, 5. write."""
        self._work_came.clear()
        at = dict(self.positions.now)
        if not (self._pending or self._rebuild.has_step(at)):
            return
        outbox = Outbox()
        with self._folding.naming_batch():
            self._folding.agents.announce(outbox)
            self._rebuild.step(outbox, at, self._folding.agents.restate)
            outputs = self._routes.sorted(outbox.messages)
            changes = self._state.take()
        batch = self._folding.end_batch()
        self._pending = 0
        folded = self.progress.records
        self._room.set()
        self._position = await self._committed(changes, outputs, at, batch)
        self._folding.agents.committed()
        self.progress.commits += 1
        self.progress.committed = folded
        self._write(self._state.settle())
        self._go_on()

    async def _committed(
        self, changes: Encoded, outputs: Outputs, at: Mapping[str, int], batch: str
    ) -> int:
        try:
            return await self._log.commit(changes, outputs, at)
        except Exception as error:
            error.add_note(f"the transaction held {batch}")
            raise

    def _go_on(self) -> None:
        """Tell how far a rebuild is; one that has a step to make does not wait for records."""
        if self.progress.stage != self._rebuild.stage:
            self.progress.stage = self._rebuild.stage
            log.info("rebuild", partition=self.partition, stage=self.progress.stage)
        if self._rebuild.has_step(self.positions.now):
            self._work_came.set()

    def _write(self, unwritten: int) -> None:
        now = time.monotonic()
        due = now - self._written_at >= WRITE_EVERY_SECONDS or unwritten >= WRITE_EVERY_KEYS
        if due:
            self._state.write(self._position)
            self._written_at = now

    async def close(self) -> None:
        """Commit what is folded, and let go of the partition.

        What fails stops the worker like any failure: whoever asks for this may not listen.
        """
        self._closing = True
        self._work_came.set()
        try:
            await self._commit_last()
        except Exception as error:
            self._fail(error)
        finally:
            await self._let_go()

    async def _commit_last(self) -> None:
        await self._committer
        if self._has_failed:  # what was taken then is not in the changelog: nothing may follow it
            return
        await self._commit_pending()
        if self.progress.commits:  # the last ones may have settled since the last write
            self._state.write(self._position)

    async def _let_go(self) -> None:
        try:
            await self._log.close()
        except Exception as error:
            self._fail(error)
        finally:
            self._state.close()

    def _fail(self, error: BaseException) -> None:
        self._has_failed = True
        self._failed(error)
