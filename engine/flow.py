"""All partitions that a worker holds, and the end of the worker when one of them fails.

Each lives by itself: opened in the background, read from as soon as it is open, folded by a task
of its own. A revocation ends all of them.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

import structlog
from faust.types import TP

from engine.contract import AppSpec, Record
from engine.inbox import Inbox
from engine.opening import open_work
from engine.partition import PartitionWork, Progress
from engine.sends import Routes
from engine.settings import EngineSettings

log = structlog.get_logger()


RECOVERING_MAX = 4
"""Partitions recovered side by side: one alone waits for the broker most of the time, and each
holds some 10 MB of what it has fetched."""


class Opened(NamedTuple):
    """A partition that is open and not read yet; ``starts`` is where its topics are read on."""

    work: PartitionWork
    starts: Mapping[TP, int]


class PartitionFlow:
    """The partitions' work by number; drives what `engine.consumer` asks for."""

    def __init__(
        self,
        spec: AppSpec,
        settings: EngineSettings,
        stop_now: Callable[[BaseException], None],
    ) -> None:
        self.work: dict[int, PartitionWork] = {}
        self.opening: dict[int, Progress] = {}
        self._spec = spec
        self._settings = settings
        self._stop_now = stop_now
        self._openings: dict[int, asyncio.Task[None]] = {}
        self._opened: list[Opened] = []
        self._inboxes: dict[int, Inbox] = {}
        self._has_room = asyncio.Event()
        self._recovering = asyncio.Semaphore(RECOVERING_MAX)
        self._closing = asyncio.Lock()

    def open(self, partitions: Iterable[int]) -> None:
        """Begin to open those of ``partitions`` that are new here."""
        if self._closing.locked():
            return
        for partition in sorted(set(partitions) - self.work.keys() - self._openings.keys()):
            opening = asyncio.create_task(self._open(partition))
            self._openings[partition] = opening
            opening.add_done_callback(lambda _, done=partition: self._openings.pop(done))

    async def _open(self, partition: int) -> None:
        try:
            async with self._recovering:
                await self._recover(partition)
        except Exception as error:
            self.failed(error)

    async def _recover(self, partition: int) -> None:
        routes = Routes(partition, self._spec.by_key, self._spec.output_topic)
        wal = self._settings.log(partition, routes.places(self._spec.sends))
        place = self._settings.place(partition)
        work = PartitionWork(self._spec, wal, place, partition, self.failed)
        self.opening[partition] = work.progress
        try:
            starts = await open_work(work, self._spec, self._settings)
        finally:
            del self.opening[partition]
        self.work[partition] = work
        self._opened.append(Opened(work, {TP(t, partition): at for t, at in starts.items()}))
        self._has_room.set()

    def take_opened(self) -> Sequence[Opened]:
        """What has opened since the last call: to be sought to its start, then `begin`."""
        ready, self._opened = self._opened, []
        return ready

    def begin(self, ready: Iterable[Opened]) -> None:
        """Take what is fetched for partitions from now on; one that was revoked stays closed."""
        for each in ready:
            partition = each.work.partition
            if self.work.get(partition) is each.work:
                inbox = Inbox(each.work, self._has_room.set, self.failed)
                self._inboxes[partition] = inbox

    def is_read(self, tp: TP) -> bool:
        """Whether a partition was sought to its start, and not closed since."""
        return tp.partition in self._inboxes

    def takes(self, tp: TP) -> bool:
        """Whether more is to be fetched for a partition."""
        inbox = self._inboxes.get(tp.partition)
        return inbox is not None and inbox.has_room

    async def wait_for_room(self, patience_seconds: float) -> None:
        """Until some partition has opened or folded something since the last call, or so long."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._has_room.wait(), patience_seconds)
        self._has_room.clear()

    def put(self, tp: TP, records: Sequence[Record]) -> None:
        """Hand ``records`` to their partition; one that was revoked meanwhile drops them."""
        inbox = self._inboxes.get(tp.partition)
        if inbox is not None:
            inbox.put(tp.topic, records)

    async def refuse_lost(self, lost: Mapping[TP, int]) -> None:
        """Raise `engine.errors.InputRecreated` if Kafka does not have these offsets any more.

        Those of partitions that are not read are nobody's: they are sought before they are.
        """
        for tp, offset in lost.items():
            work = self.work.get(tp.partition)
            if work is not None and self.is_read(tp):
                inputs = self._settings.inputs([tp.topic], tp.partition)
                work.positions.check(tp.topic, offset, (await inputs.look())[tp.topic])

    async def close(self) -> None:
        """Commit and release every partition; their next owner recovers them."""
        async with self._closing:
            await _cancelled(self._openings.values())
            inboxes, self._inboxes = self._inboxes, {}
            await asyncio.gather(*(inbox.close() for inbox in inboxes.values()))
            held, self.work, self._opened = self.work, {}, []
            await asyncio.gather(*(work.close() for work in held.values()))

    def failed(self, error: BaseException) -> None:
        """Stop the worker: what it could not write, the next one does."""
        for note in getattr(error, "__notes__", ()):
            log.error("at the end", note=note)
        self._stop_now(error)


async def _cancelled(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Wait until ``tasks`` have let go of what they hold; a recovery of minutes ends at once."""
    running = list(tasks)
    for task in running:
        task.cancel()
    if running:
        await asyncio.wait(running)
