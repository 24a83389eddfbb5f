"""The workers of a run, who owns the partition, and what befalls them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

from engine.contract import AppSpec

from .broker import Broker
from .disk import Disk
from .loop import Process
from .network import Network
from .parts import Parts
from .scenario import Fault
from .worker import Worker

SESSION_TIMEOUT_SECONDS = 12.0
"""A worker that is silent for so long loses the partition to another."""

RESTART_SECONDS = 1.0

PAUSE_SECONDS_MAX = 60.0
"""Pauses last up to this: within the session, past it, and past the transaction's timeout."""

HANG_SECONDS_MAX = 45.0

DAYS_SECONDS = 8 * 24 * 60 * 60
"""Longer than the changelog keeps its tombstones."""

UNEXPECTED_ENDS_MAX = 3
"""A worker that stops so often, unexpected each time, is not started again: the run has failed."""

EXPECTED_ENDS = ("Fenced", "RequestFailed", "TakenOver")
"""What may end a worker that nobody killed: another has the partition, or a request failed."""


class Fleet:
    """Starts a worker whenever the partition has no owner; applies the faults, step by step."""

    def __init__(
        self,
        parts: Parts,
        spec: AppSpec,
        partition: int,
        network: Network,
        broker: Broker,
        faults: tuple[Fault, ...],
        rng: random.Random,
        told: Callable[[], None],
    ) -> None:
        self.suffered: Counter[str] = Counter()
        self.unexpected: list[str] = []
        self.lives = 0
        self.steps = 0
        self._parts = parts
        self._spec = spec
        self._partition = partition
        self._network = network
        self._broker = broker
        self._loop = network.loop
        self._rng = rng
        self._told = told
        self._faults = list(reversed(faults))
        self._world = self._loop.current
        self._disks = [parts.disk(self._loop.crash_point)]
        self._workers: dict[Process, Worker] = {}
        self._owner: Worker | None = None
        self._arm()
        self._loop.before_step = self._step

    def start(self, disk: Disk | None = None) -> None:
        """Give the partition to a new worker, on ``disk`` or on another machine's."""
        self._told()
        self.lives += 1
        process = self._loop.process(f"worker {self.lives}", is_worker=True)
        disk = disk or self._other_disk()
        worker = Worker(process, disk, self._spec, self._partition, self._ended)
        self._owner = self._workers[process] = worker
        arguments = (self._parts.log, self._network, self._broker, self._rng)
        self._loop.post(process, 0.0, worker.start, *arguments)

    def _other_disk(self) -> Disk:
        used = [worker.disk for worker in self._workers.values()]
        free = [disk for disk in self._disks if disk not in used]
        if not free or self._rng.random() < 0.2:
            free = [self._parts.disk(self._loop.crash_point)]
            self._disks += free
        return self._rng.choice(free)

    def _ended(self, worker: Worker, why: str) -> None:
        """A worker ended of itself: why, or nothing where it handed over."""
        if why and not why.startswith(EXPECTED_ENDS):
            self.unexpected.append(why)
        self._bury(worker, worker.disk if self._rng.random() < 0.5 else None)

    def _bury(self, worker: Worker, disk: Disk | None) -> None:
        del self._workers[worker.process]
        if worker is self._owner:
            self._owner = None
            self._loop.post(self._world, RESTART_SECONDS, self._replace, disk)

    def _replace(self, disk: Disk | None) -> None:
        if self._owner is None and len(self.unexpected) < UNEXPECTED_ENDS_MAX:
            taken = any(worker.disk is disk for worker in self._workers.values())
            self.start(None if taken else disk)

    # Faults.

    def _arm(self) -> None:
        self._left = self._faults[-1].after if self._faults else -1

    def _step(self, process: Process) -> None:
        self.steps += 1
        self._left -= 1
        if self._left == 0:
            fault = self._faults.pop()
            self._arm()
            self.suffered[fault.kind] += 1
            self._apply(fault, self._workers[process])

    def _apply(self, fault: Fault, worker: Worker) -> None:
        kind, share = fault.kind, fault.size
        if kind in ("kill", "power", "delete", "old copy", "elsewhere", "back after days"):
            self._kill(worker, kind, share)
        elif kind == "pause":
            self._pause(worker, PAUSE_SECONDS_MAX * share)
        elif kind == "rival":
            self._loop.post(self._world, 0.0, self.start)
        elif kind == "handover":
            self._loop.post(worker.process, 0.0, worker.revoke)
        elif kind in ("request fails", "answer fails"):
            self._network.failing = kind == "answer fails"
        elif kind == "hang":
            self._network.hang(HANG_SECONDS_MAX * share)
        else:
            self._broker.compact(keep_tombstones=True)

    def _kill(self, worker: Worker, kind: str, share: float) -> None:
        self._loop.kill(worker.process)
        if kind == "power":
            worker.disk.keep(1 - share / 3)
        elif kind in ("old copy", "back after days"):
            worker.disk.keep(share)
        elif kind == "delete":
            worker.disk.clear()
        if kind == "back after days":
            self._let_days_pass()
        self._bury(worker, None if kind == "elsewhere" else worker.disk)

    def _let_days_pass(self) -> None:
        """The changelog forgets what was dropped, but not under a worker that is reading it."""
        if all(worker.is_open or worker.process.dead for worker in self._workers.values()):
            self._loop.days_seconds += DAYS_SECONDS
            self._broker.compact(keep_tombstones=False)

    def _pause(self, worker: Worker, seconds: float) -> None:
        worker.process.paused = True
        self._loop.post(self._world, seconds, self._resume, worker.process)
        if worker is self._owner and seconds > SESSION_TIMEOUT_SECONDS:
            self._loop.post(self._world, SESSION_TIMEOUT_SECONDS, self._take_over, worker)

    def _take_over(self, silent: Worker) -> None:
        if self._owner is silent:
            self.start()

    def _resume(self, process: Process) -> None:
        process.paused = False
