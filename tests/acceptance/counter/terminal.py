"""The card terminal on the counter: one at a port, which takes no money and fails as it is told."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from edge.till.terminals.simulated import Loss, SimulatedTerminal

PATIENCE_SECONDS = 60.0


class CounterTerminal:
    """Pays whatever is asked, unless it was told otherwise. Told from another thread."""

    def __init__(self) -> None:
        self._device = SimulatedTerminal(self._approve, self._lose)
        self.refusals = 0
        """Of the next payments: how many it declines."""

        self.lost_replies = 0
        """Of the next exchanges: how many of its answers get lost, after it has done what it was
        asked."""

        self.is_mute = False
        """Whether all of its answers get lost."""

    @property
    def taken(self) -> list[int]:
        """What was taken from cards, in minor units, each time that it was."""
        return [amount_minor for _, amount_minor in self._device.captures]

    def has_taken(self, times: int) -> None:
        """Wait until money was taken so often."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(self.taken) < times:
            assert time.monotonic() < deadline, "the terminal was not asked for the money"
            time.sleep(0.05)

    def _approve(self, _: int) -> bool:
        if not self.refusals:
            return True
        self.refusals -= 1
        return False

    def _lose(self) -> Loss:
        if self.is_mute:
            return Loss.REPLY
        if not self.lost_replies:
            return Loss.NOTHING
        self.lost_replies -= 1
        return Loss.REPLY

    async def serve(self, opened: list[int], is_open: threading.Event, end: asyncio.Event) -> None:
        """Listen until ``end``; the port comes into ``opened``."""
        opened.append(await self._device.open())
        is_open.set()
        await end.wait()
        await self._device.close()


@contextmanager
def terminal_open() -> Iterator[tuple[CounterTerminal, str]]:
    """A terminal and its address, host:port, for the length of a block."""
    terminal, loop = CounterTerminal(), asyncio.new_event_loop()
    opened: list[int] = []
    is_open, end = threading.Event(), asyncio.Event()
    serving = terminal.serve(opened, is_open, end)
    thread = threading.Thread(target=loop.run_until_complete, args=(serving,))
    thread.start()
    assert is_open.wait(30), "the terminal did not open"
    try:
        yield terminal, f"127.0.0.1:{opened[0]}"
    finally:
        loop.call_soon_threadsafe(end.set)
        thread.join()
        loop.close()
