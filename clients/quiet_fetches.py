"""Asks a broker seldom that has nothing, and often again as soon as something came.

A fetch that has nothing is held by the broker for a moment, and then made again: fifty times a
second for each worker, which takes a third of a core of a stack that nobody asks anything. Once
nothing has come for a while a fetch may be held for longer. What comes ends it at once: all
partitions are in it, for none holds anything that waits to be taken.
"""

# pyright: reportMissingTypeStubs=false

import time
from typing import Any

import aiokafka.consumer.fetcher as fetcher

QUIET_SECONDS = 2.0
"""Without a record, after which fetches are held for longer. Far below, the pauses of a shop that
sells slowly count as quiet; far above, an idle broker is asked for longer than it is worth."""

QUIET_WAIT_MS = 250
"""How long a fetch is held then. A partition that is given to a consumer meanwhile, and whatever
else is asked of the broker, waits for its end: longer is felt. Shorter saves less."""

_Fetcher: Any = fetcher.Fetcher


class QuietFetcher(_Fetcher):
    """aiokafka's, which asks for its wait whenever it makes a fetch."""

    came_at: float
    """When a record came last, by the monotonic clock."""

    @property
    def _fetch_max_wait_ms(self) -> int:
        is_quiet = not self._records and time.monotonic() - self.came_at > QUIET_SECONDS
        own: int = vars(self)["_fetch_max_wait_ms"]
        return QUIET_WAIT_MS if is_quiet else own

    async def _proc_fetch_request(self, *given: Any) -> bool:
        fetched: Any = super()  # pyright: ignore[reportUnknownArgumentType]
        has_come = bool(await fetched._proc_fetch_request(*given))  # noqa: SLF001
        if has_come:
            self.came_at = time.monotonic()
        return has_come


def ask_seldom_when_quiet(consumer: Any) -> None:
    """Let ``consumer``, which has started, do so. Its own wait counts while something comes."""
    own: Any = consumer._fetcher  # noqa: SLF001
    own.came_at = time.monotonic()
    own.__class__ = QuietFetcher
