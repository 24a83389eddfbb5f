"""An event loop whose time is a number and whose order of steps is drawn.

Everything runs in processes: within one, callbacks run in order, as asyncio has it; between
processes the seed decides who runs next. A killed process never runs again, a paused one not
until it is resumed: SIGKILL and SIGSTOP.
"""

from __future__ import annotations

import asyncio
import random
from asyncio.events import _set_running_loop
from collections import deque
from collections.abc import Callable
from contextvars import Context
from heapq import heappop, heappush
from typing import Any

STEPS_MAX = 20_000
"""Callbacks of a run, of which a usual one has some 500. A run that has so many never ends."""


class Killed(BaseException):
    """Thrown through the code of a process that is killed in the middle of a callback."""


class Restless(Exception):
    """A run that did not come to rest."""


class Handle:
    """A callback that waits for its turn."""

    __slots__ = ("args", "callback", "cancelled", "context")

    def __init__(self, callback: Any, args: tuple[Any, ...], context: Context | None) -> None:
        self.callback = callback
        self.args = args
        self.context = context
        self.cancelled = False

    def cancel(self) -> None:
        """Never run it."""
        self.cancelled = True


class Process:
    """Callbacks that run one after the other, and die together."""

    __slots__ = ("dead", "is_worker", "name", "paused", "ready")

    def __init__(self, name: str, is_worker: bool) -> None:
        self.name = name
        self.is_worker = is_worker
        self.ready: deque[Handle] = deque()
        self.dead = False
        self.paused = False


class VirtualLoop(asyncio.AbstractEventLoop):
    """Runs until nothing is left to do. ``before_step`` sees each step of a worker first."""

    def __init__(self, rng: random.Random) -> None:
        self.before_step: Callable[[Process], None] = lambda process: None
        self.steps = 0
        self.days_seconds = 0
        """How far the calendar has moved on beside the run's own time."""
        self._rng = rng
        self._now = 0.0
        self._timers: list[tuple[float, int, Process, Handle]] = []
        self._numbered = 0
        self._processes: list[Process] = []
        self._coroutines: list[Any] = []
        self.current = self.process("world")

    def process(self, name: str, is_worker: bool = False) -> Process:
        """A new process."""
        made = Process(name, is_worker)
        self._processes.append(made)
        return made

    def kill(self, process: Process) -> None:
        """SIGKILL."""
        process.dead = True
        process.ready.clear()
        self._processes.remove(process)

    def post(self, process: Process, delay: float, callback: Any, *args: Any) -> None:
        """Run ``callback`` in ``process`` after ``delay`` seconds."""
        self._numbered += 1
        handle = Handle(callback, args, None)
        heappush(self._timers, (self._now + delay, self._numbered, process, handle))

    def crash_point(self) -> None:
        """A step between two effects of one callback: the process may be killed here."""
        process = self.current
        if process.is_worker:
            self.before_step(process)
            if process.dead:
                raise Killed

    def run(self) -> None:
        """Run until nothing is left to do. Raises `Restless`."""
        _set_running_loop(self)
        try:
            while process := self._next():
                self._step(process)
        finally:
            for coroutine in self._coroutines:
                coroutine.close()
            _set_running_loop(None)

    def _next(self) -> Process | None:
        while True:
            able = [p for p in self._processes if p.ready and not p.paused]
            if able:
                return able[0] if len(able) == 1 else able[int(self._rng.random() * len(able))]
            if not self._timers:
                return None
            self._advance()

    def _advance(self) -> None:
        """To the next moment for which something is planned; all of it becomes ready."""
        timers = self._timers
        now = timers[0][0]
        if now > self._now:
            self._now = now
        while timers and timers[0][0] <= now:
            _, _, process, handle = heappop(timers)
            if not process.dead and not handle.cancelled:
                process.ready.append(handle)

    def _step(self, process: Process) -> None:
        self.steps += 1
        if self.steps > STEPS_MAX:
            raise Restless(f"{self.steps} steps, {self._now:.0f} s and no end")
        self.current = process
        if process.is_worker:
            self.before_step(process)
            if process.dead or process.paused:
                return
        handle = process.ready.popleft()
        if handle.cancelled:
            return
        try:
            if handle.context is None:
                handle.callback(*handle.args)
            else:
                handle.context.run(handle.callback, *handle.args)
        except Killed:
            pass

    # What asyncio asks of a loop.

    def time(self) -> float:
        """Seconds since the beginning of the run."""
        return self._now

    def call_soon(  # type: ignore[override]
        self, callback: Any, *args: Any, context: Context | None = None
    ) -> Any:
        """See `asyncio.AbstractEventLoop`; in the process that runs now."""
        handle = Handle(callback, args, context)
        if not self.current.dead:
            self.current.ready.append(handle)
        return handle

    def call_later(  # type: ignore[override]
        self, delay: float, callback: Any, *args: Any, context: Context | None = None
    ) -> Any:
        """See `asyncio.AbstractEventLoop`; in the process that runs now."""
        self._numbered += 1
        handle = Handle(callback, args, context)
        heappush(self._timers, (self._now + delay, self._numbered, self.current, handle))
        return handle

    def create_future(self) -> asyncio.Future[Any]:
        """See `asyncio.AbstractEventLoop`."""
        return asyncio.Future(loop=self)

    def create_task(self, coro: Any, *, name: Any = None, context: Any = None) -> Any:
        """See `asyncio.AbstractEventLoop`."""
        self._coroutines.append(coro)
        return asyncio.Task(coro, loop=self, name=name or "task")

    def is_running(self) -> bool:
        """As long as anybody is there to ask."""
        return True

    def get_debug(self) -> bool:
        """Never."""
        return False

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """The tasks of killed processes are never awaited: that is no news."""
