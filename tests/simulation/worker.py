"""A worker process that owns the partition: fetches, folds, and hands over, as the engine does."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

from engine.contract import AppSpec
from engine.inbox import Inbox
from engine.partition import PartitionWork

from .broker import Broker, InputRecord
from .disk import Disk
from .log import SimulatedLog
from .loop import Killed, Process
from .network import Network

LogMaker = Callable[[Network, Broker], SimulatedLog]
Activity = Callable[[], Awaitable[None]]


class Worker:
    """One life of one owner, from its start to its end."""

    def __init__(
        self,
        process: Process,
        disk: Disk,
        spec: AppSpec,
        partition: int,
        ended: Callable[[Worker, str], None],
    ) -> None:
        self.process = process
        self.disk = disk
        self.is_open = False
        self._spec = spec
        self._partition = partition
        self._ended = ended
        self._revoked = False
        self._some_taken = asyncio.Event()

    def start(self, log: LogMaker, network: Network, broker: Broker, rng: random.Random) -> None:
        """Begin to live; runs in the worker's process."""
        self._network = network
        self._broker = broker
        self._rng = rng
        wal = log(network, broker)
        self._work = PartitionWork(self._spec, wal, self.disk, self._partition, self.failed)
        self._living = self._run(self._live)

    def revoke(self) -> None:
        """The group gives the partition to another; runs in the worker's process.

        One that is not open yet lets go of it at once: a recovery may take minutes.
        """
        if self._revoked:
            return
        self._revoked = True
        if self.is_open:
            self._run(self._hand_over)
        else:
            self._living.cancel()

    def failed(self, error: BaseException) -> None:
        """End at once, as a worker does that cannot write or fold."""
        self._end(f"{type(error).__name__}: {error}")
        raise Killed

    def _run(self, activity: Activity) -> asyncio.Task[None]:
        return asyncio.get_running_loop().create_task(self._guard(activity))

    async def _guard(self, activity: Activity) -> None:
        try:
            await activity()
        except asyncio.CancelledError:
            self._end("")
        except Exception as error:
            self.failed(error)

    def _end(self, why: str) -> None:
        if not self.process.dead:
            self._network.loop.kill(self.process)
            self._ended(self, why)

    async def _live(self) -> None:
        positions = dict(await self._work.open())
        self._inbox = Inbox(self._work, self._took_some, self.failed)
        self.is_open = True
        while not self._revoked:
            for topic, records in (await self._fetched(positions)).items():
                while not self._inbox.has_room:
                    self._some_taken.clear()
                    await self._some_taken.wait()
                if self._revoked:
                    return
                self._inbox.put(topic, records)
                positions[topic] = records[-1].offset + 1

    def _took_some(self) -> None:
        self._some_taken.set()

    async def _hand_over(self) -> None:
        await self._inbox.close()
        await self._work.close()
        self._end("")

    async def _fetched(self, positions: dict[str, int]) -> dict[str, list[InputRecord]]:
        """The next records of each topic, once there are any; some may have been read before."""
        knobs = self._network.knobs
        most = 1 + int(self._rng.random() * knobs.fetch_records_max)
        again = int(self._rng.random() * 4)
        topics = list(positions)
        turn = int(self._rng.random() * len(topics))
        wanted = {
            topic: (positions[topic], max(0, positions[topic] - again))
            for topic in (*topics[turn:], *topics[:turn])
        }
        return await self._network.fetch(self.process, self._broker, wanted, most)
