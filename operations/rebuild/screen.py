"""A rebuild for people who watch it."""

import time
from collections.abc import Sequence

from rich.progress import Progress, TaskID

from operations.rebuild.building import RebuildPartition
from operations.rebuild.members import RebuildMember

SAY_EVERY_SECONDS = 30.0
"""Between two lines about how it stands, where nobody watches a terminal."""


class RebuildScreen:
    """See `operations.rebuild.run.RebuildTold`: a bar a partition on a terminal, else lines."""

    def __init__(self, shown: Progress) -> None:
        self._bars = shown
        self._tasks: dict[int, TaskID] = {}
        self._most: dict[int, int] = {}
        self._said_at = -SAY_EVERY_SECONDS
        self._waited_for = ""

    def begins(self, generation: int, goes_on: bool) -> None:
        """A rebuild begins, or one that was broken off goes on."""
        self._line(f"generation {generation} is {'taken up again' if goes_on else 'begun'}")

    def stands(self, partitions: Sequence[RebuildPartition]) -> None:
        """How far each partition has come."""
        for each in partitions:
            most = self._most[each.number] = max(self._most.get(each.number, 0), each.unread, 1)
            task = self._tasks.get(each.number)
            if task is None:
                task = self._tasks[each.number] = self._bars.add_task("", total=None)
            words = f"partition {each.number:>3} {each.stage:<10}"
            self._bars.update(task, description=words, completed=most - each.unread, total=most)
        if self._bars.disable and time.monotonic() - self._said_at >= SAY_EVERY_SECONDS:
            self._said_at = time.monotonic()
            level = sum(each.is_level for each in partitions)
            unread = sum(each.unread for each in partitions)
            self._line(f"{level} of {len(partitions)} partitions are level, {unread:,} unread")

    def is_live(self, generation: int) -> None:
        """All are level: workers that start take the generation."""
        self._line(f"generation {generation} is live: workers that start take it")

    def restarts(self, worker: str) -> None:
        """A worker of the local stack is restarted."""
        self._line(f"restarting {worker}")

    def waits_for(self, older: Sequence[RebuildMember]) -> None:
        """Workers that have to be restarted by whoever runs them."""
        named = ", ".join(map(str, older))
        if named and named != self._waited_for:
            self._line(f"restart, one at a time: {named}")
        self._waited_for = named

    def _line(self, words: str) -> None:
        self._bars.console.print(words, markup=False, highlight=False, soft_wrap=True)
