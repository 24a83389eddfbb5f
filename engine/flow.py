"""All partitions that a worker holds, and the end of the worker when one of them fails."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import cast

import structlog
from faust.types import TP

from engine.clients import Consumer
from engine.contract import AgentSpec, Record
from engine.errors import InputRecreated
from engine.partition import PartitionWork, Progress
from engine.settings import EngineSettings

log = structlog.get_logger()


RECOVERING_MAX = 4
"""Partitions recovered side by side: one alone waits for the broker most of the time, and each
holds some 10 MB of what it has fetched."""


class PartitionFlow:
    """The partitions' work by number; drives what `engine.consumer` asks for."""

    def __init__(
        self,
        spec: AgentSpec,
        settings: EngineSettings,
        stop_now: Callable[[BaseException], None],
    ) -> None:
        self.work: dict[int, PartitionWork] = {}
        self.opening: dict[int, Progress] = {}
        self._spec = spec
        self._settings = settings
        self._stop_now = stop_now
        self._changing = asyncio.Lock()
        self._opening_all: asyncio.Future[list[dict[TP, int] | BaseException]] | None = None
        self._recovering = asyncio.Semaphore(RECOVERING_MAX)

    async def open(self, partitions: Iterable[int]) -> Mapping[TP, int]:
        """Recover the partitions that are new here; where each of their topics is read from."""
        new = sorted(set(partitions) - self.work.keys())
        if not new:
            return {}
        async with self._changing:
            starts = await self._open_all(new)
            await self._refuse_recreated(starts)
            return starts

    async def _open_all(self, partitions: Iterable[int]) -> dict[TP, int]:
        """Nothing where `close` came in between: it cannot wait for a recovery of minutes."""
        self._opening_all = asyncio.gather(
            *(self._open(partition) for partition in partitions), return_exceptions=True
        )
        try:
            opened = await self._opening_all
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            return {}
        for outcome in opened:
            if isinstance(outcome, BaseException):
                raise outcome
        return {tp: at for starts in opened for tp, at in cast(dict[TP, int], starts).items()}

    async def _open(self, partition: int) -> dict[TP, int]:
        async with self._recovering:
            return await self._recover(partition)

    async def _recover(self, partition: int) -> dict[TP, int]:
        wal, place = self._settings.log(partition), self._settings.place(partition)
        work = PartitionWork(self._spec, wal, place, partition, self.failed)
        self.opening[partition] = work.progress
        try:
            positions = await work.open()
        finally:
            del self.opening[partition]
        self.work[partition] = work
        done = work.progress
        log.info(
            "partition open",
            partition=partition,
            recovered_records=done.recovered,
            recovery_seconds=round(done.recovery_seconds, 2),
        )
        return {TP(topic, partition): at for topic, at in positions.items()}

    async def _refuse_recreated(self, starts: Mapping[TP, int]) -> None:
        if not starts:
            return
        consumer = Consumer(bootstrap_servers=self._settings.bootstrap)
        await consumer.start()
        try:
            ends: dict[TP, int] = await consumer.end_offsets(list(starts))
        finally:
            await consumer.stop()
        for tp, start in starts.items():
            if start > ends[tp]:
                raise InputRecreated(
                    f"{tp.topic}-{tp.partition} ends at offset {ends[tp]}, but the state of "
                    f"application {self._settings.application_id!r} has read up to {start}: the "
                    "topic was made anew or lost messages. Start a new application id."
                )

    def fold(self, tp: TP, records: Sequence[Record]) -> None:
        """Hand ``records`` to their partition; one that was revoked meanwhile drops them."""
        work = self.work.get(tp.partition)
        if work is not None:
            work.fold(tp.topic, records)

    async def room(self, tp: TP) -> None:
        """Wait until the partition can take more."""
        work = self.work.get(tp.partition)
        if work is not None:
            await work.room()

    async def close(self) -> None:
        """Commit and release every partition; their next owner recovers them."""
        if self._opening_all is not None:
            self._opening_all.cancel()
        async with self._changing:
            held, self.work = self.work, {}
            await asyncio.gather(*(work.close() for work in held.values()))

    def failed(self, error: BaseException) -> None:
        """Stop the worker: what it could not write, the next one does."""
        self._stop_now(error)
